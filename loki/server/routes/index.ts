/** Every route of the server. A new one is a file, or an export of its family's, and an entry here. */
import * as labels from './labels.ts'
import * as pushes from './push.ts'
import * as queries from './query.ts'
import type { Route } from './route.ts'
import { series } from './series.ts'
import { stats } from './stats.ts'
import * as status from './status.ts'

export const routes: readonly Route[] = [
  pushes.push,
  pushes.otlp,
  queries.range,
  queries.instant,
  labels.names,
  labels.values,
  series,
  stats,
  status.ready,
  status.metrics,
  status.buildInfo,
]
