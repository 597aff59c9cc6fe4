/** The query endpoints: query_range and query. */
import type { Limits } from '../limits.ts'
import type { Expr, LogExpr, MetricExpr } from '../logql/ast.ts'
import { QueryError } from '../logql/error.ts'
import { parseQuery } from '../logql/parser.ts'
import { writePrometheusDuration } from '../logql/units.ts'
import { instantAnswer, queryJson, rangeAnswer, stepCount, streamsJson } from './answer.ts'
import { runLogQuery } from './logquery.ts'
import { runMetricQuery } from './metricquery.ts'
import * as params from './params.ts'
import { createTurn, type Instant, type ScanStats } from './scan.ts'
import type { Tenant } from './tenant.ts'

export interface QueryRequest {
  readonly tenant: Tenant
  readonly params: params.Params
  readonly limits: Limits
  /** Milliseconds. */
  readonly now: number
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
  /** X-Loki-Response-Encoding-Flags: categorize-labels. */
  readonly isCategorized: boolean
}

/** Each answers JSON text, or throws a QueryError. */
export async function queryRange(request: QueryRequest): Promise<string> {
  const { params: query, limits, now } = request
  const { limit, isBackward, step, interval, ...bounds } = params.readRange(query, now)
  const expr = parseQuery(query.get('query') ?? '')
  const { start, end } = lookBack(bounds.start, bounds.end, limits, now)
  checkLength(start, end, limits)
  checkSelector(expr, limits)
  if (expr.kind === 'log') {
    checkEntries(limit, limits)
    return logAnswer(request, expr, { start, end, limit, isBackward, interval })
  }
  const aligned = alignToStep(start, end, step)
  return metricAnswer(request, expr, aligned.start, step, stepCount(aligned.start, aligned.end, step), false)
}

/** Loki's query splitter rounds the start down and the end up to a multiple of the step (split_queries_by_interval). */
function alignToStep(start: Instant, end: Instant, step: number): { start: Instant; end: Instant } {
  const from = Math.floor(Math.floor(params.millisOf(start)) / step) * step
  const to = Math.ceil(Math.ceil(params.millisOf(end)) / step) * step
  return { start: params.instantOf(from), end: params.instantOf(to) }
}

export async function queryInstant(request: QueryRequest): Promise<string> {
  const { params: query, limits, now } = request
  params.readLimit(query)
  const text = query.get('time') || undefined
  const time = text === undefined ? params.instantOf(now) : params.readTime(text)
  params.readIsBackward(query)
  const expr = parseQuery(query.get('query') ?? '')
  if (expr.kind === 'log') {
    throw new QueryError(
      400,
      'log queries are not supported as an instant query type, please change your query to a range query type',
    )
  }
  checkSelector(expr, limits)
  return metricAnswer(request, expr, time, 1000, 1, true)
}

interface LogRange {
  readonly start: Instant
  readonly end: Instant
  readonly limit: number
  readonly isBackward: boolean
  readonly interval: number
}

async function logAnswer(request: QueryRequest, expr: LogExpr, range: LogRange): Promise<string> {
  const { tenant, limits, signal, isCategorized } = request
  const began = performance.now()
  const stats: ScanStats = { lines: 0, bytes: 0, blocks: 0 }
  const turn = createTurn(signal, limits.query_timeout)
  const found = await runLogQuery({ tenant, expr, ...range, turn, stats })
  const result = streamsJson(found, isCategorized)
  return queryJson('streams', result, stats, performance.now() - began, isCategorized, found.length)
}

async function metricAnswer(
  request: QueryRequest,
  expr: MetricExpr,
  start: Instant,
  stepMs: number,
  steps: number,
  isInstant: boolean,
): Promise<string> {
  const { tenant, limits, signal } = request
  const began = performance.now()
  const stats: ScanStats = { lines: 0, bytes: 0, blocks: 0 }
  const turn = createTurn(signal, limits.query_timeout)
  checkRanges(expr, limits)
  const maxSeries = limits.max_query_series === 0 ? Number.POSITIVE_INFINITY : limits.max_query_series
  const result = await runMetricQuery({ tenant, start, stepMs, steps, maxSeries, turn, stats }, expr)
  const { type, json } = isInstant ? instantAnswer(result, start) : rangeAnswer(result, start, stepMs, steps)
  return queryJson(type, json, stats, performance.now() - began, false, 0)
}

function checkEntries(limit: number, limits: Limits): void {
  const most = limits.max_entries_limit_per_query
  if (most === 0 || limit <= most) return
  const message = `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${most})`
  throw new QueryError(400, message)
}

function checkLength(start: Instant, end: Instant, limits: Limits): void {
  const length = params.millisOf(end) - params.millisOf(start)
  if (limits.max_query_length === 0 || length <= limits.max_query_length) return
  const lengths = `query length: ${writePrometheusDuration(length)}, limit: ${writePrometheusDuration(limits.max_query_length)}`
  throw new QueryError(400, `the query time range exceeds the limit (${lengths})`)
}

/** max_query_lookback: what is older is not looked at. */
function lookBack(start: Instant, end: Instant, limits: Limits, now: number): { start: Instant; end: Instant } {
  if (limits.max_query_lookback === 0) return { start, end }
  const oldest = now - limits.max_query_lookback
  if (params.millisOf(end) < oldest) return { start: params.instantOf(now), end: params.instantOf(now) }
  return { start: params.millisOf(start) < oldest ? params.instantOf(oldest) : start, end }
}

function checkRanges(expr: MetricExpr, limits: Limits): void {
  if (limits.max_query_range === 0) return
  if (expr.kind === 'vector') checkRanges(expr.inner, limits)
  else if (expr.kind === 'binary') {
    checkRanges(expr.left, limits)
    checkRanges(expr.right, limits)
  } else if (expr.kind === 'range' && expr.rangeMs > limits.max_query_range) {
    const message = `[interval] value exceeds limit: [${writePrometheusDuration(expr.rangeMs)}] > [${writePrometheusDuration(limits.max_query_range)}]`
    throw new QueryError(400, message)
  }
}

/** required_labels, minimum_labels_number and max_streams_matchers_per_query. */
function checkSelector(expr: Expr, limits: Limits): void {
  if (expr.kind === 'vector') checkSelector(expr.inner, limits)
  else if (expr.kind === 'range') checkSelector(expr.log, limits)
  else if (expr.kind === 'binary') {
    checkSelector(expr.left, limits)
    checkSelector(expr.right, limits)
  }
  if (expr.kind !== 'log') return
  const names = expr.matchers.map((matcher) => matcher.name)
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
