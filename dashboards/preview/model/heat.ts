/** Many series' values → rows of a heatmap: how many of them lie in each bucket of values, a step. */

export interface HeatRow {
  readonly name: string
  readonly values: readonly (number | null)[]
}

const BUCKETS = 12

/** Buckets of equal size between the smallest and the largest value, the highest first. */
export function bucketSeries(
  columns: readonly (readonly (number | null)[])[],
  length: number,
  text: (value: number) => string,
): HeatRow[] {
  const all = columns.flat().filter((value): value is number => value !== null && Number.isFinite(value))
  if (all.length === 0) return []
  const min = all.reduce((a, b) => Math.min(a, b))
  const max = all.reduce((a, b) => Math.max(a, b))
  const size = (max - min) / BUCKETS || 1
  const counts = Array.from({ length: BUCKETS }, () => new Array<number>(length).fill(0))
  for (const column of columns) {
    for (const [at, value] of column.entries()) {
      if (value !== null && Number.isFinite(value))
        counts[Math.min(BUCKETS - 1, Math.floor((value - min) / size))][at]++
    }
  }
  return counts.map((values, index) => ({ name: `≥ ${text(min + index * size)}`, values })).reverse()
}
