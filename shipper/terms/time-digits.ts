/** Times that begin with a digit, by how many digits stand at their start and what follows. */

import type { TimeMatch, TimeOptions } from './time.ts'
import {
  countDigits,
  dayNumber,
  finish,
  finishClock,
  parts,
  readClock,
  readCompactClock,
  readFraction,
  readMonth,
  readNumber,
  skipSpaces,
  yearOf,
} from './time-parts.ts'
import { isDigit, isWordCode } from './zone.ts'

/** A date and time, a compact one, an epoch number or a bare clock that starts with a digit at `start`. */
export function readDigits(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  const run = countDigits(text, start, 20)
  switch (run) {
    case 1:
    case 2:
      return readShort(text, start, run, options)
    case 4:
      return readYearFirst(text, start, options)
    case 6:
      return readSix(text, start, options)
    case 8:
      return readEight(text, start, options)
    case 14:
    case 17:
      return readFourteen(text, start, run, options)
    case 10:
    case 13:
    case 16:
    case 19:
      return readEpoch(text, start, run)
    default:
      return undefined
  }
}

/** 2026-05-05T12:30:11.123+02:00, 2026/05/05 12:30:11, 2026-05-05-12.30.11.123456, 2026 May 5 12:30:11, 2026-May-05 …. */
function readYearFirst(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  const year = readNumber(text, start, start + 4)
  const mark = text.charCodeAt(start + 4)
  let at = start + 5
  if (mark !== 0x2d && mark !== 0x2f && mark !== 0x2e && mark !== 0x20) {
    return undefined
  }
  // klog: I0505 12:30:11.123456. Only behind a letter: "1105 10:11:12" is as likely a number and a clock.
  if (mark === 0x20 && isLetter(text.charCodeAt(start - 1))) return readKlog(text, start, options)
  parts.year = year
  if (isDigit(text.charCodeAt(at))) {
    if (mark === 0x20) return undefined
    const monthDigits = countDigits(text, at, 3)
    if (monthDigits > 2 || text.charCodeAt(at + monthDigits) !== mark) return undefined
    parts.month = readNumber(text, at, at + monthDigits)
    at += monthDigits + 1
  } else {
    at = readMonth(text, at)
    if (at < 0 || (text.charCodeAt(at) !== mark && text.charCodeAt(at - 1) !== mark)) return undefined
    at = skipSpaces(text, text.charCodeAt(at) === mark ? at + 1 : at, 1)
  }
  const dayDigits = countDigits(text, at, 3)
  if (dayDigits === 0 || dayDigits > 2) return undefined
  parts.day = readNumber(text, at, at + dayDigits)
  return readClockBehind(text, at + dayDigits, options, false)
}

function readKlog(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  parts.year = 0
  parts.month = readNumber(text, start, start + 2)
  parts.day = readNumber(text, start + 2, start + 4)
  return readClock(text, skipSpaces(text, start + 5, 1), true, false) ? finish(text, options) : undefined
}

/** The clock behind a whole date: at `at` stands what separates them. `full`: seconds are needed to believe it. */
export function readClockBehind(text: string, at: number, options: TimeOptions, full: boolean): TimeMatch | undefined {
  const clock = clockStart(text, at)
  if (clock < 0) return undefined
  if (readClock(text, clock, full, false)) return finish(text, options)
  const joint = text.charCodeAt(at) | 32
  return joint === 0x74 && readCompactClock(text, clock) ? finish(text, options) : undefined
}

/** Where the clock begins behind a date that ends at `at`, or -1. */
function clockStart(text: string, at: number): number {
  switch (text.charCodeAt(at)) {
    case 0x54: // T
    case 0x74:
    case 0x5f: // _
    case 0x2d: // -
    case 0x3a: // :
    case 0x2f: // /
    case 0x7c: // |
    case 0x09:
      return at + 1
    case 0x2c: // ,
    case 0x3b: // ;
    case 0x20: {
      const clock = skipSpaces(text, at + 1, 3)
      // "May 5, 2026 at 12:30:11"
      if (text.charCodeAt(clock) === 0x61 && text.startsWith('at ', clock)) return clock + 3
      if (text.charCodeAt(clock) === 0x2d && text.charCodeAt(clock + 1) === 0x20) return clock + 2
      // Suricata: 5/5/2026 -- 10:11:12
      if (text.startsWith('-- ', clock)) return clock + 3
      return clock
    }
    default:
      return -1
  }
}

