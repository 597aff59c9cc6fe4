/**
 * Range functions over unwrapped values, one table: what each makes of the samples of a window (Loki's
 * pkg/logql/range_vector.go, added up in its order). Where windows overlap so much that adding up each of them anew
 * would cost too much, `slide` says how to answer all of them at less.
 */
import type { RangeOp } from '../ast.ts'
import type { Window } from './samples.ts'
import { createMoments, createRanks, createResets, createTree, type Slide } from './sliding.ts'

export interface RangeFold {
  /** `seconds` is the range's length. */
  fold(window: Window, seconds: number): number
  readonly slide?: Slide
  /** Whether `slide` answers the very same, to the last bit. */
  readonly isSlideExact?: true
}

/** The functions that need values; the others count entries and bytes, see counting.ts. */
export type ValueOp = Exclude<RangeOp, 'count_over_time' | 'bytes_over_time' | 'bytes_rate' | 'quantile_over_time'>

export const VALUE_OPS: Readonly<Record<ValueOp, RangeFold>> = {
  sum_over_time: { fold: sum, slide: createTree(0, (a, b) => a + b) },
  rate: {
    fold: (window, seconds) => sum(window) / seconds,
    slide: createTree(
      0,
      (a, b) => a + b,
      (total, seconds) => total / seconds,
    ),
  },
  avg_over_time: { fold: mean, slide: createMoments((moments) => moments.mean) },
  min_over_time: { fold: least, slide: createTree(Number.NaN, (a, b) => (a < b || Number.isNaN(b) ? a : b)) },
  max_over_time: { fold: most, slide: createTree(Number.NaN, (a, b) => (a > b || Number.isNaN(b) ? a : b)) },
  stdvar_over_time: { fold: variance, slide: createMoments((moments) => moments.squares / moments.count) },
  stddev_over_time: {
    fold: (window) => Math.sqrt(variance(window)),
    slide: createMoments((moments) => Math.sqrt(moments.squares / moments.count)),
  },
  first_over_time: { fold: ({ values, from }) => values[from]! },
  last_over_time: { fold: ({ values, to }) => values[to - 1]! },
  absent_over_time: { fold: () => 1 },
  rate_counter: { fold: rateCounter, slide: createResets(extrapolate) },
}

/** quantile_over_time by its quantile. */
export function quantileFold(quantile: number): RangeFold {
  return {
    fold: (window) => quantileOf(window, quantile),
    slide: createRanks(quantile, interpolate),
    isSlideExact: true,
  }
}

function sum({ values, from, to }: Window): number {
  let total = 0
  for (let i = from; i < to; i++) total += values[i]!
  return total
}

/** Once the mean is infinite, finite values and infinities of its sign leave it so. */
function mean({ values, from, to }: Window): number {
  let result = 0
  let count = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    count++
    const isInfinite = result === Number.POSITIVE_INFINITY || result === Number.NEGATIVE_INFINITY
    if (isInfinite && (value === result || Number.isFinite(value))) continue
    result += value / count - result / count
  }
  return result
}

/** A number counts for more than NaN. */
function least({ values, from, to }: Window): number {
  let result = values[from]!
  for (let i = from + 1; i < to; i++) if (values[i]! < result || Number.isNaN(result)) result = values[i]!
  return result
}

function most({ values, from, to }: Window): number {
  let result = values[from]!
  for (let i = from + 1; i < to; i++) if (values[i]! > result || Number.isNaN(result)) result = values[i]!
  return result
}

/** Welford's algorithm, over the whole of the values. */
function variance({ values, from, to }: Window): number {
  let squares = 0
  let average = 0
  for (let i = from; i < to; i++) {
    const delta = values[i]! - average
    average += delta / (i - from + 1)
    squares += delta * (values[i]! - average)
  }
  return squares / (to - from)
}

function quantileOf({ values, from, to }: Window, quantile: number): number {
  // NaN is sorted last, and counts as least.
  const sorted = values.slice(from, to).sort()
  const count = to - from
  let nans = 0
  while (nans < count && Number.isNaN(sorted[count - 1 - nans]!)) nans++
  return interpolate(quantile, count, (index) => (index < nans ? Number.NaN : sorted[index - nans]!))
}

/** Between two values, a mean of both by distance. `at` gives the index'th least. */
function interpolate(quantile: number, count: number, at: (index: number) => number): number {
  if (Number.isNaN(quantile)) return Number.NaN
  if (quantile < 0) return Number.NEGATIVE_INFINITY
  if (quantile > 1) return Number.POSITIVE_INFINITY
  const rank = quantile * (count - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(count - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return at(lower) * (1 - weight) + at(upper) * weight
}

/** What a counter rose by, resets to zero counted in. */
function rateCounter(window: Window, seconds: number): number {
  const { values, from, to } = window
  let risen = values[to - 1]! - values[from]!
  let before = 0
  for (let i = from; i < to; i++) {
    if (values[i]! < before) risen += before
    before = values[i]!
  }
  return extrapolate(window, risen, seconds)
}

/**
 * Prometheus's extrapolatedRate as Loki calls it: times are nanoseconds there and the range is milliseconds, so the
 * start of the range is a thousandth of a thousandth of where it should be. Kept, since Loki answers so.
 */
function extrapolate(window: Window, risen: number, seconds: number): number {
  const { times, values, from, to } = window
  const count = to - from
  if (count < 2) return 0
  const sampled = (times[to - 1]! - times[from]!) / 1000
  const average = sampled / (count - 1)
  let toStart = seconds
  if (risen > 0 && values[from]! >= 0) {
    const toZero = sampled * (values[from]! / risen)
    if (toZero < toStart) toStart = toZero
  }
  const threshold = average * 1.1
  let interval = sampled
  interval += toStart < threshold ? toStart : average / 2
  // The end of the range is taken to be the last sample.
  interval += threshold > 0 ? 0 : average / 2
  return (risen * (interval / sampled)) / seconds
}
