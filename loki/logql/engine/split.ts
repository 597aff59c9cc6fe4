/**
 * What Loki's front end makes of an instant query whose range is longer than an hour (pkg/logql/rangemapper.go,
 * split_instant_metric_queries_by_interval): the range is asked for hour by hour, and the answers are put together. The
 * aggregation around it is asked of each hour: max(count_over_time(… [2h])) is the sum of two hours' greatest counts.
 */
import type { Grouping, MetricExpr, RangeExpr, VectorExpr, VectorOp } from '../ast.ts'
import { rangesOf } from '../ranges.ts'
import { HOUR } from '../units.ts'

export interface Split {
  readonly expr: MetricExpr
  /** Stands in `expr` for the series of all of these together. */
  readonly joined: ReadonlyMap<MetricExpr, readonly MetricExpr[]>
}

/** Longer ranges are left whole: nobody keeps logs so long in memory. */
const MAX_HOURS = 1000

/** undefined when there is nothing to split. */
export function splitRanges(expr: MetricExpr): Split | undefined {
  if (!isSplittable(expr)) return undefined
  const joined = new Map<MetricExpr, MetricExpr[]>()
  const mapped = mapExpr(expr, undefined, joined)
  const isBounded = [...joined.values()].every((hours) => hours.length <= MAX_HOURS)
  return mapped === expr || !isBounded ? undefined : { expr: mapped, joined }
}

type Joined = Map<MetricExpr, MetricExpr[]>

const VECTOR_OPS: ReadonlySet<string> = new Set(['sum', 'count', 'max', 'min', 'avg', 'topk', 'sort', 'sort_desc'])
const RANGE_OPS: ReadonlySet<string> = new Set([
  ...['rate', 'bytes_rate', 'bytes_over_time', 'count_over_time'],
  ...['sum_over_time', 'max_over_time', 'min_over_time'],
])
/** Aggregations that are not asked of each hour. */
const KEPT: ReadonlySet<string> = new Set(['count', 'topk', 'sort', 'sort_desc'])

function isSplittable(expr: MetricExpr): boolean {
  switch (expr.kind) {
    case 'vector':
      return VECTOR_OPS.has(expr.op) && isSplittable(expr.inner)
    case 'range':
      return RANGE_OPS.has(expr.op)
    case 'binary':
      return (
        isSplittable(expr.left) ||
        (expr.left.kind === 'number' && isSplittable(expr.right)) ||
        expr.right.kind === 'number'
      )
    case 'label_replace':
      return isSplittable(expr.inner)
    default:
      return false
  }
}

/** `around` is the aggregation to ask of each hour. The same object when nothing is split. */
function mapExpr(expr: MetricExpr, around: VectorExpr | undefined, joined: Joined): MetricExpr {
  switch (expr.kind) {
    case 'vector': {
      if ((rangesOf(expr).at(-1)?.rangeMs ?? 0) <= HOUR) return expr
      const own = expr.inner.kind === 'binary' || KEPT.has(expr.op) ? undefined : expr
      const inner = mapExpr(expr.inner, own, joined)
      return inner === expr.inner ? expr : { ...expr, inner }
    }
    case 'range':
      return expr.rangeMs <= HOUR ? expr : mapRange(expr, around, joined)
    case 'binary': {
      const left = mapExpr(expr.left, around, joined)
      if (left === expr.left && left.kind !== 'number') return expr
      const right = mapExpr(expr.right, around, joined)
      return right === expr.right && right.kind !== 'number' ? expr : { ...expr, left, right }
    }
    case 'label_replace': {
      const inner = mapExpr(expr.inner, around, joined)
      return inner === expr.inner ? expr : { ...expr, inner }
    }
    default:
      return expr
  }
}

function mapRange(expr: RangeExpr, around: VectorExpr | undefined, joined: Joined): MetricExpr {
  const { op, grouping } = expr
  const extracts = expr.log.stages.some(
    (stage) => (stage.kind === 'json' || stage.kind === 'logfmt') && stage.expressions.length === 0,
  )
  if (grouping === undefined && around === undefined && extracts) return expr
  switch (op) {
    case 'sum_over_time':
      return merge('sum', join(around ?? expr, joined), grouping)
    case 'max_over_time':
      return merge('max', join(around ?? expr, joined), grouping)
    case 'min_over_time':
      return merge('min', join(around ?? expr, joined), grouping)
    case 'count_over_time':
    case 'bytes_over_time': {
      const all = join(around ?? expr, joined)
      return extracts ? all : merge('sum', all, grouping)
    }
    case 'rate':
    case 'bytes_rate':
      return extracts && around?.op !== 'sum' ? expr : mapRate(expr, around, joined)
    default:
      return expr
  }
}

/** A rate is what was counted in all hours, by the whole range. */
function mapRate(expr: RangeExpr, around: VectorExpr | undefined, joined: Joined): MetricExpr {
  const op =
    expr.op === 'bytes_rate' ? 'bytes_over_time' : expr.unwrap === undefined ? 'count_over_time' : 'sum_over_time'
  const counted: RangeExpr = { ...expr, op, grouping: undefined }
  const asked: MetricExpr = around === undefined ? counted : { ...around, inner: counted, parameter: 0 }
  return {
    kind: 'binary',
    op: '/',
    isBool: false,
    matching: { card: 'one-to-one', isOn: false, labels: [], include: [] },
    left: merge('sum', join(asked, joined), undefined),
    right: { kind: 'number', value: expr.rangeMs / 1000 },
  }
}

function merge(op: VectorOp, inner: MetricExpr, grouping: Grouping | undefined): VectorExpr {
  return { kind: 'vector', op, inner, grouping: grouping ?? { isWithout: true, labels: [] }, parameter: 0 }
}

/** Stands for the answers of all hours together. */
function join(expr: MetricExpr, joined: Joined): MetricExpr {
  const [range] = rangesOf(expr)
  const hours: MetricExpr[] = []
  for (let behind = 0; behind < range!.rangeMs && hours.length <= MAX_HOURS; behind += HOUR) {
    const rangeMs = Math.min(HOUR, range!.rangeMs - behind)
    hours.push(withRange(expr, rangeMs, range!.offsetMs + behind))
  }
  const place: MetricExpr = { kind: 'constant', value: 0 }
  joined.set(place, hours)
  return place
}

function withRange(expr: MetricExpr, rangeMs: number, offsetMs: number): MetricExpr {
  switch (expr.kind) {
    case 'range':
      return { ...expr, rangeMs, offsetMs }
    case 'vector':
    case 'label_replace':
      return { ...expr, inner: withRange(expr.inner, rangeMs, offsetMs) }
    case 'binary':
      return {
        ...expr,
        left: withRange(expr.left, rangeMs, offsetMs),
        right: withRange(expr.right, rangeMs, offsetMs),
      }
    default:
      return expr
  }
}
