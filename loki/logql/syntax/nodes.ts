/** Nodes of metric queries with the checks that Loki makes while it builds them; what fails becomes a fault. */
import type {
  BinaryExpr,
  BinaryOp,
  Grouping,
  LabelReplaceExpr,
  LogExpr,
  LogRange,
  RangeExpr,
  RangeOp,
  VectorExpr,
  VectorMatching,
  VectorOp,
} from '../ast.ts'
import { parseError, type QueryError } from '../error.ts'
import { writeFixed } from '../numbers.ts'
import { regexFault } from '../regex.ts'
import { fold, type Literal, parseFloat64 } from './literal.ts'

/** What stands between a binary operator and its right side. */
export interface Modifier {
  readonly isBool: boolean
  readonly matching: VectorMatching
}

/** The tree before it is checked: as in ast.ts, but faults may stand in it, and variants. */
export type Node =
  | LogExpr
  | RangeExpr
  | (Omit<VectorExpr, 'inner'> & { readonly inner: Node })
  | (Omit<BinaryExpr, 'left' | 'right'> & { readonly left: Node; readonly right: Node })
  | (Omit<LabelReplaceExpr, 'inner'> & { readonly inner: Node })
  | Literal
  | { readonly kind: 'constant'; readonly value: number; readonly fault: QueryError | undefined }
  | { readonly kind: 'variants'; readonly variants: readonly Node[]; readonly of: LogRange }
  | { readonly kind: 'fault'; readonly fault: QueryError }

const fault = (message: string): Node => ({ kind: 'fault', fault: parseError(message) })

type Words = 'always' | 'never' | 'may'

/** Per range function: whether it takes unwrap, and whether a grouping. */
const RANGE_TAKES: Readonly<Record<RangeOp, { readonly unwrap: Words; readonly hasGrouping: boolean }>> = {
  count_over_time: { unwrap: 'never', hasGrouping: false },
  rate: { unwrap: 'may', hasGrouping: false },
  rate_counter: { unwrap: 'always', hasGrouping: false },
  bytes_over_time: { unwrap: 'never', hasGrouping: false },
  bytes_rate: { unwrap: 'never', hasGrouping: false },
  sum_over_time: { unwrap: 'always', hasGrouping: false },
  avg_over_time: { unwrap: 'always', hasGrouping: true },
  min_over_time: { unwrap: 'always', hasGrouping: true },
  max_over_time: { unwrap: 'always', hasGrouping: true },
  first_over_time: { unwrap: 'always', hasGrouping: true },
  last_over_time: { unwrap: 'always', hasGrouping: true },
  stddev_over_time: { unwrap: 'always', hasGrouping: true },
  stdvar_over_time: { unwrap: 'always', hasGrouping: true },
  quantile_over_time: { unwrap: 'always', hasGrouping: true },
  absent_over_time: { unwrap: 'may', hasGrouping: false },
}

export function range(op: RangeOp, inner: LogRange, grouping: Grouping | undefined, parameter?: string): Node {
  const takesParameter = op === 'quantile_over_time'
  if (parameter !== undefined && !takesParameter)
    return fault(`parameter ${parameter} not supported for operation ${op}`)
  if (parameter === undefined && takesParameter) return fault(`parameter required for operation ${op}`)
  const read = parameter === undefined ? undefined : parseFloat64(parameter)
  if (read?.error !== undefined) return fault(`invalid parameter for operation ${op}: ${read.error}`)
  const takes = RANGE_TAKES[op]
  if (grouping !== undefined && !takes.hasGrouping) return fault(`grouping not allowed for ${op} aggregation`)
  if (inner.unwrap !== undefined && takes.unwrap === 'never') return fault(`invalid aggregation ${op} with unwrap`)
  if (inner.unwrap === undefined && takes.unwrap === 'always') return fault(`invalid aggregation ${op} without unwrap`)
  return { kind: 'range', op, ...inner, grouping, parameter: read?.value ?? Number.NaN }
}

const TAKES_K: ReadonlySet<VectorOp> = new Set(['topk', 'bottomk', 'approx_topk'])
/** Go's int has 64 bits. */
const MAX_K = 2 ** 63

export function vector(op: VectorOp, inner: Node, grouping: Grouping | undefined, parameter?: string): Node {
  if (!TAKES_K.has(op)) {
    if (parameter !== undefined) return fault(`unsupported parameter for operation ${op}(${parameter},`)
    return { kind: 'vector', op, inner, grouping, parameter: 0 }
  }
  if (parameter === undefined) return fault(`parameter required for operation ${op}`)
  const k = /^\d+$/.test(parameter) ? Number(parameter) : Number.NaN
  if (!(k < MAX_K)) return fault(`invalid parameter ${op}(${parameter},`)
  if (k <= 0) return fault(`invalid parameter (must be greater than 0) ${op}(${parameter}`)
  if (op === 'approx_topk' && grouping !== undefined) return fault(`grouping not allowed for ${op} aggregation`)
  return { kind: 'vector', op, inner, grouping, parameter: k }
}

export function binary(op: BinaryOp, { isBool, matching }: Modifier, left: Node, right: Node): Node {
  for (const [side, leg] of sides(left, right)) {
    if (leg.kind !== 'log') continue
    const type = leg.stages.length > 0 ? '*syntax.PipelineExpr' : '*syntax.MatchersExpr'
    return fault(`unexpected type for ${side} leg of binary operation (${op}): ${type}`)
  }
  for (const [, leg] of sides(left, right)) {
    if (leg.kind === 'number' && leg.fault !== undefined) return { kind: 'fault', fault: leg.fault }
  }
  if (op === 'or' || op === 'and' || op === 'unless') {
    for (const [side, leg] of sides(left, right)) {
      if (leg.kind !== 'number') continue
      return fault(
        `unexpected literal for ${side} leg of logical/set binary operation (${op}): ${writeFixed(leg.value)}`,
      )
    }
  }
  if (left.kind === 'number' && right.kind === 'number') return fold(op, left.value, right.value)
  return { kind: 'binary', op, isBool, matching, left, right }
}

function sides(left: Node, right: Node): readonly (readonly ['left' | 'right', Node])[] {
  return [
    ['left', left],
    ['right', right],
  ]
}

export function labelReplace(inner: Node, target: string, replacement: string, source: string, pattern: string): Node {
  const wrong = regexFault(`^(?:${pattern})$`)
  if (wrong !== undefined) return fault(`invalid regex in label_replace: ${wrong}`)
  return { kind: 'label_replace', inner, target, replacement, source, pattern }
}
