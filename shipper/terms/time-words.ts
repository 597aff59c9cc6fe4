/** Times that begin with the name of a weekday or a month. */

import type { TimeMatch, TimeOptions } from './time.ts'
import { readClockBehind, readDigits } from './time-digits.ts'
import { countDigits, epochOf, parts, readClock, readMonth, readNumber, skipSpaces, skipWeekday } from './time-parts.ts'
import { isDigit, isWordCode, readZone } from './zone.ts'

/** "Tue May  5 12:30:11 2026", "Tue, 05 May 2026 12:30:11 GMT", "May  5 12:30:11", "May 5, 2026 12:30:11 PM". */
export function readWords(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  const date = skipWeekday(text, start)
  if (date < 0) return readMonthFirst(text, start, options)
  if (!isDigit(text.charCodeAt(date))) return readMonthFirst(text, date, options)
  // A weekday before a bare clock dates nothing that can be read.
  return text.charCodeAt(date + 2) === 0x3a || text.charCodeAt(date + 1) === 0x3a
    ? undefined
    : readDigits(text, date, options)
}

function readMonthFirst(text: string, start: number, options: TimeOptions): TimeMatch | undefined {
  let at = readMonth(text, start)
  if (at < 0) return undefined
  const mark = text.charCodeAt(at)
  if (mark !== 0x20 && mark !== 0x2d && mark !== 0x2f) return undefined
  at = skipSpaces(text, at + 1, 2)
  const dayDigits = countDigits(text, at, 3)
  if (dayDigits === 0 || dayDigits > 2) return undefined
  parts.day = readNumber(text, at, at + dayDigits)
  parts.year = 0
  at += dayDigits
  if (text.charCodeAt(at) === 0x2c || (mark !== 0x20 && text.charCodeAt(at) === mark)) at++
  at = skipSpaces(text, at, 2)
  if (countDigits(text, at, 5) === 4) {
    parts.year = readNumber(text, at, at + 4)
    return readClockBehind(text, at + 4, options, false)
  }
  if (text.startsWith('at ', at)) at += 3
  return readClock(text, at, true, false) ? finishWithYear(text, options) : undefined
}

/** ctime writes the year last, date(1) the zone before it: "12:30:11 2026", "12:30:11.123 CEST 2026", "12:30:11 +0200 2026". */
function finishWithYear(text: string, options: TimeOptions): TimeMatch | undefined {
  const suffix = readZone(text, parts.end, options.zone)
  const { offset, zone } = suffix
  let end = suffix.end
  let year = skipSpaces(text, end, 2)
  if (offset === undefined && countDigits(text, year, 5) !== 4) {
    // An abbreviation that the table does not know may still stand before the year.
    let word = year
    while (word - year < 6 && isUpper(text.charCodeAt(word))) word++
    if (word - year >= 3 && text.charCodeAt(word) === 0x20 && countDigits(text, word + 1, 5) === 4) year = word + 1
  }
  if (year > end && countDigits(text, year, 5) === 4 && !isPartOfWord(text, year + 4)) {
    const value = readNumber(text, year, year + 4)
    if (value >= 1970 && value <= 2100) {
      parts.year = value
      end = year + 4
    }
  }
  const seconds = epochOf(offset, zone ?? options.zone, options.now)
  return Number.isNaN(seconds) ? undefined : { instant: { seconds, nanos: parts.nanos }, end }
}

function isPartOfWord(text: string, at: number): boolean {
  const next = text.charCodeAt(at)
  return isWordCode(next) || next === 0x2d || next === 0x2f || (next === 0x2e && isWordCode(text.charCodeAt(at + 1)))
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}
