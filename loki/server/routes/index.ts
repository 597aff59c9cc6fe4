/** Every route of the server. A new one is a file, or an export of its family's, and an entry here. */
import * as detected from './detected.ts'
import * as labels from './labels.ts'
import { patterns } from './patterns.ts'
import * as pushes from './push.ts'
import * as queries from './query.ts'
import type { Route } from './route.ts'
import { rulerRoutes } from './ruler.ts'
import { series } from './series.ts'
import { stats } from './stats.ts'
import * as status from './status.ts'
import { tail } from './tail.ts'
import * as volume from './volume.ts'

export const routes: readonly Route[] = [
  pushes.push,
  pushes.otlp,
  queries.range,
  queries.instant,
  queries.legacy,
  queries.format,
  labels.names,
  labels.values,
  series,
  stats,
  volume.instant,
  volume.range,
  detected.labels,
  detected.fields,
  detected.values,
  patterns,
  tail,
  ...rulerRoutes,
  status.ready,
  status.metrics,
  status.buildInfo,
  status.services,
  status.logLevel,
  status.config,
  status.tenantLimits,
  status.drilldownLimits,
]
