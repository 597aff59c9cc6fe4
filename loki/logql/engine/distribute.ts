/**
 * What Loki's front end makes of a metric query before it is evaluated (its shard mapper, pkg/logql/shardmapper.go):
 * averages become sums over counts, and parts of the query are asked for separately. Only what the answer shows of it
 * is done here: avg_over_time with a grouping divides by all entries, whether or not they have the value, and
 * max_query_series holds for each part.
 */
import type { BinaryExpr, Grouping, MetricExpr, RangeExpr, RangeOp, VectorExpr, VectorOp } from '../ast.ts'

export interface Distributed {
  readonly expr: MetricExpr
  /** Parts of it that are asked for separately. */
  readonly parts: ReadonlySet<MetricExpr>
}

export function distribute(expr: MetricExpr): Distributed {
  const parts = new Set<MetricExpr>()
  const mapped = mapExpr(expr, true, parts)
  return { expr: mapped, parts }
}

/** The same object when nothing of it is asked for separately. */
function mapExpr(expr: MetricExpr, isTop: boolean, parts: Set<MetricExpr>): MetricExpr {
  switch (expr.kind) {
    case 'number':
    case 'constant':
      return expr
    case 'vector':
      return mapVector(expr, isTop, parts)
    case 'range':
      return mapRange(expr, isTop, parts)
    case 'binary':
      return mapBinary(expr, isTop, parts)
    case 'label_replace': {
      const inner = mapExpr(expr.inner, isTop, parts)
      return inner === expr.inner && !parts.has(inner) ? expr : { ...expr, inner }
    }
  }
}

function mapBinary(expr: BinaryExpr, isTop: boolean, parts: Set<MetricExpr>): MetricExpr {
  const mapLeg = (leg: MetricExpr) => {
    const mapped = mapExpr(leg, isTop, parts)
    if (mapped === leg && leg.kind !== 'number' && leg.kind !== 'constant') parts.add(leg)
    return mapped
  }
  return { ...expr, left: mapLeg(expr.left), right: mapLeg(expr.right) }
}

function mapVector(expr: VectorExpr, isTop: boolean, parts: Set<MetricExpr>): MetricExpr {
  const { op, inner, grouping } = expr
  if (isShardable(expr, isTop)) {
    if (op === 'avg') return mapBinary(divide({ ...expr, op: 'sum' }, { ...expr, op: 'count' }), isTop, parts)
    if (op === 'sum' || op === 'count' || ((op === 'min' || op === 'max') && !reducesLabels(inner))) {
      return asPart({ ...expr, grouping }, parts)
    }
  }
  const mapped = mapExpr(inner, false, parts)
  return mapped === inner ? expr : { ...expr, inner: mapped }
}

function asPart<Expr extends MetricExpr>(expr: Expr, parts: Set<MetricExpr>): Expr {
  parts.add(expr)
  return expr
}

function divide(left: MetricExpr, right: MetricExpr): BinaryExpr {
  const matching = { card: 'one-to-one', isOn: false, labels: [], include: [] } as const
  return { kind: 'binary', op: '/', isBool: false, matching, left, right }
}

function mapRange(expr: RangeExpr, isTop: boolean, parts: Set<MetricExpr>): MetricExpr {
  if (!isShardable(expr, isTop) || UNSPLIT.has(expr.op)) return expr
  const isPlain = !reducesLabels(expr) && (expr.grouping === undefined || isNeutral(expr.grouping))
  if (isPlain) return asPart({ ...expr }, parts)
  const grouping = expr.grouping ?? { isWithout: true, labels: [] }
  const op = MERGERS.get(expr.op)
  if (op !== undefined) return { kind: 'vector', op, inner: asPart({ ...expr }, parts), grouping, parameter: 0 }
  const total: RangeExpr = { ...expr, op: 'sum_over_time', grouping: undefined }
  // The entries are counted without their values: those that have none, or one that a filter behind unwrap drops, count too.
  const count: RangeExpr = { ...expr, op: 'count_over_time', grouping: undefined, unwrap: undefined }
  const own = grouping.isWithout && expr.unwrap !== undefined ? [...grouping.labels, expr.unwrap.name] : grouping.labels
  return divide(
    mapVector(sumOf(total, grouping), false, parts),
    mapVector(sumOf(count, { ...grouping, labels: own }), false, parts),
  )
}

function sumOf(inner: RangeExpr, grouping: Grouping): VectorExpr {
  return { kind: 'vector', op: 'sum', inner, grouping, parameter: 0 }
}

function isNeutral(grouping: Grouping): boolean {
  return grouping.isWithout && grouping.labels.length === 0
}

/** How series that have become the same are put together; on the way labels without a value are lost. */
const MERGERS: ReadonlyMap<RangeOp, VectorOp> = new Map<RangeOp, VectorOp>([
  ...(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time'] as const).map(
    (op) => [op, 'sum'] as const,
  ),
  ['min_over_time', 'min'],
  ['max_over_time', 'max'],
])

/** Shardable by their names, but only with settings that are off by default. */
const UNSPLIT: ReadonlySet<string> = new Set(['quantile_over_time', 'first_over_time', 'last_over_time'])

const SHARDABLE: ReadonlySet<string> = new Set([
  ...['sum', 'avg', 'count', 'max', 'min', '+', '*'],
  ...['avg_over_time', 'count_over_time', 'first_over_time', 'last_over_time', 'rate', 'bytes_over_time'],
  ...['bytes_rate', 'sum_over_time', 'max_over_time', 'min_over_time', 'quantile_over_time'],
])

function isShardable(expr: MetricExpr, isTop: boolean): boolean {
  switch (expr.kind) {
    case 'number':
      return true
    case 'constant':
    case 'label_replace':
      return false
    case 'range':
      return SHARDABLE.has(expr.op) && (isTop || expr.op !== 'quantile_over_time')
    case 'binary': {
      const { matching, op, left, right } = expr
      if (matching.isOn || matching.labels.length > 0) return false
      return SHARDABLE.has(op) && isShardable(left, isTop) && isShardable(right, isTop)
    }
    case 'vector': {
      const { op, inner } = expr
      if (!SHARDABLE.has(op) || !isShardable(inner, isTop)) return false
      if (op === 'count' || op === 'avg') return !reducesLabels(inner)
      if (op === 'max' || op === 'min') return inner.kind === 'range' && isShardable(inner, false)
      return !(inner.kind === 'vector' && (inner.op === 'min' || inner.op === 'max'))
    }
  }
}

/** Whether different label sets may become the same. */
function reducesLabels(expr: MetricExpr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'constant':
      return false
    case 'label_replace':
      return reducesLabels(expr.inner)
    case 'binary':
      return reducesLabels(expr.left) || reducesLabels(expr.right)
    case 'vector':
      return (expr.grouping?.labels.length ?? 0) > 0 || reducesLabels(expr.inner)
    case 'range':
      return (
        (expr.grouping?.labels.length ?? 0) > 0 ||
        expr.log.stages.some(
          (stage) =>
            stage.kind === 'keep' ||
            stage.kind === 'drop' ||
            (stage.kind === 'label_format' && stage.formats.some(({ isRename }) => isRename)),
        )
      )
  }
}
