/** --from, --to, --since, --now, --step → nanoseconds, in the notations that people and logcli use. */
import { readGoDuration, readPrometheusDuration } from '../../loki/logql/units.ts'
import { LongshipError } from '../errors.ts'

export interface Range {
  /** Nanoseconds since 1970. */
  readonly start: bigint
  /** Exclusive. */
  readonly end: bigint
}

export interface RangeFlags {
  readonly since?: string
  readonly from?: string
  readonly to?: string
}

const NANOS = 1_000_000n
const HOUR_MS = 3_600_000

/** `span`: the time of all that there is, when that is known: then the range is in it. `now` in milliseconds. */
export function readRange(flags: RangeFlags, span: Range | undefined, now: number): Range {
  const { since, from, to } = flags
  if (since !== undefined && from !== undefined) {
    throw new LongshipError('usage', '--since and --from both say where the time begins: leave one out.')
  }
  const end = to === undefined ? (span?.end ?? BigInt(now) * NANOS) : readTime('--to', to, now)
  let start = span?.start ?? end - BigInt(HOUR_MS) * NANOS
  if (from !== undefined) start = readTime('--from', from, now)
  else if (since !== undefined) start = end - BigInt(Math.round(readLength('--since', since))) * NANOS
  if (end <= start) {
    const [a, b] = [start, end].map(timeText)
    throw new LongshipError('usage', `the time ends (${b}) before it begins (${a}). Check --from, --to and --since.`)
  }
  return { start, end }
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d{1,9}))?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/i

/** Nanoseconds. RFC 3339, a date, a date and time (UTC without a zone), seconds to nanoseconds, now, now-15m, 15m. */
export function readTime(flag: string, text: string, now: number): bigint {
  const trimmed = text.trim()
  if (/^\d{1,20}(?:\.\d{1,9})?$/.test(trimmed)) return readNumber(trimmed)
  const ago = /^(?:now)?(?:-(.+))?$/.exec(trimmed)
  if (ago !== null && trimmed !== '') {
    return ago[1] === undefined
      ? BigInt(now) * NANOS
      : (BigInt(now) - BigInt(Math.round(readLength(flag, ago[1])))) * NANOS
  }
  const match = DATE_TIME.exec(trimmed)
  const [, day, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match ?? []
  const offset = /^(?:Z|UTC)$/i.test(zone) ? 'Z' : zone.replace(/^(...)(\d\d)$/, '$1:$2')
  const ms = match === null ? Number.NaN : Date.parse(`${day}T${minutes}${seconds}${offset}`)
  if (!Number.isNaN(ms)) return BigInt(ms) * NANOS + BigInt(fraction.padEnd(9, '0'))
  const length = durationMs(trimmed)
  if (length !== undefined) return (BigInt(now) - BigInt(Math.round(length))) * NANOS
  throw new LongshipError(
    'usage',
    `${flag} must be a time such as 2026-11-20T10:00:00Z, "2026-11-20 10:00" (UTC), now-15m or a number of seconds since 1970, got ${JSON.stringify(text)}.`,
  )
}

/** By their digits: seconds up to 10, milliseconds up to 13, microseconds up to 16, nanoseconds. */
function readNumber(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  const nanos = BigInt(fraction.padEnd(9, '0'))
  if (whole.length <= 10) return BigInt(whole) * 1_000_000_000n + nanos
  if (whole.length <= 13) return BigInt(whole) * 1_000_000n
  return whole.length <= 16 ? BigInt(whole) * 1000n : BigInt(whole)
}

/** Milliseconds of a duration, more than 0. */
export function readLength(flag: string, text: string): number {
  const ms = durationMs(text.trim())
  if (ms !== undefined && ms > 0) return ms
  throw new LongshipError(
    'usage',
    `${flag} must be a duration such as 30s, 15m, 1h30m, 7d or 2w, got ${JSON.stringify(text)}.`,
  )
}

function durationMs(text: string): number | undefined {
  return readPrometheusDuration(text) ?? readGoDuration(text)
}

/** Loki's own choice of a step, in milliseconds: 250 points, whole seconds. */
export function defaultStep({ start, end }: Range): number {
  return Math.max(Math.floor(Number(end - start) / 1e9 / 250), 1) * 1000
}

/** --step in milliseconds: a duration, or seconds as Loki takes them. */
export function readStep(text: string, { start, end }: Range, maxPoints: number): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : readLength('--step', text)
  if (!(ms >= 1)) throw new LongshipError('usage', `--step must be at least 1ms, got ${JSON.stringify(text)}.`)
  const points = Math.floor(Number(end - start) / 1e6 / ms)
  if (points <= maxPoints) return ms
  throw new LongshipError('usage', `--step ${text} makes ${points} points; answered are at most ${maxPoints} a series.`)
}

/** RFC 3339 in UTC with as many digits of the second as the time has, at least three. */
export function timeText(nanos: bigint): string {
  const seconds = nanos >= 0n ? nanos / 1_000_000_000n : (nanos - 999_999_999n) / 1_000_000_000n
  const fraction = String(nanos - seconds * 1_000_000_000n).padStart(9, '0')
  const kept = fraction.replace(/(?:000){1,2}$/, '')
  const date = new Date(Number(seconds) * 1000)
  const day = Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 19)
  return `${day}.${kept}Z`
}

/** RFC 3339 in UTC, nine digits of the second: all of one length. */
export function nanosText(nanos: bigint): string {
  const text = timeText(nanos)
  const [whole, fraction = ''] = text.slice(0, -1).split('.')
  return `${whole}.${fraction.padEnd(9, '0')}Z`
}

/** A flag's whole number. */
export function readCount(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new LongshipError('usage', `${flag} must be a whole number, 0 or more, got ${JSON.stringify(text)}.`)
}
