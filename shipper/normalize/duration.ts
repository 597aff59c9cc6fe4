/** Durations by table of units: numbers with the unit their key names, and the text forms that programs write. */
import { JsonNumber, type Value } from '../terms/json.ts'
import type { DurationUnit } from '../terms/keys.ts'

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['msec', 1],
  ['millis', 1],
  ['milliseconds', 1],
  ['s', 1000],
  ['sec', 1000],
  ['secs', 1000],
  ['second', 1000],
  ['seconds', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['mins', 60_000],
  ['minutes', 60_000],
  ['h', 3_600_000],
  ['hours', 3_600_000],
  ['d', 86_400_000],
])

const PART = /\s*(\d{1,18}(?:\.\d{1,18})?)\s?([a-zµμ]{1,12})/gy
const TIMESPAN = /^(?:(\d{1,6})\.)?(\d{1,3}):(\d{2}):(\d{2}(?:\.\d{1,9})?)$/

/**
 * Milliseconds, or undefined when the value is no duration.
 * `unit` is what 1 is in milliseconds for a bare number; a bare number without a unit is taken as milliseconds.
 */
export function readDuration(value: Value, unit: DurationUnit): number | undefined {
  if (value instanceof JsonNumber) return scaled(Number(value.text), unit ?? 1)
  if (typeof value === 'number') return scaled(value, unit ?? 1)
  if (typeof value !== 'string' || value.length === 0 || value.length > 64) return undefined
  const text = value.trim()
  const bare = Number(text)
  if (text !== '' && !Number.isNaN(bare)) return scaled(bare, unit ?? 1)
  return readTimespan(text) ?? readParts(text.toLowerCase())
}

/** Go's 1m2.5s, "250 ms", "1.2 seconds". */
function readParts(text: string): number | undefined {
  const negative = text.startsWith('-')
  let total = 0
  PART.lastIndex = negative ? 1 : 0
  let end = PART.lastIndex
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const unit = UNITS_MS.get(part[2])
    if (unit === undefined) return undefined
    total += Number(part[1]) * unit
    end = PART.lastIndex
  }
  if (end !== text.length || end <= (negative ? 1 : 0)) return undefined
  return scaled(negative ? -total : total, 1)
}

/** .NET's TimeSpan and Python's timedelta: [d.]hh:mm:ss[.fraction]. */
function readTimespan(text: string): number | undefined {
  const match = TIMESPAN.exec(text)
  if (match === null) return undefined
  const [, days, hours, minutes, seconds] = match
  return scaled(((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds), 1000)
}

/** To the picosecond: enough for nanoseconds in, and no 0.30000000000000004 out. */
function scaled(value: number, unitMs: number): number | undefined {
  if (!Number.isFinite(value)) return undefined
  const ms = unitMs === 1 ? value : unitMs < 1 ? value / Math.round(1 / unitMs) : value * unitMs
  return Math.abs(ms) < 1e6 ? Math.round(ms * 1e9) / 1e9 : ms
}
