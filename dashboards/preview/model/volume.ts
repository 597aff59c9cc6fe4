/** Counts by level, however a Loki names levels → one series for each of Loki's own words, in their order. */
import type { Labels } from './frame.ts'
import { LEVELS, readLevel } from './logline.ts'

export interface Counts {
  readonly labels: Labels
  readonly times: readonly number[]
  readonly values: readonly number[]
}

/** Its own label wins over what Loki has detected; what neither knows is unknown. */
export function byLevel(series: readonly Counts[]): Counts[] {
  const sums = new Map<string, Map<number, number>>()
  for (const { labels, times, values } of series) {
    const level = readLevel(labels.get('level') || labels.get('detected_level'))
    const sum = sums.get(level) ?? new Map<number, number>()
    sums.set(level, sum)
    for (const [index, time] of times.entries()) sum.set(time, (sum.get(time) ?? 0) + values[index])
  }
  return LEVELS.flatMap((level) => {
    const points = [...(sums.get(level) ?? [])].sort(([a], [b]) => a - b)
    if (points.length === 0) return []
    const labels = new Map([['level', level as string]])
    return [{ labels, times: points.map(([time]) => time), values: points.map(([, value]) => value) }]
  })
}
