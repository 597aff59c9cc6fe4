/**
 * Asks a tenant's streams in process, without HTTP: what query_range and query answer, as values. The same limits,
 * step alignment and errors (QueryError with Loki's status and text).
 */
import type { Limits } from '../limits.ts'
import type { Expr, LogExpr, MetricExpr } from '../logql/ast.ts'
import { findLogs } from '../logql/engine/logs.ts'
import type { Steps } from '../logql/engine/matrix.ts'
import { findInstant, findRange } from '../logql/engine/metrics.ts'
import type {
  Instant,
  MatrixResult,
  QueryResult,
  ScalarResult,
  StreamsResult,
  VectorResult,
} from '../logql/engine/result.ts'
import { createTurn } from '../logql/engine/turn.ts'
import { QueryError } from '../logql/error.ts'
import { parseExpr, parseQuery } from '../logql/parser.ts'
import { checkEntries, checkLength, checkRanges, checkSelector, lookBack } from './asklimits.ts'
import { instantOf, millisOf } from './params.ts'
import { createSource, type ScanStats } from './scan.ts'
import type { Tenant } from './tenant.ts'

export interface Asker {
  readonly tenant: Tenant
  readonly limits: Limits
  /** Milliseconds: what max_query_lookback counts from. */
  readonly now: number
  /** Aborting it ends the query with a QueryError of status 499. */
  readonly signal?: AbortSignal
}

export interface RangeQuestion {
  /** LogQL, or what parseQuery made of it. */
  readonly query: string | Expr
  readonly start: Instant
  /** Log queries: exclusive; metric queries: the last step may be at it. */
  readonly end: Instant
  /** Milliseconds. Metric queries: start is rounded down and end up to a multiple of it, as Loki's front end does. */
  readonly stepMs: number
  /** Entries at most; 100 unless told otherwise. */
  readonly limit?: number
  /** Newest first, unless told otherwise. */
  readonly isBackward?: boolean
  /** Nanoseconds that entries given are apart; 0 unless told otherwise. */
  readonly interval?: number
  /** Streams by the stored streams' labels only (the flag categorize-labels). */
  readonly isCategorized?: boolean
}

export interface InstantQuestion {
  readonly query: string | Expr
  readonly time: Instant
}

export interface Answer<Result extends QueryResult = QueryResult> {
  readonly result: Result
  readonly stats: ScanStats
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number
}

/** What query_range answers. */
export async function runRange(asker: Asker, question: RangeQuestion): Promise<Answer<StreamsResult | MatrixResult>> {
  const began = performance.now()
  const { limits, now } = asker
  const expr = typeof question.query === 'string' ? parseQuery(question.query) : question.query
  const { start, end } = lookBack(question.start, question.end, limits, now)
  checkLength(start, end, limits)
  checkSelector(expr, limits)
  const stats = emptyStats()
  const result =
    expr.kind === 'log'
      ? await askLogs(asker, expr, { ...question, start, end }, stats)
      : await askMatrix(asker, expr, alignSteps(start, end, question.stepMs), stats)
  return { result, stats, elapsedMs: performance.now() - began }
}

/** What query answers: metric queries only, as in Loki. */
export async function runInstant(
  asker: Asker,
  question: InstantQuestion,
): Promise<Answer<VectorResult | ScalarResult>> {
  const began = performance.now()
  const { limits } = asker
  const expr = readInstant(question.query)
  checkSelector(expr, limits)
  checkRanges(expr, limits)
  const stats = emptyStats()
  const steps = { start: question.time, stepMs: 1, count: 1 }
  const result = await findInstant(evaluation(asker, steps, stats), expr)
  return { result, stats, elapsedMs: performance.now() - began }
}

function readInstant(query: InstantQuestion['query']): MetricExpr {
  // That it is a log query comes before what running its stages would tell.
  const tree = typeof query === 'string' ? parseExpr(query) : query
  if (tree.kind === 'log') {
    throw new QueryError(
      400,
      'log queries are not supported as an instant query type, please change your query to a range query type',
    )
  }
  return (typeof query === 'string' ? parseQuery(query) : query) as MetricExpr
}

const NEVER = new AbortController().signal

function emptyStats(): ScanStats {
  return { lines: 0, bytes: 0, blocks: 0 }
}

async function askLogs(asker: Asker, expr: LogExpr, question: RangeQuestion, stats: ScanStats): Promise<StreamsResult> {
  const { limit = 100, isBackward = true, interval = 0, isCategorized = false, start, end } = question
  checkEntries(limit, asker.limits)
  const source = sourceOf(asker, stats).source
  const streams = await findLogs(source, { expr, start, end, limit, isBackward, interval, isCategorized })
  return { type: 'streams', streams }
}

async function askMatrix(asker: Asker, expr: MetricExpr, steps: Steps, stats: ScanStats): Promise<MatrixResult> {
  checkRanges(expr, asker.limits)
  return findRange(evaluation(asker, steps, stats), expr)
}

/** Loki's query splitter rounds the start down and the end up to a multiple of the step (split_queries_by_interval). */
function alignSteps(start: Instant, end: Instant, stepMs: number): Steps {
  const from = Math.floor(Math.floor(millisOf(start)) / stepMs) * stepMs
  const to = Math.ceil(Math.ceil(millisOf(end)) / stepMs) * stepMs
  return { start: instantOf(from), stepMs, count: Math.floor((to - from) / stepMs) + 1 }
}

function evaluation(asker: Asker, steps: Steps, stats: ScanStats) {
  return { ...sourceOf(asker, stats), steps, maxSeries: mostSeries(asker.limits) }
}

function sourceOf({ tenant, limits, signal = NEVER }: Asker, stats: ScanStats) {
  const turn = createTurn(signal, limits.query_timeout)
  return { turn, source: createSource(tenant, turn, stats) }
}

/** max_query_series: 0 is no limit. */
function mostSeries(limits: Limits): number {
  return limits.max_query_series === 0 ? Number.POSITIVE_INFINITY : limits.max_query_series
}
