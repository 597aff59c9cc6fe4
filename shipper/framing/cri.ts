/** The container runtime interface's log lines: 2026-05-05T12:30:11.123456789Z stdout F text (P: a fragment). */
import { readTimeValue } from '../terms/time.ts'
import type { Wrapped } from './docker.ts'

const DASH = 45
const T = 84
const SPACE = 32
const S = 115
const RUNTIME_TIME = { zone: 'UTC', now: { seconds: 0, nanos: 0 } }

/** The time, the stream, tags (F or P first, others behind colons), then the text as it was, spaces and all. */
const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?::[^ ]*)?(?: |$)/

/** Cheap: a date, a T, and " std" where the time must have ended. */
export function looksCri(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 28 || bytes[start + 4] !== DASH || bytes[start + 10] !== T) return false
  const space = bytes.subarray(start + 19, Math.min(end, start + 37)).indexOf(SPACE)
  return space > 0 && bytes[start + 20 + space] === S && bytes[start + 20 + space + 2] === 100
}

export function parseCri(line: string): Wrapped | undefined {
  const match = CRI.exec(line)
  const time = match ? readTimeValue(match[1]!, RUNTIME_TIME) : undefined
  if (!match || !time) return undefined
  return {
    text: line.slice(match[0].length),
    partial: match[3] === 'P',
    runtime: { time, stream: match[2] as 'stdout' | 'stderr' },
  }
}
