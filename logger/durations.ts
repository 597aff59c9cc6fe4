/** Durations: measured on a clock that never jumps, and as Go writes them where a system's fields are Go's. */

/** Milliseconds since some start; only differences mean something. */
export type Ticks = () => number

export const ticks: Ticks = () => performance.now()

/** To the hundredth of a millisecond: more is noise. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100
}

/** 30000 → 30s, 1500 → 1.5s, 90000 → 1m30s, 0.25 → 250µs: what Go's time.Duration prints. @example goDuration(1500) // '1.5s' */
export function goDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '0s'
  const sign = ms < 0 ? '-' : ''
  const nanos = Math.round(Math.abs(ms) * 1e6)
  if (nanos === 0) return '0s'
  if (nanos < 1e3) return `${sign}${nanos}ns`
  if (nanos < 1e6) return `${sign}${nanos / 1e3}µs`
  if (nanos < 1e9) return `${sign}${nanos / 1e6}ms`
  const seconds = nanos / 1e9
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const left = `${Number((seconds - hours * 3600 - minutes * 60).toFixed(9))}s`
  if (hours > 0) return `${sign}${hours}h${minutes}m${left}`
  return minutes > 0 ? `${sign}${minutes}m${left}` : `${sign}${left}`
}
