/** A panel's queries, asked and read into frames. */
import { timeBuiltIns } from '../model/builtins.ts'
import type { Filter, Panel, Target } from '../model/dashboard.ts'
import type { Frame } from '../model/frame.ts'
import { isMetricQuery, withFilters } from '../model/logql.ts'
import { parseDuration, type RawRange, stepFor, type TimeRange } from '../model/times.ts'
import { interpolateQuery, type Scope } from '../model/variables.ts'
import { queryInstant, queryRange } from './client.ts'
import { framesOf } from './frames.ts'

export interface PanelQuestion {
  readonly panel: Panel
  readonly range: TimeRange
  readonly raw: RawRange
  readonly variables: Scope['variables']
  readonly filters: readonly Filter[]
  /** Of the graph, in pixels. */
  readonly width: number
  readonly signal: AbortSignal
}

/** Pixels between two points of a graph. */
const POINT_PX = 3
const DEFAULT_LINES = 500
const MAX_LINES = 5000

export function stepOf(panel: Panel, range: TimeRange, width: number): number {
  const least = panel.interval === undefined ? undefined : parseDuration(panel.interval.replace(/^>/, ''))
  return stepFor(range, panel.maxDataPoints ?? Math.max(60, width / POINT_PX), least)
}

/** The texts of the queries as they are asked. */
export function queriesOf(question: PanelQuestion): { target: Target; query: string; isInstant: boolean }[] {
  const { panel, range, raw, variables, filters, width } = question
  const stepMs = stepOf(panel, range, width)
  return (panel.targets ?? [])
    .filter(({ expr, hide }) => hide !== true && expr !== undefined && expr.trim() !== '')
    .map((target) => {
      const isInstant = target.queryType === 'instant' || (target.queryType === undefined && target.instant === true)
      const builtIn = timeBuiltIns({ range, raw, stepMs, isInstant })
      return { target, isInstant, query: withFilters(interpolateQuery(target.expr!, { variables, builtIn }), filters) }
    })
}

/** Throws what the server says of a wrong query. */
export async function askPanel(question: PanelQuestion): Promise<Frame[]> {
  const { panel, range, signal, width } = question
  const stepMs = stepOf(panel, range, width)
  const asked = queriesOf(question).map(async ({ target, query, isInstant }) => {
    const limit = Math.min(MAX_LINES, target.maxLines ?? DEFAULT_LINES)
    const isForward = target.direction === 'forward' || panel.options?.['sortOrder'] === 'Ascending'
    const isTable = isInstant && isMetricQuery(query)
    const answer = isTable
      ? await queryInstant(query, range.to, limit, signal)
      : await queryRange(query, { ...range, stepMs, limit, isForward }, signal)
    return framesOf(answer, { ...target, direction: isForward ? 'forward' : 'backward' }, isTable)
  })
  return (await Promise.all(asked)).flat()
}
