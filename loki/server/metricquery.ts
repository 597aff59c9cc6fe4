/**
 * Answers metric queries that count: count_over_time, rate, bytes_over_time and bytes_rate, aggregations over them
 * and arithmetic. Each sample is put once into the steps whose window holds it, so a long window costs no more scans.
 */
import type { BinaryExpr, MetricExpr, RangeExpr, VectorExpr } from '../logql/ast.ts'
import { QueryError, unsupported } from '../logql/error.ts'
import { entryStart } from './block.ts'
import { compareText, writeLabels } from './labels.ts'
import { type EntryLabels, labelsOf } from './logquery.ts'
import { apply } from './operators.ts'
import { type Instant, type ScanRow, type ScanStats, type Turn, walk } from './scan.ts'
import type { Tenant } from './tenant.ts'

export interface MetricQuery {
  readonly tenant: Tenant
  /** First step. */
  readonly start: Instant
  readonly stepMs: number
  /** Number of steps: 1 for an instant query. */
  readonly steps: number
  readonly maxSeries: number
  readonly turn: Turn
  readonly stats: ScanStats
}

/** Values at the steps; NaN-able, so `has` says where there is one. */
export interface Series {
  readonly labels: ReadonlyMap<string, string>
  readonly values: Float64Array
  readonly has: Uint8Array
}

/** A number everywhere, or series; `isOrdered`: sort, topk and bottomk say in which order. */
export type MetricResult =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly series: Series[]; readonly isOrdered: boolean }

export async function runMetricQuery(query: MetricQuery, expr: MetricExpr): Promise<MetricResult> {
  const result = await evaluate(query, expr)
  if (result.kind === 'series' && result.series.length > query.maxSeries) throw tooManySeries(query.maxSeries)
  return result
}

function tooManySeries(limit: number): QueryError {
  const message = `maximum number of series (${limit}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`
  return new QueryError(400, message)
}

async function evaluate(query: MetricQuery, expr: MetricExpr): Promise<MetricResult> {
  switch (expr.kind) {
    case 'number':
      return { kind: 'scalar', value: expr.value }
    case 'range':
      return { kind: 'series', series: await evaluateRange(query, expr), isOrdered: false }
    case 'constant':
    case 'label_replace':
      throw unsupported(expr.kind)
    case 'vector':
      return evaluateVector(query, expr)
    case 'binary':
      return evaluateBinary(expr, await evaluate(query, expr.left), await evaluate(query, expr.right), query.steps)
  }
}

interface Counted {
  readonly labels: ReadonlyMap<string, string>
  /** Differences: what is added at a step and taken away behind the last step of a window. */
  readonly entries: Float64Array
  readonly bytes: Float64Array
}

/** Numbers that one query may hold while it counts: 400 MB. Only a query by unbounded labels comes near. */
const MAX_CELLS = 50_000_000

/** `by` are the labels that the caller keeps, when it only adds up: then no other label is looked at. */
async function evaluateRange(query: MetricQuery, expr: RangeExpr, by?: readonly string[]): Promise<Series[]> {
  const { start, stepMs, steps } = query
  const offset = expr.offsetMs
  const last = (steps - 1) * stepMs
  const seen = new Map<string, EntryLabels>()
  const counted = new Map<string, Counted>()
  const open = (key: string, labels: ReadonlyMap<string, string>) => {
    const series = { labels, entries: new Float64Array(steps + 1), bytes: new Float64Array(steps + 1) }
    counted.set(key, series)
    if (counted.size * (steps + 1) * 2 > MAX_CELLS) throw tooManySeries(counted.size)
    return series
  }
  const seriesOf = (row: ScanRow): Counted => {
    if (by === undefined) {
      const labels = labelsOf(row, seen)
      return counted.get(labels.text) ?? open(labels.text, labels.all)
    }
    let key = ''
    for (const name of by) key += `${row.get(name) ?? ''}\u0001`
    return (
      counted.get(key) ??
      open(key, new Map(by.map((name) => [name, row.get(name) ?? ''] as const).filter(([, value]) => value !== '')))
    )
  }
  await walk({
    ...query,
    expr: expr.log,
    // A window is open at its start and closed at its end, and walk's range the other way round: hence 1 ns.
    start: shift(start, -expr.rangeMs - offset, 1),
    end: shift(start, last - offset, 1),
    isBackward: false,
    onEntry(row, seconds, nanos) {
      if (row.error !== '') throw pipelineError(labelsOf(row, seen))
      const age = ((seconds - start.seconds) * 1e9 + nanos - start.nanos) / 1e6 + offset
      const first = Math.max(0, Math.ceil(age / stepMs))
      const behind = Math.min(steps, Math.ceil((age + expr.rangeMs) / stepMs))
      if (behind <= first) return true
      const series = seriesOf(row)
      const bytes = row.block.ends[2 * row.index]! - entryStart(row.block, row.index)
      series.entries[first]! += 1
      series.entries[behind]! -= 1
      series.bytes[first]! += bytes
      series.bytes[behind]! -= bytes
      return true
    },
  })
  return [...counted.values()].map((series) => finish(series, expr, steps)).filter((series) => series.has.includes(1))
}

