/** The pieces that time notations are made of: clock readings, month names, and what a date and a clock amount to. */
import type { Instant } from './instant.ts'
import type { TimeMatch, TimeOptions } from './time.ts'
import { isDigit, isWordCode, localToEpoch, offsetAt, readZone } from './zone.ts'

const DAY = 86_400

/** A time as written. One shared object is filled again and again: readers are synchronous and not reentrant. */
export interface Parts {
  /** 0: none was written. */
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  nanos: number
  /** Index just behind what was read. */
  end: number
}

export const parts: Parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, nanos: 0, end: 0 }

/** How many digits stand at `start`, counted up to `max`. */
export function countDigits(text: string, start: number, max: number): number {
  let count = 0
  while (count < max && isDigit(text.charCodeAt(start + count))) count++
  return count
}

export function readNumber(text: string, start: number, end: number): number {
  let value = 0
  for (let i = start; i < end; i++) value = value * 10 + text.charCodeAt(i) - 48
  return value
}

/**
 * A clock reading into parts: 9:05, 09:05:07, 09:05:07.123456, 09:05:07,123, 09:05:07:123, 9:05:07 PM, 09.05.07.123.
 * Loose: minutes and seconds of one digit too (HealthApp: 20171224-0:7:20:444). Minutes suffice unless `full`.
 */
export function readClock(text: string, start: number, full: boolean, loose: boolean): boolean {
  const hourDigits = countDigits(text, start, 3)
  if (hourDigits === 0 || hourDigits > 2) return false
  let at = start + hourDigits
  const separator = text.charCodeAt(at)
  if (separator !== 0x3a && (hourDigits !== 2 || (separator !== 0x2e && separator !== 0x2d))) return false
  parts.hour = readNumber(text, start, at)
  const minuteDigits = countDigits(text, at + 1, 3)
  if (minuteDigits !== 2 && !(loose && minuteDigits === 1)) return false
  parts.minute = readNumber(text, at + 1, at + 1 + minuteDigits)
  at += 1 + minuteDigits
  parts.second = 0
  parts.nanos = 0
  const secondDigits = text.charCodeAt(at) === separator ? countDigits(text, at + 1, 3) : 0
  if (secondDigits === 2 || (loose && secondDigits === 1)) {
    parts.second = readNumber(text, at + 1, at + 1 + secondDigits)
    at = readFraction(text, at + 1 + secondDigits, loose)
  } else if (full || secondDigits !== 0 || separator !== 0x3a) return false
  parts.end = at
  if (!readHalf(text, hourDigits)) return false
  return clockIsValid() && !isDigit(text.charCodeAt(parts.end))
}

/** 101112 or 101112.123 or 1011: what compact dates are followed by. */
export function readCompactClock(text: string, start: number): boolean {
  const digits = countDigits(text, start, 10)
  if (digits !== 6 && digits !== 9 && digits !== 4) return false
  parts.hour = readNumber(text, start, start + 2)
  parts.minute = readNumber(text, start + 2, start + 4)
  parts.second = digits === 4 ? 0 : readNumber(text, start + 4, start + 6)
  parts.nanos = digits === 9 ? readNumber(text, start + 6, start + 9) * 1e6 : 0
  parts.end = digits === 6 ? readFraction(text, start + 6, false) : start + digits
  return clockIsValid()
}

function clockIsValid(): boolean {
  if (parts.minute > 59 || parts.second > 60) return false
  return parts.hour < 24 || (parts.hour === 24 && parts.minute === 0 && parts.second === 0)
}

const TENS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1]

/** A fraction of a second, if one stands here; answers its end. Digits past the nanosecond are skipped. */
export function readFraction(text: string, start: number, loose: boolean): number {
  const mark = text.charCodeAt(start)
  if (mark !== 0x2e && mark !== 0x2c && mark !== 0x3a) return start
  const digits = countDigits(text, start + 1, 20)
  if (digits === 0) return start
  const end = start + 1 + digits
  if (mark === 0x3a) {
    // Behind a colon stand milliseconds as a number (10:11:12:7 is .007), or something else altogether.
    if (digits !== 3 && digits !== 6 && !(loose && digits < 3)) return start
    if (digits < 3) {
      parts.nanos = readNumber(text, start + 1, end) * 1e6
      return end
    }
  }
  // 2026-05-05 10:11:12,42,name is a table whose second column is 42.
  const next = text.charCodeAt(end)
  if (mark === 0x2c && (digits > 9 || next === 0x2e || (digits % 3 !== 0 && next === 0x2c))) return start
  const kept = Math.min(digits, 9)
  parts.nanos = readNumber(text, start + 1, start + 1 + kept) * (TENS[kept] as number)
  return end
}

