/** A dashboard's annotation queries → marks on its graphs. */
import { timeBuiltIns } from '../model/builtins.ts'
import { colour } from '../model/colours.ts'
import type { Dashboard } from '../model/dashboard.ts'
import { legendText } from '../model/frame.ts'
import type { RawRange, TimeRange } from '../model/times.ts'
import { interpolateQuery, type Variable } from '../model/variables.ts'
import { queryRange } from './client.ts'

export interface AnnotationMark {
  readonly time: number
  readonly title: string
  readonly color: string
}

const MAX_MARKS = 100

export async function findAnnotations(
  { annotations }: Dashboard,
  { range, raw, variables }: { range: TimeRange; raw: RawRange; variables: ReadonlyMap<string, Variable> },
): Promise<AnnotationMark[]> {
  const builtIn = timeBuiltIns({ range, raw })
  const asked = (annotations?.list ?? [])
    .filter(({ enable, expr, target }) => enable !== false && (expr ?? target?.expr) !== undefined)
    .map(async ({ name = '', expr, target, iconColor, titleFormat }) => {
      const answer = await queryRange(interpolateQuery((expr ?? target?.expr)!, { variables, builtIn }), {
        ...range,
        limit: MAX_MARKS,
      })
      if (answer.type !== 'streams') return []
      return answer.entries.map(({ time, labels, line }) => ({
        time: Number(time.slice(0, -6)),
        title: (titleFormat ? legendText(titleFormat, labels) : name || line).slice(0, 200),
        color: colour(iconColor, '#5794F2'),
      }))
    })
  return (await Promise.all(asked)).flat()
}
