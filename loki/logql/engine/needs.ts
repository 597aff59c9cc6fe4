/** Which labels a range function has a use for: what its series are told apart by, and what its parsers need to find. */
import type { Grouping, LabelFilter, LogExpr, RangeExpr } from '../ast.ts'
import { createHints, type HintFilter, type Hints } from '../stages/hints.ts'
import { labelsOf } from '../stages/index.ts'
import { labelStage, namesOf } from '../stages/label.ts'

export interface LabelNeeds {
  /** Labels that series are grouped by, or without, sorted. */
  readonly groups: readonly string[]
  readonly isWithout: boolean
  /** Series have no labels at all. */
  readonly hasNoLabels: boolean
}

/** Functions whose sum does not change when entries are put together before they are counted (Loki's canInjectVectorGrouping). */
const SUMMABLE: ReadonlySet<string> = new Set([
  'bytes_over_time',
  'bytes_rate',
  'sum_over_time',
  'rate',
  'count_over_time',
])

/** `outer` is the grouping of a sum around the function, pushed down to where entries are put into series. */
export function needsOf(expr: RangeExpr, outer: Grouping | undefined): LabelNeeds {
  const own = expr.grouping ?? (outer !== undefined && SUMMABLE.has(expr.op) ? outer : undefined)
  const groups = [...new Set(own?.labels)].sort()
  const isWithout = own?.isWithout ?? false
  const hasNoLabels = expr.op === 'absent_over_time' || (own !== undefined && groups.length === 0 && !isWithout)
  // The label that became the value is no label of the series.
  if (expr.unwrap !== undefined && (groups.length === 0 || isWithout)) {
    return { groups: [...groups, expr.unwrap.name].sort(), isWithout: true, hasNoLabels }
  }
  return { groups, isWithout, hasNoLabels }
}

/** Loki's NewParserHint (pkg/logql/log/parser_hints.go). */
export function hintsOf(expr: RangeExpr, log: LogExpr, { groups, isWithout, hasNoLabels }: LabelNeeds): Hints {
  const filters = expr.unwrap?.filters ?? []
  const read = [...log.stages.flatMap(labelsOf), ...filters.flatMap(namesOf)]
  const required = [...read, ...groups, expr.unwrap?.name ?? ''].filter((name) => name !== '')
  if (hasNoLabels && required.length === 0) return createHints([], true, [])
  if (hasNoLabels) return createHints(required, false, filtersOf(log, expr))
  if (isWithout || groups.length === 0) return createHints([], false, filtersOf(log, expr))
  return createHints(required, false, [])
}

/** The same of a log query, which needs all labels: only that lines are dropped as soon as a label fails a filter. */
export function hintsOfLogs({ stages }: LogExpr): Hints {
  return createHints(
    [],
    false,
    stages.flatMap((stage) => (stage.kind === 'label' ? hintFilter(stage.filter) : [])),
  )
}

/** Label filters that look at one label or none; those behind unwrap are one filter, joined by `and`. */
function filtersOf(log: LogExpr, expr: RangeExpr): HintFilter[] {
  const filters = log.stages.flatMap((stage) => (stage.kind === 'label' ? hintFilter(stage.filter) : []))
  if (expr.unwrap === undefined) return filters
  const behind = expr.unwrap.filters
  if (behind.length === 0) return [...filters, { name: undefined, stage: () => true }]
  return behind.length === 1 ? [...filters, ...hintFilter(behind[0]!)] : filters
}

function hintFilter(filter: LabelFilter): HintFilter[] {
  if (filter.kind === 'and' || filter.kind === 'or') return []
  return [{ name: namesOf(filter)[0], stage: labelStage(filter) }]
}
