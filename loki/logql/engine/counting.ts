/** Series of functions that count entries or their bytes: whole numbers, so adding and taking away is exact. */
import type { RangeExpr } from '../ast.ts'
import type { LabelSet } from './labelset.ts'
import type { Series } from './matrix.ts'
import type { EntryRow, Turn } from './source.ts'

export interface CountSeries {
  readonly labels: LabelSet
  /** What comes in at a step and goes out at it. */
  readonly entries: Float64Array
  readonly bytes: Float64Array | undefined
}

export function createCounts(expr: RangeExpr, steps: number) {
  const countsBytes = expr.op === 'bytes_over_time' || expr.op === 'bytes_rate'
  const divisor = expr.op === 'rate' || expr.op === 'bytes_rate' ? expr.rangeMs / 1000 : 1
  return {
    open: (labels: LabelSet): CountSeries => ({
      labels,
      entries: new Float64Array(steps + 1),
      bytes: countsBytes ? new Float64Array(steps + 1) : undefined,
    }),
    /** Numbers that a series holds. */
    cellsPerSeries: (steps + 1) * (countsBytes ? 2 : 1),
    add(series: CountSeries, row: EntryRow, first: number, behind: number): void {
      series.entries[first]! += 1
      series.entries[behind]! -= 1
      if (series.bytes === undefined) return
      const length = row.lineLength()
      series.bytes[first]! += length
      series.bytes[behind]! -= length
    },
    async finish(all: readonly CountSeries[], turn: Turn): Promise<Series[]> {
      const finished: Series[] = []
      for (const counted of all) {
        finished.push(addUp(counted, steps, divisor))
        if (turn.isDue()) await turn.pause()
      }
      return finished
    },
  }
}

/** Differences become values in place: a query by many labels has many of these. */
function addUp(counted: CountSeries, steps: number, divisor: number): Series {
  const values = counted.bytes ?? counted.entries
  const has = new Uint8Array(steps)
  let entries = 0
  let bytes = 0
  for (let i = 0; i < steps; i++) {
    entries += counted.entries[i]!
    bytes += counted.bytes?.[i] ?? 0
    has[i] = entries === 0 ? 0 : 1
    values[i] = (counted.bytes === undefined ? entries : bytes) / divisor
  }
  return { labels: counted.labels, values, has }
}
