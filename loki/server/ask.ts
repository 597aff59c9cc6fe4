/**
 * Asks a tenant's streams in process, without HTTP: what query_range and query answer, as values. The same limits,
 * step alignment and errors (QueryError with Loki's status and text).
 */
import type { Limits } from '../limits.ts'
import type { Expr, LogExpr, MetricExpr } from '../logql/ast.ts'
import type {
  Instant,
  MatrixResult,
  QueryResult,
  ScalarResult,
  StreamsResult,
  VectorResult,
} from '../logql/engine/result.ts'
import { QueryError } from '../logql/error.ts'
import { parseQuery } from '../logql/parser.ts'
import { stepCount } from './answer.ts'
import { checkEntries, checkLength, checkRanges, checkSelector, lookBack } from './asklimits.ts'
import { compareText, writeLabels } from './labels.ts'
import { type FoundEntry, runLogQuery } from './logquery.ts'
import { type MetricResult, runMetricQuery, type Series } from './metricquery.ts'
import { instantOf, millisOf } from './params.ts'
import { createTurn, type ScanStats } from './scan.ts'
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
      : await askMatrix(asker, expr, start, end, question.stepMs, stats)
  return { result, stats, elapsedMs: performance.now() - began }
}

/** What query answers: metric queries only, as in Loki. */
export async function runInstant(
  asker: Asker,
  question: InstantQuestion,
): Promise<Answer<VectorResult | ScalarResult>> {
  const began = performance.now()
  const expr = typeof question.query === 'string' ? parseQuery(question.query) : question.query
  if (expr.kind === 'log') {
    throw new QueryError(
      400,
      'log queries are not supported as an instant query type, please change your query to a range query type',
    )
  }
  checkSelector(expr, asker.limits)
  const stats = emptyStats()
  const found = await evaluate(asker, expr, question.time, 1000, 1, stats)
  const ms = millisOf(question.time)
  const result: VectorResult | ScalarResult =
    found.kind === 'scalar'
      ? { type: 'scalar', ms, value: found.value }
      : {
          type: 'vector',
          samples: (found.isOrdered ? found.series : byLabels(found.series)).map((series) => ({
            labels: series.labels,
            ms,
            value: series.values[0]!,
          })),
        }
  return { result, stats, elapsedMs: performance.now() - began }
}

const NEVER = new AbortController().signal

function emptyStats(): ScanStats {
  return { lines: 0, bytes: 0, blocks: 0 }
}

async function askLogs(asker: Asker, expr: LogExpr, question: RangeQuestion, stats: ScanStats): Promise<StreamsResult> {
  const { tenant, limits, signal = NEVER } = asker
  const { start, end, limit = 100, isBackward = true, interval = 0 } = question
  checkEntries(limit, limits)
  const turn = createTurn(signal, limits.query_timeout)
  const found = await runLogQuery({ tenant, expr, start, end, limit, isBackward, interval, turn, stats })
  return { type: 'streams', streams: groupEntries(found) }
}

function groupEntries(found: readonly FoundEntry[]): StreamsResult['streams'] {
  const groups = new Map<
    string,
    { labels: ReadonlyMap<string, string>; entries: StreamsResult['streams'][0]['entries'][0][] }
  >()
  for (const { seconds, nanos, line, labels } of found) {
    let group = groups.get(labels.text)
    if (group === undefined) groups.set(labels.text, (group = { labels: labels.all, entries: [] }))
    group.entries.push({ seconds, nanos, line, metadata: labels.metadata, parsed: labels.parsed })
  }
  return [...groups].sort((a, b) => compareText(a[0], b[0])).map(([, group]) => group)
}

async function askMatrix(
  asker: Asker,
  expr: MetricExpr,
  start: Instant,
  end: Instant,
  stepMs: number,
  stats: ScanStats,
): Promise<MatrixResult> {
  const from = Math.floor(Math.floor(millisOf(start)) / stepMs) * stepMs
  const to = Math.ceil(Math.ceil(millisOf(end)) / stepMs) * stepMs
  const first = instantOf(from)
  const steps = stepCount(first, instantOf(to), stepMs)
  const found = await evaluate(asker, expr, first, stepMs, steps, stats)
  const series = found.kind === 'scalar' ? [scalarSeries(found.value, steps)] : byLabels(found.series)
  return {
    type: 'matrix',
    series: series.map(({ labels, values, has }) => {
      const points: { ms: number; value: number }[] = []
      for (let i = 0; i < steps; i++) if (has[i] === 1) points.push({ ms: from + i * stepMs, value: values[i]! })
      return { labels, points }
    }),
  }
}

function scalarSeries(value: number, steps: number): Series {
  return { labels: new Map(), values: new Float64Array(steps).fill(value), has: new Uint8Array(steps).fill(1) }
}

function evaluate(
  asker: Asker,
  expr: MetricExpr,
  start: Instant,
  stepMs: number,
  steps: number,
  stats: ScanStats,
): Promise<MetricResult> {
  const { tenant, limits, signal = NEVER } = asker
  checkRanges(expr, limits)
  const turn = createTurn(signal, limits.query_timeout)
  const maxSeries = limits.max_query_series === 0 ? Number.POSITIVE_INFINITY : limits.max_query_series
  return runMetricQuery({ tenant, start, stepMs, steps, maxSeries, turn, stats }, expr)
}

function byLabels(series: readonly Series[]): Series[] {
  return [...series].sort((a, b) => compareText(writeLabels([...a.labels]), writeLabels([...b.labels])))
}
