/** Series on one time axis, and sums of them for stacks. */
import type uPlot from 'uplot'
import type { Frame } from '../model/frame.ts'
import type { TimeRange } from '../model/times.ts'

/** The times first, then one column a series; null where a series has no point. */
export type Columns = readonly (readonly (number | null)[])[]

export interface Stacked {
  readonly data: Columns
  readonly bands: uPlot.Band[]
}

/** Steps of the range that no series has a point at are there too, so that gaps show as gaps. */
export function align(frames: readonly Frame[], { from, to }: TimeRange, stepMs: number): Columns {
  const times = new Set<number>()
  const timed = frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === 'time')
    return time === undefined ? [] : [{ frame, time }]
  })
  for (const { time } of timed) for (const value of time.values) times.add(Number(value))
  const [first] = times
  if (first !== undefined && stepMs > 0 && (to - from) / stepMs < 20_000) {
    for (let at = first; at >= from; at -= stepMs) times.add(at)
    for (let at = first; at <= to; at += stepMs) times.add(at)
  }
  const axis = [...times].sort((a, b) => a - b)
  const place = new Map(axis.map((time, index) => [time, index]))
  const columns = timed.flatMap(({ frame, time }) =>
    frame.fields
      .filter(({ type }) => type === 'number')
      .map(({ values }) => {
        const column: (number | null)[] = new Array(axis.length).fill(null)
        for (const [row, value] of values.entries()) {
          const isThere = typeof value === 'number' && Number.isFinite(value)
          column[place.get(Number(time.values[row]))!] = isThere ? value : null
        }
        return column
      }),
  )
  return [axis, ...columns]
}

/** `isIn`: which series (from 0) are part of the stack. Each is drawn from the sum of those before it. */
export function stack(raw: Columns, isIn: (index: number) => boolean, isPercent: boolean): Stacked {
  const length = raw[0].length
  const sums: number[] = new Array(length).fill(0)
  const totals = isPercent ? totalsOf(raw, isIn) : undefined
  const data: (readonly (number | null)[])[] = [raw[0]]
  const bands: uPlot.Band[] = []
  let below: number | undefined
  for (let index = 0; index < raw.length - 1; index++) {
    if (!isIn(index)) {
      data.push(raw[index + 1])
      continue
    }
    data.push(
      raw[index + 1].map((value, row) => {
        const part = totals === undefined ? (value ?? 0) : totals[row] === 0 ? 0 : (value ?? 0) / totals[row]
        sums[row] += part
        return value === null && totals === undefined && sums[row] === 0 ? null : sums[row]
      }),
    )
    if (below !== undefined) bands.push({ series: [index + 1, below] })
    below = index + 1
  }
  return { data, bands }
}

function totalsOf(raw: Columns, isIn: (index: number) => boolean): number[] {
  return raw[0].map((_, row) =>
    raw.slice(1).reduce((sum, column, index) => sum + (isIn(index) ? (column[row] ?? 0) : 0), 0),
  )
}