/** yyMMdd HHmmss, yyMMdd HH:mm:ss (MySQL pads the hour with a space). */
function readSix(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  const mark = text.charCodeAt(start + 6)
  if (mark !== 0x20 && mark !== 0x2d && mark !== 0x5f && mark !== 0x54) return undefined
  parts.year = century(readNumber(text, start, start + 2), options)
  parts.month = readNumber(text, start + 2, start + 4)
  parts.day = readNumber(text, start + 4, start + 6)
  const clock = skipSpaces(text, start + 7, mark === 0x20 ? 1 : 0)
  if (readClock(text, clock, true, false)) return finish(text, options)
  if (countDigits(text, clock, 7) !== 6 || !readCompactClock(text, clock)) return undefined
  return finish(text, options)
}

/** yyyyMMdd with a clock behind it: "20260505 12:30:11", "20260505-12:30:11:123", "20260505T123011.123Z". */
function readEight(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  compactDate(text, start)
  if (parts.year < 1970 || parts.year > 2100) return undefined
  const at = start + 8
  const mark = text.charCodeAt(at)
  const clock = clockStart(text, at)
  if (clock < 0) return undefined
  if (readClock(text, clock, true, mark === 0x2d)) return finish(text, options)
  const digits = countDigits(text, clock, 10)
  const compact = digits !== 4 && (mark !== 0x3a || digits === 6) && readCompactClock(text, clock)
  if (compact) return finish(text, options)
  return (mark | 32) === 0x74 && readCompactClock(text, clock) ? finish(text, options) : undefined
}

/** yyyyMMddHHmmss and yyyyMMddHHmmssSSS. */
function readFourteen(text: string, start: number, run: number, options: TimeOptions): TimeMatch | undefined {
  compactDate(text, start)
  if (parts.year < 1970 || parts.year > 2100) return undefined
  if (!readCompactClock(text, start + 8) || isWordCode(text.charCodeAt(parts.end))) return undefined
  return parts.end >= start + run ? finish(text, options) : undefined
}

function compactDate(text: string, start: number): void {
  parts.year = readNumber(text, start, start + 4)
  parts.month = readNumber(text, start + 4, start + 6)
  parts.day = readNumber(text, start + 6, start + 8)
}

/** One or two digits first: a bare clock, a day, or a month. */
function readShort(text: string, start: number, run: number, options: TimeOptions): TimeMatch | undefined {
  const at = start + run
  const mark = text.charCodeAt(at)
  if (mark === 0x3a) return readBareClock(text, start, options)
  const first = readNumber(text, start, at)
  if (isLetter(mark)) return readDayMonthName(text, first, at, options)
  if (mark !== 0x2f && mark !== 0x2d && mark !== 0x2e && mark !== 0x20) return undefined
  if (isLetter(text.charCodeAt(at + 1))) return readDayMonthName(text, first, at + 1, options)
  const secondDigits = countDigits(text, at + 1, 3)
  if (mark === 0x20 || secondDigits === 0 || secondDigits > 2) return undefined
  const second = readNumber(text, at + 1, at + 1 + secondDigits)
  const behind = at + 1 + secondDigits
  if (text.charCodeAt(behind) !== mark) {
    // MM-dd HH:mm:ss (Android), MM.dd HH:mm:ss, MM/dd HH:mm:ss.
    if (text.charCodeAt(behind) !== 0x20 && text.charCodeAt(behind) !== 0x2d) return undefined
    parts.year = 0
    setMonthAndDay(first, second)
    return readClockBehind(text, behind, options, true)
  }
  const thirdDigits = countDigits(text, behind + 1, 5)
  const third = readNumber(text, behind + 1, behind + 1 + thirdDigits)
  const end = behind + 1 + thirdDigits
  if (thirdDigits === 4) {
    parts.year = third
    // With dots (05.11.2026) and in Suricata's notation the day comes first, with others the month, unless it cannot.
    if ((mark === 0x2e || text.startsWith(' -- ', end)) && second <= 12) setMonthAndDay(second, first)
    else setMonthAndDay(first, second)
    return readClockBehind(text, end, options, false)
  }
  if (thirdDigits > 2 || thirdDigits === 0) return undefined
  chooseShortDate(first, second, third, run === 2 && thirdDigits === 2, mark === 0x2e, options)
  return readClockBehind(text, end, options, true)
}