function shift(time: Instant, ms: number, nanos: number): Instant {
  const total = time.nanos + (ms % 1000) * 1e6 + nanos
  const carry = Math.floor(total / 1e9)
  return { seconds: time.seconds + Math.trunc(ms / 1000) + carry, nanos: total - carry * 1e9 }
}

function finish(series: Counted, expr: RangeExpr, steps: number): Series {
  const values = new Float64Array(steps)
  const has = new Uint8Array(steps)
  const isBytes = expr.op.startsWith('bytes')
  const divisor = expr.op === 'rate' || expr.op === 'bytes_rate' ? expr.rangeMs / 1000 : 1
  let entries = 0
  let bytes = 0
  for (let i = 0; i < steps; i++) {
    entries += series.entries[i]!
    bytes += series.bytes[i]!
    if (entries === 0) continue
    has[i] = 1
    values[i] = (isBytes ? bytes : entries) / divisor
  }
  return { labels: series.labels, values, has }
}

function pipelineError(labels: EntryLabels): QueryError {
  const type = labels.all.get('__error__')
  const message = `pipeline error: '${type}' for series: '${writeLabels([...labels.all])}'.\nUse a label filter to intentionally skip this error. (e.g | __error__!="${type}").\nTo skip all potential errors you can match empty errors.(e.g __error__="")\nThe label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )\n`
  return new QueryError(400, message)
}

async function evaluateVector(query: MetricQuery, expr: VectorExpr): Promise<MetricResult> {
  if (expr.op === 'sum' && expr.inner.kind === 'range' && expr.grouping?.isWithout !== true) {
    const by = [...new Set(expr.grouping?.labels ?? [])].sort(compareText)
    return { kind: 'series', series: await evaluateRange(query, expr.inner, by), isOrdered: false }
  }
  const inner = await evaluate(query, expr.inner)
  if (inner.kind === 'scalar') throw new QueryError(400, `parse error : unexpected literal inside ${expr.op}`)
  if (expr.op === 'sort' || expr.op === 'sort_desc') {
    const sign = expr.op === 'sort' ? 1 : -1
    const series = [...inner.series].sort((a, b) => sign * (a.values[0]! - b.values[0]!))
    return { kind: 'series', series, isOrdered: true }
  }
  const groups = new Map<string, { labels: Map<string, string>; members: Series[] }>()
  for (const series of inner.series) {
    const labels = groupLabels(series.labels, expr)
    const key = writeLabels([...labels])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels, members: [series] })
    else group.members.push(series)
  }
  if (expr.op === 'topk' || expr.op === 'bottomk') {
    const series = [...groups.values()].flatMap((group) => pick(group.members, expr, query.steps))
    if (query.steps === 1) series.sort((a, b) => (expr.op === 'topk' ? -1 : 1) * (a.values[0]! - b.values[0]!))
    return { kind: 'series', series, isOrdered: true }
  }
  const series = [...groups.values()].map((group) => aggregate(group.labels, group.members, expr.op, query.steps))
  return { kind: 'series', series, isOrdered: false }
}

