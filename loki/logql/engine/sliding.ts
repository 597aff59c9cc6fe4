/**
 * Answers many overlapping windows of one series without adding up each anew: a tree of partial results, prefix
 * sums of counter resets, ranks for quantiles. Windows move forward only.
 */
import { type Samples, sortSamples, type Window } from './samples.ts'

/**
 * Prepares all of a series' samples, yielding now and then so that others can work; the function that comes of it
 * answers windows, their from and to never falling.
 */
export type Slide = (times: Float64Array, values: Float64Array, count: number) => Generator<void, Answer>
export type Answer = (window: Window, seconds: number) => number

/** A segment tree over one number a node. `empty` is what combining starts with. */
export function createTree(
  empty: number,
  combine: (a: number, b: number) => number,
  finish: (total: number, seconds: number) => number = (total) => total,
): Slide {
  return function* (_times, values, count) {
    const tree = new Float64Array(2 * count)
    tree.set(values.subarray(0, count), count)
    for (let i = count - 1; i > 0; i--) tree[i] = combine(tree[2 * i]!, tree[2 * i + 1]!)
    return ({ from, to }, seconds) => {
      let left = empty
      let right = empty
      let low = from + count
      let high = to + count
      for (; low < high; low >>= 1, high >>= 1) {
        if (low & 1) left = combine(left, tree[low++]!)
        if (high & 1) right = combine(tree[--high]!, right)
      }
      return finish(combine(left, right), seconds)
    }
  }
}

export interface Moments {
  count: number
  mean: number
  /** Sum of squared distances from the mean. */
  squares: number
}

/** Count, mean and squares of groups of samples, combined as Chan, Golub and LeVeque do. */
export function createMoments(finish: (moments: Moments) => number): Slide {
  return function* (_times, values, count) {
    const counts = new Float64Array(2 * count).fill(1, count)
    const means = new Float64Array(2 * count)
    const squares = new Float64Array(2 * count)
    means.set(values.subarray(0, count), count)
    // Infinite and missing numbers have no distance from their mean.
    for (let i = 0; i < count; i++) if (!Number.isFinite(values[i]!)) squares[count + i] = Number.NaN
    const node: Moments = { count: 0, mean: 0, squares: 0 }
    const add = (to: Moments, i: number) => addMoments(to, counts[i]!, means[i]!, squares[i]!)
    for (let i = count - 1; i > 0; i--) {
      node.count = 0
      add(node, 2 * i)
      add(node, 2 * i + 1)
      counts[i] = node.count
      means[i] = node.mean
      squares[i] = node.squares
    }
    return ({ from, to }) => {
      node.count = 0
      let low = from + count
      let high = to + count
      for (; low < high; low >>= 1, high >>= 1) {
        if (low & 1) add(node, low++)
        if (high & 1) add(node, --high)
      }
      return finish(node)
    }
  }
}

function addMoments(to: Moments, count: number, mean: number, squares: number): void {
  if (to.count === 0) {
    to.count = count
    to.mean = mean
    to.squares = squares
    return
  }
  const total = to.count + count
  const delta = mean - to.mean
  to.squares += squares + (delta * delta * to.count * count) / total
  // An infinite mean stays, unless it meets the other infinity.
  if (mean === to.mean) to.mean = mean
  else if (Number.isFinite(delta)) to.mean += (delta * count) / total
  else to.mean += Number.isFinite(mean) && !Number.isFinite(to.mean) ? 0 : mean
  to.count = total
}

/** A counter's rise: what it fell by at resets, summed up to each sample. */
export function createResets(extrapolate: (window: Window, risen: number, seconds: number) => number): Slide {
  return function* (_times, values, count) {
    const fallen = new Float64Array(count)
    for (let i = 1; i < count; i++) {
      fallen[i] = fallen[i - 1]! + (values[i]! < values[i - 1]! ? values[i - 1]! : 0)
    }
    return (window, seconds) => {
      const { from, to } = window
      // Loki starts from zero: a first value below it adds nothing.
      const risen = values[to - 1]! - values[from]! + (fallen[to - 1]! - fallen[from]!)
      return extrapolate(window, risen, seconds)
    }
  }
}

/** Ranks are counted in groups of so many. */
const GROUP = 512

/** How many samples of each rank are in the window, and of each group of ranks: adding is cheap, finding is rare. */
export function createRanks(
  quantile: number,
  interpolate: (quantile: number, count: number, at: (index: number) => number) => number,
): Slide {
  return function* (_times, values, count) {
    const { distinct, rankOf } = yield* rankValues(values, count)
    const inRank = new Uint32Array(distinct.length)
    const inGroup = new Uint32Array(Math.ceil(distinct.length / GROUP))
    let from = 0
    let to = 0
    const change = (sample: number, by: number) => {
      const rank = rankOf[sample]!
      inRank[rank]! += by
      inGroup[Math.floor(rank / GROUP)]! += by
    }
    const find = (index: number): number => {
      let rest = index
      let group = 0
      while (rest >= inGroup[group]!) rest -= inGroup[group++]!
      let rank = group * GROUP
      while (rest >= inRank[rank]!) rest -= inRank[rank++]!
      return distinct[rank]!
    }
    return (window) => {
      while (to < window.to) change(to++, 1)
      while (from < window.from) change(from++, -1)
      return interpolate(quantile, window.to - window.from, find)
    }
  }
}

/** Values sorted in one go, and ranks found in one. */
const CHUNK = 65_536

/** The different values from least to greatest (NaN least of all, as in Loki), and which of them each sample has. */
function* rankValues(
  values: Float64Array,
  count: number,
): Generator<void, { distinct: Float64Array; rankOf: Uint32Array }> {
  const numbers = values.subarray(0, count).filter((value) => !Number.isNaN(value))
  for (let start = 0; start < numbers.length; start += CHUNK) {
    numbers.subarray(start, start + CHUNK).sort()
    yield
  }
  const sorted: Samples = { count: numbers.length, times: numbers, values: numbers, ranks: undefined, isSorted: false }
  yield* sortSamples(sorted)
  const distinct = new Float64Array(count + 1)
  // The first is NaN's, whether or not there is one.
  distinct[0] = Number.NaN
  let size = 1
  for (let i = 0; i < numbers.length; i++) {
    if (i === 0 || sorted.times[i] !== sorted.times[i - 1]) distinct[size++] = sorted.times[i]!
  }
  const ranks = distinct.subarray(0, size)
  const rankOf = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    rankOf[i] = findRank(ranks, values[i]!)
    if (i % CHUNK === CHUNK - 1) yield
  }
  return { distinct: ranks, rankOf }
}

function findRank(ranks: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0
  let low = 1
  let high = ranks.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ranks[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
