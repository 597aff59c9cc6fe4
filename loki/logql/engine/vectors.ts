/** Vector aggregations, one table: at each step, over the values of a group's series (Loki's VectorAggEvaluator). */
import type { VectorExpr, VectorOp } from '../ast.ts'
import { compareSets, type LabelSet, NO_LABELS, project, withoutEmpty } from './labelset.ts'
import { createSeries, type Series } from './matrix.ts'
import { pickSamples, type Sample } from './pick.ts'
import type { Turn } from './source.ts'

export async function aggregate(
  expr: VectorExpr,
  inner: readonly Series[],
  steps: number,
  turn: Turn,
): Promise<Series[]> {
  const { op } = expr
  const groups = groupSeries(expr, inner)
  if (isFold(op)) {
    const folded: Series[] = []
    for (const group of groups) folded.push(await foldGroup(group.labels, group.members, FOLDS[op], steps, turn))
    return folded
  }
  const direction = op === 'topk' || op === 'approx_topk' || op === 'sort_desc' ? -1 : 1
  if (op === 'sort' || op === 'sort_desc') {
    // Only an instant vector has an order.
    return groups.flatMap(({ members }) => (steps === 1 ? sortSeries(members, direction) : members))
  }
  const picked: Series[] = []
  for (const { members } of groups) picked.push(...(await pickBest(members, expr.parameter, direction, steps, turn)))
  return picked
}

interface Group {
  readonly labels: LabelSet
  readonly members: Series[]
}

function groupSeries(expr: VectorExpr, inner: readonly Series[]): Group[] {
  const { labels = [], isWithout = false } = expr.grouping ?? {}
  const names = new Set(isWithout ? [...labels, '__name__'] : labels)
  const groups = new Map<string, Group>()
  for (const series of inner) {
    const kept = names.size === 0 && !isWithout ? NO_LABELS : project(series.labels, names, isWithout)
    const own = isWithout ? withoutEmpty(kept) : kept
    const { key } = APART.has(expr.op) ? kept : own
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels: own, members: [series] })
    else group.members.push(series)
  }
  return [...groups.values()]
}

/**
 * Groups of `without` are told apart by labels that are '', and then lose them. Loki's front end has parts put together
 * again, where groups that look the same become one; these two it does not divide.
 */
const APART: ReadonlySet<VectorOp> = new Set<VectorOp>(['stddev', 'stdvar'])

/** One pass over the present values of a step. `first` starts with the first of them. */
interface Fold {
  first(state: State, value: number): void
  next(state: State, value: number): void
  finish(state: State): number
}

interface State {
  value: number
  mean: number
  count: number
}

type FoldOp = Exclude<VectorOp, 'topk' | 'bottomk' | 'approx_topk' | 'sort' | 'sort_desc'>

const keep = (state: State, value: number) => {
  state.value = value
}
const stateValue = (state: State) => state.value
const spread: Pick<Fold, 'first' | 'next'> = {
  first(state, value) {
    state.value = 0
    state.mean = value
  },
  // Welford's algorithm.
  next(state, value) {
    const delta = value - state.mean
    state.mean += delta / state.count
    state.value += delta * (value - state.mean)
  },
}

const FOLDS: Readonly<Record<FoldOp, Fold>> = {
  sum: {
    first: keep,
    next(state, value) {
      state.value += value
    },
    finish: stateValue,
  },
  avg: {
    first: keep,
    next(state, value) {
      state.value += (value - state.value) / state.count
    },
    finish: stateValue,
  },
  // A number counts for more than NaN.
  min: {
    first: keep,
    next(state, value) {
      if (state.value > value || Number.isNaN(state.value)) state.value = value
    },
    finish: stateValue,
  },
  max: {
    first: keep,
    next(state, value) {
      if (state.value < value || Number.isNaN(state.value)) state.value = value
    },
    finish: stateValue,
  },
  count: { first: () => {}, next: () => {}, finish: (state) => state.count },
  stddev: { ...spread, finish: (state) => Math.sqrt(state.value / state.count) },
  stdvar: { ...spread, finish: (state) => state.value / state.count },
}

function isFold(op: VectorOp): op is FoldOp {
  return Object.hasOwn(FOLDS, op)
}

async function foldGroup(
  labels: LabelSet,
  members: readonly Series[],
  fold: Fold,
  steps: number,
  turn: Turn,
): Promise<Series> {
  const folded = createSeries(labels, steps)
  const state: State = { value: 0, mean: 0, count: 0 }
  for (let i = 0; i < steps; i++) {
    state.count = 0
    for (const { values, has } of members) {
      if (has[i] === 0) continue
      if (++state.count === 1) fold.first(state, values[i]!)
      else fold.next(state, values[i]!)
    }
    if (state.count === 0) continue
    folded.has[i] = 1
    folded.values[i] = fold.finish(state)
    if (turn.isDue()) await turn.pause()
  }
  return folded
}

/** By the values of the only step; those without one are gone. */
function sortSeries(members: readonly Series[], direction: number): Series[] {
  return pickSamples(samplesAt(members, 0), members.length, direction).map(({ member }) => members[member]!)
}

/** topk and bottomk: the k best of each step keep their own labels. */
async function pickBest(
  members: readonly Series[],
  k: number,
  direction: number,
  steps: number,
  turn: Turn,
): Promise<Series[]> {
  if (k < 1) return []
  // As the front end has them of the queriers: of equal values the first ones stay.
  const ordered = [...members].sort((a, b) => compareSets(a.labels, b.labels))
  const picked = new Map<number, Series>()
  for (let i = 0; i < steps; i++) {
    for (const { member, value } of pickSamples(samplesAt(ordered, i), k, direction)) {
      let series = picked.get(member)
      if (series === undefined) picked.set(member, (series = createSeries(ordered[member]!.labels, steps)))
      series.values[i] = value
      series.has[i] = 1
    }
    if (turn.isDue()) await turn.pause()
  }
  return [...picked.values()]
}

function* samplesAt(members: readonly Series[], step: number): Iterable<Sample> {
  for (const [member, { has, values }] of members.entries()) {
    if (has[step] === 1) yield { member, value: values[step]! }
  }
}