function groupLabels(labels: ReadonlyMap<string, string>, expr: VectorExpr): Map<string, string> {
  const { grouping } = expr
  if (grouping === undefined) return new Map()
  const named = new Set(grouping.labels)
  return new Map([...labels].filter(([name]) => named.has(name) !== grouping.isWithout))
}

type Fold = (members: readonly number[]) => number

const FOLDS: Readonly<Record<'sum' | 'avg' | 'min' | 'max' | 'count', Fold>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  // A running mean, as Prometheus's avg: the sum may be too large for a double.
  avg: (values) => values.reduce((mean, value, index) => mean + (value - mean) / (index + 1), 0),
  min: (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most)),
  count: (values) => values.length,
}

function aggregate(
  labels: Map<string, string>,
  members: readonly Series[],
  op: VectorExpr['op'],
  steps: number,
): Series {
  const fold = FOLDS[op as keyof typeof FOLDS]
  const values = new Float64Array(steps)
  const has = new Uint8Array(steps)
  for (let i = 0; i < steps; i++) {
    const present = members.filter((series) => series.has[i] === 1).map((series) => series.values[i]!)
    if (present.length === 0) continue
    has[i] = 1
    values[i] = fold(present)
  }
  return { labels, values, has }
}

/** topk and bottomk: the k best of each step keep their own labels. */
function pick(members: readonly Series[], expr: VectorExpr, steps: number): Series[] {
  const sign = expr.op === 'topk' ? -1 : 1
  const picked = members.map(({ labels }) => ({ labels, values: new Float64Array(steps), has: new Uint8Array(steps) }))
  for (let i = 0; i < steps; i++) {
    const present = members.map((series, index) => ({ series, index })).filter(({ series }) => series.has[i] === 1)
    present.sort((a, b) => sign * (a.series.values[i]! - b.series.values[i]!))
    for (const { series, index } of present.slice(0, expr.parameter)) {
      picked[index]!.values[i] = series.values[i]!
      picked[index]!.has[i] = 1
    }
  }
  return picked.filter((series) => series.has.includes(1))
}

function evaluateBinary(expr: BinaryExpr, left: MetricResult, right: MetricResult, steps: number): MetricResult {
  const { op, isBool } = expr
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', value: apply(op, true, left.value, right.value, left.value)! }
  }
  if (left.kind === 'series' && right.kind === 'series') return matchSeries(expr, left.series, right.series, steps)
  const { series } = left.kind === 'series' ? left : (right as Extract<MetricResult, { kind: 'series' }>)
  const combine = (value: number) =>
    left.kind === 'scalar'
      ? apply(op, isBool, left.value, value, value)
      : apply(op, isBool, value, (right as { value: number }).value, value)
  const mapped = series.map((one) => mapSeries(one, one.labels, steps, (i) => combine(one.values[i]!)))
  return { kind: 'series', series: mapped.filter((one) => one.has.includes(1)), isOrdered: false }
}

function mapSeries(
  source: Series,
  labels: ReadonlyMap<string, string>,
  steps: number,
  valueAt: (step: number) => number | undefined,
): Series {
  const values = new Float64Array(steps)
  const has = new Uint8Array(steps)
  for (let i = 0; i < steps; i++) {
    const value = source.has[i] === 1 ? valueAt(i) : undefined
    if (value === undefined) continue
    values[i] = value
    has[i] = 1
  }
  return { labels, values, has }
}

/** One to one, by all labels. */
function matchSeries(expr: BinaryExpr, left: readonly Series[], right: readonly Series[], steps: number): MetricResult {
  const keyOf = (series: Series) => writeLabels([...series.labels].sort((a, b) => compareText(a[0], b[0])))
  const others = new Map(right.map((series) => [keyOf(series), series]))
  const series: Series[] = []
  for (const one of left) {
    const other = others.get(keyOf(one))
    if (other === undefined) continue
    const valueAt = (i: number) =>
      other.has[i] === 1 ? apply(expr.op, expr.isBool, one.values[i]!, other.values[i]!, one.values[i]!) : undefined
    series.push(mapSeries(one, one.labels, steps, valueAt))
  }
  return { kind: 'series', series: series.filter((one) => one.has.includes(1)), isOrdered: false }
}
