/** Reads timestamps in the notations that logs use. */
import type { Instant } from './instant.ts'
import { readDigits } from './time-digits.ts'
import { dayNumber } from './time-parts.ts'
import { readWords } from './time-words.ts'

export interface TimeOptions {
  /** IANA zone for times that carry none ("UTC", "Europe/Berlin"). */
  readonly zone: string
  /** The clock: a time without a year takes the nearest past year as seen from here (a day ahead still counts as past). */
  readonly now: Instant
}

export interface TimeMatch {
  readonly instant: Instant
  /** Index just behind the timestamp, its zone included. */
  readonly end: number
}

/**
 * The timestamp that starts exactly at `start` of `text`, or undefined. Never throws. The caller sees to it that
 * `start` is the start of a word: nothing before it is looked at, but for klog's letter (I0505 12:30:11.123456).
 */
export function readTime(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  const code = text.charCodeAt(start)
  if (code >= 0x30 && code <= 0x39) return readDigits(text, start, options)
  const letter = code | 32
  return letter >= 0x61 && letter <= 0x7a ? readWords(text, start, options) : undefined
}

/** A whole value as a time: text that is nothing but a timestamp, or an epoch number in s, ms, µs or ns by its size. */
export function readTimeValue(value: string | number, options: TimeOptions): Instant | undefined {
  if (typeof value === 'number') return fromEpochNumber(value)
  const text = value.trim()
  if (text.length === 0 || text.length > 80) return undefined
  const match = readTime(text, 0, options)
  if (match !== undefined && match.end === text.length) return match.instant
  return readDate(text) ?? readOddNumber(text)
}

/** Smallest number of seconds taken for a time (1973): less is a duration, an uptime, a count. */
const EARLIEST = 1e8
/** 2100-01-01. */
const LATEST = 4_102_444_800

/** Seconds, ms, µs and ns do not overlap between 1973 and 2100. */
function fromEpochNumber(value: number): Instant | undefined {
  for (const perSecond of [1, 1e3, 1e6, 1e9]) {
    if (value >= EARLIEST * perSecond && value < LATEST * perSecond) return scaled(value, perSecond)
  }
  return undefined
}

function scaled(value: number, perSecond: number): Instant {
  const seconds = Math.floor(value / perSecond)
  const rest = value - seconds * perSecond
  // A double holds today's seconds to a quarter of a microsecond: what zap wrote as ts is exact to the microsecond.
  const nanos = perSecond === 1e9 ? rest : Math.round((rest / perSecond) * 1e6) * 1e3
  return nanos >= 1e9 ? { seconds: seconds + 1, nanos: 0 } : { seconds, nanos: Math.max(0, Math.round(nanos)) }
}

/** A date alone is its midnight in UTC. */
function readDate(text: string): Instant | undefined {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (date === null) return undefined
  const day = dayNumber(Number(date[1]), Number(date[2]), Number(date[3]))
  return Number.isNaN(day) ? undefined : { seconds: day * 86_400, nanos: 0 }
}

/** 1.7e9 as JSON may write it, and .NET's \/Date(1700000000000)\/. */
function readOddNumber(text: string): Instant | undefined {
  const date = /^\/Date\((\d{1,16})(?:[+-]\d{4})?\)\/$/.exec(text)
  if (date !== null) return scaled(Number(date[1]), 1e3)
  return /^\d(?:\.\d{1,20})?[eE]\+?\d\d?$/.test(text) ? fromEpochNumber(Number(text)) : undefined
}
