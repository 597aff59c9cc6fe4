/** Query parameters in all of Loki's notations (grafana/loki v3.7.6 pkg/loghttp/params.go). */
import { QueryError } from '../logql/error.ts'
import { HOUR, readPrometheusDuration } from '../logql/units.ts'
import type { Instant } from './scan.ts'

export type Params = URLSearchParams

function bad(message: string): QueryError {
  return new QueryError(400, message)
}

export function instantOf(ms: number): Instant {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6)) }
}

export function millisOf(instant: Instant): number {
  return instant.seconds * 1000 + instant.nanos / 1e6
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/

/** Nanoseconds, seconds (at most ten digits), seconds with a fraction, or RFC 3339. */
export function readTime(text: string): Instant {
  if (/^[+-]?\d*\.\d*(?:[eE][+-]?\d+)?$/.test(text) && /\d/.test(text)) {
    const value = Number(text)
    const whole = Math.trunc(value)
    // Loki rounds the fraction to milliseconds.
    const nanos = Math.round(Math.round((value - whole) * 1000) * 1e6)
    return nanos >= 0 && nanos < 1e9
      ? { seconds: whole, nanos }
      : { seconds: whole + Math.floor(nanos / 1e9), nanos: ((nanos % 1e9) + 1e9) % 1e9 }
  }
  if (/^[+-]?\d+$/.test(text)) {
    if (text.length <= 10) return { seconds: Number(text), nanos: 0 }
    const value = BigInt(text.replace('+', ''))
    if (BigInt.asIntN(64, value) !== value)
      throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
    const nanos = ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
    return { seconds: Number((value - nanos) / 1_000_000_000n), nanos: Number(nanos) }
  }
  const match = RFC3339.exec(text)
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`)
  if (match === null || Number.isNaN(ms)) throw bad(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return { seconds: Math.floor(ms / 1000), nanos: Number((match[2] ?? '').padEnd(9, '0').slice(0, 9)) }
}

function named<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw bad(`could not parse '${name}' parameter: ${(error as Error).message}`)
  }
}

/** start and end, an hour up to now unless told otherwise. `now` in milliseconds. */
export function readBounds(params: Params, now: number): { start: Instant; end: Instant } {
  const since = params.get('since') || undefined
  const sinceMs = since === undefined ? HOUR : readPrometheusDuration(since)
  if (sinceMs === undefined) throw bad(`could not parse 'since' parameter: ${durationFault(since!)}`)
  const endText = params.get('end') || undefined
  const end = endText === undefined ? instantOf(now) : named('end', () => readTime(endText))
  const startText = params.get('start') || undefined
  if (startText !== undefined) return { start: named('start', () => readTime(startText)), end }
  return { start: instantOf(Math.min(millisOf(end), now) - sinceMs), end }
}

const DEFAULT_LIMIT = 100

/** What Prometheus's ParseDuration says of a text that it does not read. */
function durationFault(text: string): string {
  const units = [...text.matchAll(/\d+(\D+)/g)].map((match) => match[1]!)
  const unknown = /^(?:\d+\D+)/.test(text) ? units.find((unit) => !/^(?:y|w|d|h|m|s|ms)$/.test(unit)) : undefined
  return unknown === undefined
    ? `not a valid duration string: ${JSON.stringify(text)}`
    : `unknown unit ${JSON.stringify(unknown)} in duration ${JSON.stringify(text)}`
}

export function readLimit(params: Params): number {
  return readPositive(params.get('limit'), DEFAULT_LIMIT)
}

/** A whole number above 0; `text` may be missing. */
export function readPositive(text: string | null, missing: number): number {
  const value = readInteger(text, missing)
  if (value <= 0) throw bad('limit must be a positive value')
  return value
}

const MAX_INTEGER = 2n ** 63n

/** Go's strconv.Atoi; `text` may be missing. */
export function readInteger(text: string | null, missing: number): number {
  if (text === null || text === '') return missing
  if (!/^[+-]?\d+$/.test(text)) throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const digits = text.replace(/^[+-]?0*/, '')
  const value = digits.length > 20 ? MAX_INTEGER : BigInt(digits || 0)
  if (value > MAX_INTEGER || (value === MAX_INTEGER && !text.startsWith('-')))
    throw bad(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`)
  return text.startsWith('-') ? -Number(value) : Number(value)
}

/** As readLimit, but 0 is the default (the volume endpoints). */
export function readVolumeLimit(params: Params): number {
  return Number(params.get('limit') || 1) === 0 ? DEFAULT_LIMIT : readLimit(params)
}

export function readIsBackward(params: Params): boolean {
  const text = params.get('direction') || 'backward'
  const direction = text.toUpperCase()
  if (direction !== 'BACKWARD' && direction !== 'FORWARD') throw bad(`invalid direction '${text}'`)
  return direction === 'BACKWARD'
}

function readSeconds(text: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    const ms = Number(text) * 1000
    if (Math.abs(ms) > 9.2e15) throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`)
    return ms
  }
  const ms = readPrometheusDuration(text)
  if (ms === undefined) throw bad(`cannot parse ${JSON.stringify(text)} to a valid duration`)
  return ms
}

/** Loki answers at most so many points a series. */
const MAX_POINTS = 11_000

/** Milliseconds. */
export function readStep(params: Params, start: Instant, end: Instant): number {
  const text = params.get('step') || undefined
  const length = millisOf(end) - millisOf(start)
  const step = text === undefined ? Math.max(Math.floor(length / 1000 / 250), 1) * 1000 : readSeconds(text)
  if (step <= 0) {
    throw bad('zero or negative query resolution step widths are not accepted. Try a positive integer')
  }
  if (Math.floor(length / step) > MAX_POINTS) {
    throw bad(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    )
  }
  return step
}

/** Nanoseconds between entries. */
export function readInterval(params: Params): number {
  const text = params.get('interval') || undefined
  const ms = text === undefined ? 0 : readSeconds(text)
  if (ms < 0) throw bad('interval must be >= 0')
  return ms * 1e6
}

/** Everything that query_range may be given but the query itself. */
export interface RangeParams {
  readonly start: Instant
  readonly end: Instant
  readonly limit: number
  readonly isBackward: boolean
  /** Milliseconds. */
  readonly step: number
  /** Nanoseconds. */
  readonly interval: number
}

/** Reads them in Loki's order, so that the first of several mistakes is the one it names. */
export function readRange(params: Params, now: number, limitOf = readLimit): RangeParams {
  const { start, end } = readOrderedBounds(params, now)
  const limit = limitOf(params)
  const isBackward = readIsBackward(params)
  const step = readStep(params, start, end)
  return { start, end, limit, isBackward, step, interval: readInterval(params) }
}

/** As readBounds, but the end must not stand before the start. */
export function readOrderedBounds(params: Params, now: number): { start: Instant; end: Instant } {
  const bounds = readBounds(params, now)
  if (millisOf(bounds.end) < millisOf(bounds.start)) {
    throw bad('end timestamp must not be before or equal to start time')
  }
  return bounds
}
