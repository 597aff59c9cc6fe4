/** Loki's limits on what may be asked, with its words. */
import type { Limits } from '../limits.ts'
import type { Expr, MetricExpr } from '../logql/ast.ts'
import type { Instant } from '../logql/engine/result.ts'
import { QueryError } from '../logql/error.ts'
import { writePrometheusDuration } from '../logql/units.ts'
import { instantOf, millisOf } from './params.ts'

/** max_entries_limit_per_query. */
export function checkEntries(limit: number, limits: Limits): void {
  const most = limits.max_entries_limit_per_query
  if (most === 0 || limit <= most) return
  const message = `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${most})`
  throw new QueryError(400, message)
}

/** max_query_length. */
export function checkLength(start: Instant, end: Instant, limits: Limits): void {
  const length = millisOf(end) - millisOf(start)
  if (limits.max_query_length === 0 || length <= limits.max_query_length) return
  const lengths = `query length: ${writePrometheusDuration(length)}, limit: ${writePrometheusDuration(limits.max_query_length)}`
  throw new QueryError(400, `the query time range exceeds the limit (${lengths})`)
}

/** max_query_lookback: what is older is not looked at. */
export function lookBack(start: Instant, end: Instant, limits: Limits, now: number): { start: Instant; end: Instant } {
  if (limits.max_query_lookback === 0) return { start, end }
  const oldest = now - limits.max_query_lookback
  if (millisOf(end) < oldest) return { start: instantOf(now), end: instantOf(now) }
  return { start: millisOf(start) < oldest ? instantOf(oldest) : start, end }
}

/** max_query_range. */
export function checkRanges(expr: MetricExpr, limits: Limits): void {
  if (limits.max_query_range === 0) return
  for (const each of walkExpr(expr)) {
    if (each.kind !== 'range' || each.rangeMs <= limits.max_query_range) continue
    const message = `[interval] value exceeds limit: [${writePrometheusDuration(each.rangeMs)}] > [${writePrometheusDuration(limits.max_query_range)}]`
    throw new QueryError(400, message)
  }
}

/** required_labels and minimum_labels_number. */
export function checkSelector(expr: Expr, limits: Limits): void {
  for (const each of walkExpr(expr)) {
    if (each.kind !== 'log') continue
    const names = each.matchers.map((matcher) => matcher.name)
    const missing = limits.required_labels.filter((name) => !names.includes(name))
    if (missing.length > 0) {
      const message = `stream selector is missing required matchers [${missing.join(', ')}], labels present in the query were [${names.join(', ')}]`
      throw new QueryError(400, message)
    }
    if (names.length < limits.minimum_labels_number) {
      const message = `stream selector has less label matchers than required: (present: [${names.join(', ')}], number_present: ${names.length}, required_number_label_matchers: ${limits.minimum_labels_number})`
      throw new QueryError(400, message)
    }
  }
}

/** An expression and all within it. */
function* walkExpr(expr: Expr): Generator<Expr> {
  yield expr
  if (expr.kind === 'vector' || expr.kind === 'label_replace') yield* walkExpr(expr.inner)
  else if (expr.kind === 'range') yield expr.log
  else if (expr.kind === 'binary') {
    yield* walkExpr(expr.left)
    yield* walkExpr(expr.right)
  }
}
