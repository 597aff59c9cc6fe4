/** What LogQL's number-like tokens are worth: 5m, 1h30m, 1.5s, 10KB, and the range in brackets. */
import { quote } from '../../../shipper/wire/quote.ts'
import { readGoDuration, readLogqlSize } from '../units.ts'

/** Prometheus's units from large to small, in milliseconds. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]
const PART = /(\d+)(\D*)/y
/** Go's durations hold 63 bits of nanoseconds. */
const MAX_MS = 2 ** 63 / 1e6
const MAX_COUNT = 2 ** 64

/** The range between brackets: milliseconds, or Prometheus's words for what is wrong with it. */
export function readRange(text: string): number | { readonly error: string } {
  if (text === '0') return 0
  if (text === '') return { error: 'empty duration string' }
  let ms = 0
  let least = -1
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at
    const part = PART.exec(text)
    const invalid = { error: `not a valid duration string: ${quote(text)}` }
    if (part === null || Number(part[1]) >= MAX_COUNT || part[2] === '') return invalid
    const index = UNITS.findIndex(([name]) => name === part[2])
    if (index < 0) return { error: `unknown unit ${quote(part[2]!)} in duration ${quote(text)}` }
    if (index <= least) return invalid
    least = index
    ms += Number(part[1]) * UNITS[index]![1]
    if (ms >= MAX_MS) return { error: 'duration out of range' }
  }
  return ms
}

/** A duration in the text: Prometheus's notation, else Go's. Milliseconds. */
export function readDuration(text: string): number | undefined {
  const ms = readRange(text)
  if (typeof ms === 'number') return ms
  const go = readGoDuration(text)
  return go === undefined || Math.abs(go) >= MAX_MS ? undefined : go
}

/** A size in the text, as go-humanize reads it. Bytes. */
export function readBytes(text: string): number | undefined {
  const bytes = readLogqlSize(text)
  return bytes === undefined || bytes >= MAX_COUNT ? undefined : bytes
}
