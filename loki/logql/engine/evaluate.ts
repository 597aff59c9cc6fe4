/** Evaluates a metric query's tree, from the range functions up. */
import type { MetricExpr, VectorExpr } from '../ast.ts'
import { QueryError } from '../error.ts'
import { combine } from './binary.ts'
import { distribute } from './distribute.ts'
import { replaceLabels } from './labelreplace.ts'
import { NO_LABELS } from './labelset.ts'
import { createSeries, type Series, tooManySeries, type Value } from './matrix.ts'
import { type Evaluation, evaluateRange } from './ranges.ts'
import { aggregate } from './vectors.ts'

/** Throws a QueryError. */
export async function evaluate(query: Evaluation, expr: MetricExpr): Promise<Value> {
  const joined = query.joined.get(expr)
  if (joined !== undefined) return { kind: 'vector', series: await evaluateJoined(query, joined) }
  const value = await evaluateNode(query, expr)
  if (value.kind === 'vector' && query.parts.has(expr)) checkSeries(value.series, query.maxSeries)
  return value
}

/** A query as Loki's front end hands it on. */
export function evaluateDistributed(query: Question, asked: MetricExpr): Promise<Value> {
  const { expr, parts } = distribute(asked)
  return evaluate({ ...query, parts, joined: NOTHING }, expr)
}

/** A query's evaluation, before its parts are known. */
export type Question = Omit<Evaluation, 'parts' | 'joined'>

const NOTHING: ReadonlyMap<MetricExpr, readonly MetricExpr[]> = new Map()

async function evaluateJoined(query: Evaluation, exprs: readonly MetricExpr[]): Promise<Series[]> {
  const all: Series[] = []
  for (const expr of exprs) {
    const value = await evaluateDistributed(query, expr)
    if (value.kind === 'scalar') continue
    checkSeries(value.series, query.maxSeries)
    all.push(...value.series)
    if (query.turn.isDue()) await query.turn.pause()
  }
  return all
}

/** max_query_series: how many different label sets there may be. */
function checkSeries(series: readonly Series[], most: number): void {
  if (series.length > most && new Set(series.map(({ labels }) => labels.key)).size > most) throw tooManySeries(most)
}

async function evaluateNode(query: Evaluation, expr: MetricExpr): Promise<Value> {
  switch (expr.kind) {
    case 'number':
      return { kind: 'scalar', value: expr.value }
    case 'constant':
      return { kind: 'vector', series: [constantSeries(expr.value, query.steps.count)] }
    case 'range':
      return { kind: 'vector', series: await evaluateRange(query, expr, undefined) }
    case 'vector':
      return { kind: 'vector', series: await evaluateVector(query, expr) }
    case 'label_replace':
      return { kind: 'vector', series: replaceLabels(expr, await evaluateSeries(query, expr.inner, 'label_replace')) }
    case 'binary': {
      // Loki asks the right side first: of two errors, it is the right one's that is told.
      const right = await evaluate(query, expr.right)
      const left = await evaluate(query, expr.left)
      return combine(expr, left, right, query.steps.count, query.turn)
    }
  }
}

function constantSeries(value: number, steps: number): Series {
  const series = createSeries(NO_LABELS, steps)
  series.values.fill(value)
  series.has.fill(1)
  return series
}

async function evaluateVector(query: Evaluation, expr: VectorExpr): Promise<Series[]> {
  const { inner, op } = expr
  const isPushedDown = op === 'sum' && inner.kind === 'range'
  const series = isPushedDown
    ? await evaluateRange(query, inner, expr.grouping ?? { isWithout: false, labels: [] })
    : await evaluateSeries(query, inner, op)
  return aggregate(expr, series, query.steps.count, query.turn)
}

async function evaluateSeries(query: Evaluation, expr: MetricExpr, where: string): Promise<readonly Series[]> {
  const value = await evaluate(query, expr)
  if (value.kind === 'scalar') throw new QueryError(400, `unexpected literal inside ${where}`)
  return value.series
}