/** 05/May/2026:12:30:11, 05-May-2026 12:30:11, 5 May 2026 12:30:11.123, 05-MAY-26 12.30.11.123456 PM, 14 Nov 07:01:22. */
function readDayMonthName(text: string, day: number, start: number, options: TimeOptions): TimeMatch | undefined {
  let at = readMonth(text, start)
  if (at < 0) return undefined
  parts.day = day
  parts.year = 0
  const mark = text.charCodeAt(at)
  if (mark === 0x2c) at++
  const next = isDigit(mark) ? at : skipSpaces(text, at + 1, 2)
  const digits = countDigits(text, next, 5)
  if ((digits === 4 || digits === 2) && text.charCodeAt(next + 2) !== 0x3a) {
    const year = readNumber(text, next, next + digits)
    parts.year = digits === 2 ? century(year, options) : year
    return readClockBehind(text, next + digits, options, false)
  }
  return readClock(text, next, true, false) ? finish(text, options) : undefined
}

/** HH:mm:ss with or without a fraction; not part of something longer (a MAC address, an IPv6 one, a ratio). */
function readBareClock(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  if (!readClock(text, start, true, false)) return undefined
  const next = text.charCodeAt(parts.end)
  if (next === 0x3a && isWordCode(text.charCodeAt(parts.end + 1)) && isDigit(text.charCodeAt(parts.end + 1)))
    return undefined
  if (isWordCode(next) && next !== 0x5a && next !== 0x5f) return undefined
  return finishClock(text, options)
}

function setMonthAndDay(month: number, day: number): void {
  const swapped = month > 12
  parts.month = swapped ? day : month
  parts.day = swapped ? month : day
}

/**
 * Three short numbers: year first (Spark: 17/06/09) or year last (05/06/26)? A first number over 12 cannot be a month
 * and is taken for the year. Else the reading that is nearest in the past.
 */
function chooseShortDate(a: number, b: number, c: number, twoEach: boolean, dots: boolean, options: TimeOptions): void {
  const yearFirst = century(a, options)
  const yearLast = century(c, options)
  const first = twoEach ? dayNumber(yearFirst, b, c) : Number.NaN
  const monthFirst = !dots && a <= 12
  const last = monthFirst ? dayNumber(yearLast, a, b) : dayNumber(yearLast, b, a)
  const today = options.now.seconds / 86_400 + 1
  const useFirst =
    !Number.isNaN(first) && (a > 12 || Number.isNaN(last) || isNearer(first, last, today)) && !(dots && a <= 12)
  parts.year = useFirst ? yearFirst : yearLast
  parts.month = useFirst || !monthFirst ? b : a
  parts.day = useFirst ? c : monthFirst ? b : a
}

function isNearer(a: number, b: number, today: number): boolean {
  if (a > today !== b > today) return a <= today
  return Math.abs(today - a) <= Math.abs(today - b)
}

/** A year of two digits: the one that is not more than a year ahead. */
export function century(year: number, options: TimeOptions): number {
  const current = yearOf(options.now.seconds)
  const guess = Math.floor(current / 100) * 100 + year
  return guess > current + 1 ? guess - 100 : guess
}

const SCALES = new Map([
  [10, 1],
  [13, 1e3],
  [16, 1e6],
  [19, 1e9],
])
/** 2100-01-01T00:00:00Z: later epochs are numbers of something else. */
const LATEST_EPOCH = 4_102_444_800

/** Seconds (with a fraction), ms, µs or ns since 1970, by the number of digits. */
function readEpoch(text: string, start: number, run: number): TimeMatch | undefined {
  const seconds = readNumber(text, start, start + 10)
  if (seconds < 1e9 || seconds >= LATEST_EPOCH) return undefined
  const extra = run - 10
  let end = start + run
  parts.nanos = readNumber(text, start + 10, end) * (1e9 / (SCALES.get(run) as number))
  if (text.charCodeAt(end) === 0x2e && isDigit(text.charCodeAt(end + 1))) {
    const digits = countDigits(text, end + 1, 20)
    if (extra === 0) end = readFraction(text, end, false)
    else {
      const kept = Math.min(digits, 9 - extra)
      if (kept > 0) parts.nanos += readNumber(text, end + 1, end + 1 + kept) * 10 ** (9 - extra - kept)
      end += 1 + digits
    }
  }
  const next = text.charCodeAt(end)
  if (isWordCode(next) || next === 0x2d || next === 0x2f || (next === 0x2e && isWordCode(text.charCodeAt(end + 1))))
    return undefined
  return { instant: { seconds, nanos: parts.nanos }, end }
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}
