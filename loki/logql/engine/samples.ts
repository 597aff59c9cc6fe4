/** Samples of one series: times and values side by side, put in order of time once all are there. */

export interface Samples {
  count: number
  /** Nanoseconds from the query's first step. */
  times: Float64Array
  values: Float64Array
  isSorted: boolean
}

const FIRST_SIZE = 16

export function createSamples(): Samples {
  return { count: 0, times: new Float64Array(FIRST_SIZE), values: new Float64Array(FIRST_SIZE), isSorted: true }
}

export function addSample(samples: Samples, time: number, value: number): void {
  const { count } = samples
  if (count === samples.times.length) {
    samples.times = grown(samples.times)
    samples.values = grown(samples.values)
  }
  samples.times[count] = time
  samples.values[count] = value
  if (count > 0 && time < samples.times[count - 1]!) samples.isSorted = false
  samples.count = count + 1
}

function grown(array: Float64Array): Float64Array {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}

/**
 * Sorts by time, samples of one time staying as they came: a merge sort of the runs that are sorted already, which
 * are few, since blocks are. Yields now and then, so that the caller can let others work.
 */
export function* sortSamples(samples: Samples): Generator<void> {
  if (samples.isSorted) return
  const { count } = samples
  let times: Float64Array = samples.times
  let values: Float64Array = samples.values
  let spareTimes: Float64Array = new Float64Array(count)
  let spareValues: Float64Array = new Float64Array(count)
  let starts = runStarts(times, count)
  while (starts.length > 1) {
    const merged: number[] = []
    for (let i = 0; i < starts.length; i += 2) {
      const low = starts[i]!
      const middle = starts[i + 1] ?? count
      const high = starts[i + 2] ?? count
      merge(times, values, low, middle, high, spareTimes, spareValues)
      merged.push(low)
      yield
    }
    ;[times, spareTimes] = [spareTimes, times]
    ;[values, spareValues] = [spareValues, values]
    starts = merged
  }
  samples.times = times
  samples.values = values
  samples.isSorted = true
}

function runStarts(times: Float64Array, count: number): number[] {
  const starts = [0]
  for (let i = 1; i < count; i++) if (times[i]! < times[i - 1]!) starts.push(i)
  return starts
}

/** [low, middle) and [middle, high) into one run of the targets. */
function merge(
  times: Float64Array,
  values: Float64Array,
  low: number,
  middle: number,
  high: number,
  toTimes: Float64Array,
  toValues: Float64Array,
): void {
  let left = low
  let right = middle
  for (let at = low; at < high; at++) {
    const from = left < middle && (right >= high || times[left]! <= times[right]!) ? left++ : right++
    toTimes[at] = times[from]!
    toValues[at] = values[from]!
  }
}
