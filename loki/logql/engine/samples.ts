/** Samples of one series: times and values side by side, put in order of time once all are there. */

/** Samples [from, to) in order of time; there is at least one. */
export interface Window {
  readonly times: Float64Array
  readonly values: Float64Array
  from: number
  to: number
}

export interface Samples {
  count: number
  /** Nanoseconds from the query's first step. */
  times: Float64Array
  values: Float64Array
  /** Which of several samples of one time comes first: the least. undefined where their order is of no matter. */
  ranks: Float64Array | undefined
  isSorted: boolean
}

const FIRST_SIZE = 16

export function createSamples(isRanked: boolean): Samples {
  return {
    count: 0,
    times: new Float64Array(FIRST_SIZE),
    values: new Float64Array(FIRST_SIZE),
    ranks: isRanked ? new Float64Array(FIRST_SIZE) : undefined,
    isSorted: true,
  }
}

export function addSample(samples: Samples, time: number, value: number, rank = 0): void {
  const { count } = samples
  if (count === samples.times.length) {
    samples.times = grown(samples.times)
    samples.values = grown(samples.values)
    if (samples.ranks !== undefined) samples.ranks = grown(samples.ranks)
  }
  samples.times[count] = time
  samples.values[count] = value
  if (samples.ranks !== undefined) samples.ranks[count] = rank
  if (count > 0 && isBefore(samples, count, count - 1)) samples.isSorted = false
  samples.count = count + 1
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}

function isBefore({ times, ranks }: Samples, a: number, b: number): boolean {
  const [left, right] = [times[a]!, times[b]!]
  return left < right || (ranks !== undefined && left === right && ranks[a]! < ranks[b]!)
}

/**
 * Sorts by time, samples of one time and rank staying as they came: a merge sort of the runs that are sorted already,
 * which are few, since blocks are. Yields now and then, so that the caller can let others work.
 */
export function* sortSamples(samples: Samples): Generator<void> {
  if (samples.isSorted) return
  const { count } = samples
  let from: Samples = samples
  let to: Samples = {
    count,
    times: new Float64Array(count),
    values: new Float64Array(count),
    ranks: samples.ranks === undefined ? undefined : new Float64Array(count),
    isSorted: true,
  }
  let starts = runStarts(samples)
  while (starts.length > 1) {
    const merged: number[] = []
    for (let i = 0; i < starts.length; i += 2) {
      merge(from, to, starts[i]!, starts[i + 1] ?? count, starts[i + 2] ?? count)
      merged.push(starts[i]!)
      yield
    }
    ;[from, to] = [{ ...to }, { ...from }]
    starts = merged
  }
  Object.assign(samples, { times: from.times, values: from.values, ranks: from.ranks, isSorted: true })
}

function runStarts(samples: Samples): number[] {
  const starts = [0]
  for (let i = 1; i < samples.count; i++) if (isBefore(samples, i, i - 1)) starts.push(i)
  return starts
}

/** The runs [low, middle) and [middle, high) into one. */
function merge(from: Samples, to: Samples, low: number, middle: number, high: number): void {
  const { times, values, ranks } = from
  let left = low
  let right = middle
  for (let at = low; at < high; at++) {
    const takesLeft = left < middle && (right >= high || !isBefore(from, right, left))
    const next = takesLeft ? left++ : right++
    to.times[at] = times[next]!
    to.values[at] = values[next]!
    if (ranks !== undefined) to.ranks![at] = ranks[next]!
  }
}
