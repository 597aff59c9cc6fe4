/** Metric queries: an instant's vector or scalar, a range's matrix, in Loki's order. */
import type { MetricExpr } from '../ast.ts'
import { evaluate, evaluateDistributed, type Question } from './evaluate.ts'
import { compareSets, type LabelSet } from './labelset.ts'
import { type Series, tooManySeries, type Value } from './matrix.ts'
import type { Instant, Labels, MatrixResult, Point, ResultSeries, ScalarResult, VectorResult } from './result.ts'
import { splitRanges } from './split.ts'

/** At the one step of `query`. */
export async function findInstant(query: Question, expr: MetricExpr): Promise<VectorResult | ScalarResult> {
  const ms = millisOf(query.steps.start)
  const value = await evaluateInstant(query, expr)
  if (value.kind === 'scalar') return { type: 'scalar', ms, value: value.value }
  if (value.series.length > query.maxSeries) throw tooManySeries(query.maxSeries)
  const series = hasSort(expr) ? value.series : [...value.series].sort(byLabels)
  return {
    type: 'vector',
    samples: series.map(({ labels, values }) => ({ labels: labelsOf(labels), ms, value: values[0]! })),
  }
}

export async function findRange(query: Question, expr: MetricExpr): Promise<MatrixResult> {
  const { steps } = query
  const startMs = millisOf(steps.start)
  const value = await evaluateDistributed(query, expr)
  const pointsOf = (series: Series) => {
    const points: Point[] = []
    for (let i = 0; i < steps.count; i++) {
      if (series.has[i] === 1) points.push({ ms: startMs + i * steps.stepMs, value: series.values[i]! })
    }
    return points
  }
  const series = seriesOf(value, steps.count)
  const groups = groupSame(series)
  if (groups.length > query.maxSeries) throw tooManySeries(query.maxSeries)
  const result: ResultSeries[] = groups.map((group) => ({
    labels: labelsOf(group[0]!.labels),
    // Series of the same labels become one: Loki lists the points of both.
    points: group.length === 1 ? pointsOf(group[0]!) : group.flatMap(pointsOf).sort((a, b) => a.ms - b.ms),
  }))
  return { type: 'matrix', series: result }
}

function evaluateInstant(query: Question, expr: MetricExpr): Promise<Value> {
  const split = splitRanges(expr)
  if (split === undefined) return evaluateDistributed(query, expr)
  return evaluate({ ...query, parts: new Set(), joined: split.joined }, split.expr)
}

function seriesOf(value: Value, steps: number): readonly Series[] {
  if (value.kind === 'vector') return value.series
  const values = new Float64Array(steps).fill(value.value)
  return [{ labels: { pairs: [], key: '' }, values, has: new Uint8Array(steps).fill(1) }]
}

function groupSame(series: readonly Series[]): Series[][] {
  const groups = new Map<string, Series[]>()
  for (const one of series) {
    const group = groups.get(one.labels.key)
    if (group === undefined) groups.set(one.labels.key, [one])
    else group.push(one)
  }
  return [...groups.values()].sort((a, b) => byLabels(a[0]!, b[0]!))
}

function byLabels(a: Series, b: Series): number {
  return compareSets(a.labels, b.labels)
}

function labelsOf(set: LabelSet): Labels {
  return new Map(set.pairs)
}

/** A sort anywhere in the query keeps the vector as it is. */
function hasSort(expr: MetricExpr): boolean {
  switch (expr.kind) {
    case 'vector':
      return expr.op === 'sort' || expr.op === 'sort_desc' || hasSort(expr.inner)
    case 'label_replace':
      return hasSort(expr.inner)
    case 'binary':
      return hasSort(expr.left) || hasSort(expr.right)
    default:
      return false
  }
}

function millisOf(time: Instant): number {
  return time.seconds * 1000 + time.nanos / 1e6
}