/** AM or PM behind a clock, with or without a space before it (a narrow no-break one in JavaScript's own output). */
function readHalf(text: string, hourDigits: number): boolean {
  let at = parts.end
  const gap = text.charCodeAt(at)
  if (gap === 0x20 || gap === 0x202f || gap === 0xa0) at++
  const letter = text.charCodeAt(at) | 32
  if (letter !== 0x61 && letter !== 0x70) return true
  let end = at + 2
  if ((text.charCodeAt(at + 1) | 32) !== 0x6d) {
    if (text.charCodeAt(at + 1) !== 0x2e || text.charCodeAt(at + 2) !== 0x6d || text.charCodeAt(at + 3) !== 0x2e)
      return true
    end = at + 4
  }
  if (isWordCode(text.charCodeAt(end)) || hourDigits > 2) return true
  if (parts.hour < 1 || parts.hour > 12) return parts.hour > 12 && parts.hour < 24
  parts.hour = (parts.hour % 12) + (letter === 0x70 ? 12 : 0)
  parts.end = end
  return true
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Names by their first three letters, packed into one number. */
const packed = (names: readonly string[]) => new Map(names.map((name, i) => [packThree(name, 0), i + 1]))
const monthByLetters = packed(MONTHS)
const weekdayByLetters = packed(WEEKDAYS)

function packThree(text: string, at: number): number {
  return ((text.charCodeAt(at) | 32) << 16) | ((text.charCodeAt(at + 1) | 32) << 8) | (text.charCodeAt(at + 2) | 32)
}

/** A month's name, short or whole, into parts.month; answers its end, or -1. */
export function readMonth(text: string, start: number): number {
  const month = monthByLetters.get(packThree(text, start))
  if (month === undefined) return -1
  parts.month = month
  return nameEnd(text, start, MONTHS[month - 1] as string)
}

/** A weekday's name with its comma and spaces; answers where the date begins, or -1. */
export function skipWeekday(text: string, start: number): number {
  const day = weekdayByLetters.get(packThree(text, start))
  if (day === undefined) return -1
  let at = nameEnd(text, start, WEEKDAYS[day - 1] as string)
  if (at < 0) return -1
  if (text.charCodeAt(at) === 0x2c) at++
  const spaces = skipSpaces(text, at, 3)
  return spaces > at || text.charCodeAt(at - 1) === 0x2c ? spaces : -1
}

function nameEnd(text: string, start: number, name: string): number {
  let at = start + 3
  while (at - start < name.length && (text.charCodeAt(at) | 32) === name.charCodeAt(at - start)) at++
  const length = at - start
  // "Sept" and German "Juli" aside, a name is written whole or by three letters.
  if (length !== 3 && length !== name.length && !(length === 4 && name.startsWith('sept'))) return -1
  const next = text.charCodeAt(at) | 32
  if (next >= 0x61 && next <= 0x7a) return -1
  return text.charCodeAt(at) === 0x2e ? at + 1 : at
}

/** The index behind at most `max` spaces. */
export function skipSpaces(text: string, start: number, max: number): number {
  let at = start
  while (at - start < max && text.charCodeAt(at) === 0x20) at++
  return at
}

const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Days since 1970-01-01, or NaN for a date that does not exist. */
export function dayNumber(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > (LENGTHS[month - 1] as number)) return Number.NaN
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return Number.NaN
  // Years begin in March, so that the leap day comes last.
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1
  return era * 146_097 + yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear - 719_468
}

/** The moment that parts amount to, with the zone that follows them, or undefined for a date that does not exist. */
export function finish(text: string, options: TimeOptions): TimeMatch | undefined {
  const { offset, zone, end } = readZone(text, parts.end, options.zone)
  const epoch = epochOf(offset, zone ?? options.zone, options.now)
  return Number.isNaN(epoch) ? undefined : { instant: { seconds: epoch, nanos: parts.nanos }, end }
}

/** As finish, for a zone that was read elsewhere. */
export function epochOf(offset: number | undefined, zone: string, now: Instant): number {
  if (parts.year !== 0) return epochInYear(parts.year, offset, zone)
  const latest = yearOf(now.seconds) + 1
  // Feb 29 comes every four years, but for 1900 and 2100.
  for (let year = latest; year > latest - 10; year--) {
    const epoch = epochInYear(year, offset, zone)
    if (epoch <= now.seconds + DAY) return epoch
  }
  return Number.NaN
}

function epochInYear(year: number, offset: number | undefined, zone: string): number {
  const day = dayNumber(year, parts.month, parts.day)
  if (Number.isNaN(day)) return day
  const local = day * DAY + parts.hour * 3600 + parts.minute * 60 + parts.second
  return offset === undefined ? localToEpoch(zone, local) : local - offset
}

/** How far a clock without a date may run ahead of ours before it means yesterday. */
const CLOCK_SLACK_SECONDS = 5

/** A clock without a date: the nearest past moment at which the zone's wall clock showed it. */
export function finishClock(text: string, options: TimeOptions): TimeMatch | undefined {
  const suffix = readZone(text, parts.end, options.zone)
  const zone = suffix.zone ?? options.zone
  const now = options.now.seconds
  const localNow = now + (suffix.offset ?? offsetAt(zone, now))
  const clock = parts.hour * 3600 + parts.minute * 60 + parts.second
  const today = Math.floor(localNow / DAY) * DAY + clock
  const local = today > localNow + CLOCK_SLACK_SECONDS ? today - DAY : today
  const seconds = suffix.offset === undefined ? localToEpoch(zone, local) : local - suffix.offset
  return { instant: { seconds, nanos: parts.nanos }, end: suffix.end }
}

let yearStart = 0
let yearEnd = 0
let currentYear = 1970

/** The year in UTC; remembered, because every line asks for the same one. */
export function yearOf(epoch: number): number {
  if (epoch < yearStart || epoch >= yearEnd) {
    currentYear = new Date(epoch * 1000).getUTCFullYear()
    yearStart = dayNumber(currentYear, 1, 1) * DAY
    yearEnd = dayNumber(currentYear + 1, 1, 1) * DAY
  }
  return currentYear
}
