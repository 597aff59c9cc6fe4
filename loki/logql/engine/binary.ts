/** Binary operators: scalars, and vectors matched by their labels at each step (Loki's BinOpStepEvaluator). */
import type { BinaryExpr, VectorMatching } from '../ast.ts'
import { QueryError } from '../error.ts'
import { createLabelSet, type LabelSet, labelValue, project, replaceLabel, withoutEmpty } from './labelset.ts'
import { createSeries, hasValues, type Series, type Value } from './matrix.ts'
import { apply, isSetOp, type SetOp } from './operators.ts'
import type { Turn } from './source.ts'

export async function combine(expr: BinaryExpr, left: Value, right: Value, steps: number, turn: Turn): Promise<Value> {
  const { op, isBool } = expr
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    return { kind: 'scalar', value: apply(op, true, left.value, right.value, left.value)! }
  }
  if (left.kind === 'scalar') {
    const { value: fixed } = left
    const valueAt = (value: number) => apply(op, isBool, fixed, value, value)
    return {
      kind: 'vector',
      series: await mapAll((right as Extract<Value, { kind: 'vector' }>).series, steps, turn, valueAt),
    }
  }
  if (right.kind === 'scalar') {
    const { value: fixed } = right
    const valueAt = (value: number) => apply(op, isBool, value, fixed, value)
    return { kind: 'vector', series: await mapAll(left.series, steps, turn, valueAt) }
  }
  const series = isSetOp(op)
    ? await combineSets(op, expr.matching, left.series, right.series, steps, turn)
    : await combineMatching(expr, left.series, right.series, steps, turn)
  return { kind: 'vector', series }
}

async function mapAll(
  series: readonly Series[],
  steps: number,
  turn: Turn,
  valueAt: (value: number) => number | undefined,
): Promise<Series[]> {
  const mapped: Series[] = []
  for (const source of series) {
    const target = createSeries(source.labels, steps)
    for (let i = 0; i < steps; i++) {
      const value = source.has[i] === 1 ? valueAt(source.values[i]!) : undefined
      if (value === undefined) continue
      target.values[i] = value
      target.has[i] = 1
    }
    if (hasValues(target)) mapped.push(target)
    if (turn.isDue()) await turn.pause()
  }
  return mapped
}

/** What two series have to have in common to match. */
function signatureOf(matching: VectorMatching): (labels: LabelSet) => string {
  const names = new Set(matching.labels)
  if (names.size === 0 && !matching.isOn) return (labels) => withoutEmpty(labels).key
  return (labels) => withoutEmpty(project(labels, names, !matching.isOn)).key
}

function bySignature(series: readonly Series[], signature: (labels: LabelSet) => string): Map<string, Series[]> {
  const groups = new Map<string, Series[]>()
  for (const one of series) {
    const key = signature(one.labels)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

/** and, or, unless: samples of one side by whether the other has one that matches. */
async function combineSets(
  op: SetOp,
  matching: VectorMatching,
  left: readonly Series[],
  right: readonly Series[],
  steps: number,
  turn: Turn,
): Promise<Series[]> {
  const signature = signatureOf(matching)
  const [kept, other, wantsMatch] = op === 'or' ? [right, left, false] : [left, right, op === 'and']
  const others = bySignature(other, signature)
  const chosen: Series[] = []
  for (const one of kept) {
    const matches = others.get(signature(one.labels)) ?? []
    const target = createSeries(one.labels, steps)
    for (let i = 0; i < steps; i++) {
      if (one.has[i] === 0 || matches.some(({ has }) => has[i] === 1) !== wantsMatch) continue
      target.values[i] = one.values[i]!
      target.has[i] = 1
    }
    if (hasValues(target)) chosen.push(target)
    if (turn.isDue()) await turn.pause()
  }
  return op === 'or' ? [...left, ...chosen] : chosen
}

/** Arithmetic and comparisons. `many` is the side whose samples stay apart, `one` the side that must be unique. */
async function combineMatching(
  expr: BinaryExpr,
  left: readonly Series[],
  right: readonly Series[],
  steps: number,
  turn: Turn,
): Promise<Series[]> {
  const { op, isBool, matching } = expr
  const isSwapped = matching.card === 'one-to-many'
  const [many, one] = isSwapped ? [right, left] : [left, right]
  const signature = signatureOf(matching)
  const ones = bySignature(one, signature)
  for (const group of ones.values()) checkUnique(group, steps, isSwapped ? 'left' : 'right')
  const results = createResults(steps)
  const taken = new Map<string, Uint8Array>()
  for (const each of many) {
    const key = signature(each.labels)
    for (const match of ones.get(key) ?? []) {
      const labels = resultLabels(each.labels, match.labels, matching)
      const claim = createClaim(taken, matching.card === 'one-to-one' ? key : `${key}\u0000${labels.key}`, steps)
      for (let i = 0; i < steps; i++) {
        if (each.has[i] === 0 || match.has[i] === 0) continue
        if (claim[i] === 1) throw duplicateMatch(matching.card === 'one-to-one')
        claim[i] = 1
        const [a, b] = isSwapped ? [match.values[i]!, each.values[i]!] : [each.values[i]!, match.values[i]!]
        const value = apply(op, isBool, a, b, a)
        if (value !== undefined) results.set(labels, i, value)
      }
      if (turn.isDue()) await turn.pause()
    }
  }
  return results.all()
}

/** Of several series that match alike only one may have a value at a step. */
function checkUnique(group: readonly Series[], steps: number, side: string): void {
  if (group.length < 2) return
  for (let i = 0; i < steps; i++) {
    if (group.reduce((count, { has }) => count + has[i]!, 0) < 2) continue
    const message = `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: matching labels must be unique on one side`
    throw new QueryError(500, message)
  }
}

function createClaim(taken: Map<string, Uint8Array>, key: string, steps: number): Uint8Array {
  let claim = taken.get(key)
  if (claim === undefined) taken.set(key, (claim = new Uint8Array(steps)))
  return claim
}

function duplicateMatch(isOneToOne: boolean): QueryError {
  const what = isOneToOne
    ? 'many-to-one matching must be explicit (group_left/group_right)'
    : 'grouping labels must ensure unique matches'
  return new QueryError(500, `multiple matches for labels: ${what}`)
}

function resultLabels(many: LabelSet, one: LabelSet, matching: VectorMatching): LabelSet {
  let labels = withoutEmpty(many)
  if (matching.card === 'one-to-one' && (matching.isOn || matching.labels.length > 0)) {
    labels = project(labels, new Set(matching.labels), !matching.isOn)
  }
  for (const name of matching.include) labels = replaceLabel(labels, name, labelValue(one, name))
  return labels
}

/** Series by their labels: which of them a sample belongs to may change from step to step. */
function createResults(steps: number) {
  const byKey = new Map<string, Series>()
  return {
    set(labels: LabelSet, step: number, value: number): void {
      let series = byKey.get(labels.key)
      if (series === undefined) byKey.set(labels.key, (series = createSeries(createLabelSet(labels.pairs), steps)))
      series.values[step] = value
      series.has[step] = 1
    },
    all: () => [...byKey.values()],
  }
}
