/** Times as bytes: the notations of structured loggers in, RFC 3339 with nanoseconds out. */

import { constant, copyAll } from './slices.ts'

const DIGIT_0 = 0x30

/** What readIso found; reused, since the lane reads one time at a time. */
export class ByteTime {
  seconds = 0
  nanos = 0
  private dayKey = -1
  private daySeconds = 0

  /**
   * 2026-05-05T12:30:11[.fraction](Z|±hh:mm) or, with `zoneless`, 2026/05/05 12:30:11[.fraction] taken as UTC, that fills
   * the slice. False for every other notation, and for dates that do not exist.
   */
  read(bytes: Uint8Array, start: number, end: number, zoneless: boolean): boolean {
    if (end - start < 19) return false
    const separator = bytes[start + 4]
    const between = bytes[start + 10]
    if (bytes[start + 7] !== separator || bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return false
    if (zoneless ? separator !== 0x2f || between !== 0x20 : separator !== 0x2d || between !== 0x54) return false
    const year = two(bytes, start) * 100 + two(bytes, start + 2)
    const month = two(bytes, start + 5)
    const day = two(bytes, start + 8)
    const hour = two(bytes, start + 11)
    const minute = two(bytes, start + 14)
    const second = two(bytes, start + 17)
    if (year < 1970 || year >= 3000 || month < 1 || month > 12 || day < 1) return false
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false
    const key = year * 512 + month * 32 + day
    if (key !== this.dayKey) {
      if (day > daysIn(year, month)) return false
      this.daySeconds = Date.UTC(year, month - 1, day) / 1000
      this.dayKey = key
    }
    this.seconds = this.daySeconds + hour * 3600 + minute * 60 + second
    return this.readTail(bytes, start + 19, end, zoneless)
  }

  private readTail(bytes: Uint8Array, at: number, end: number, zoneless: boolean): boolean {
    let nanos = 0
    if (at < end && bytes[at] === 0x2e) {
      let unit = 100_000_000
      const first = ++at
      for (; at < end; at++) {
        const digit = bytes[at] - DIGIT_0
        if (!(digit >= 0 && digit <= 9)) break
        if (unit < 1) return false
        nanos += digit * unit
        unit = unit === 1 ? 0 : unit / 10
      }
      if (at === first) return false
    }
    this.nanos = nanos
    if (zoneless) return at === end
    const sign = bytes[at]
    if (sign === 0x5a) return at + 1 === end
    if ((sign !== 0x2b && sign !== 0x2d) || end - at !== 6 || bytes[at + 3] !== 0x3a) return false
    const hours = two(bytes, at + 1)
    const minutes = two(bytes, at + 4)
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false
    const offset = hours * 3600 + minutes * 60
    this.seconds += sign === 0x2b ? -offset : offset
    return true
  }
}

/** Writes RFC 3339 UTC with nine digits of fraction (30 bytes), and returns where it ends. */
export class TimeWriter {
  private day = -1
  /** 2026-05-05T */
  private dayText = constant('')

  write(target: DataView, at: number, seconds: number, nanos: number): number {
    const day = Math.floor(seconds / 86400)
    if (day !== this.day) {
      this.dayText = constant(new Date(day * 86_400_000).toISOString().slice(0, 11))
      this.day = day
    }
    copyAll(target, at, this.dayText)
    const inDay = seconds - day * 86400
    const hour = (inDay / 3600) | 0
    const minute = ((inDay - hour * 3600) / 60) | 0
    put2(target, at + 11, hour)
    target.setUint8(at + 13, 0x3a)
    put2(target, at + 14, minute)
    target.setUint8(at + 16, 0x3a)
    put2(target, at + 17, inDay - hour * 3600 - minute * 60)
    target.setUint8(at + 19, 0x2e)
    let rest = nanos
    for (let index = at + 28; index > at + 19; index--) {
      const next = (rest / 10) | 0
      target.setUint8(index, DIGIT_0 + rest - next * 10)
      rest = next
    }
    target.setUint8(at + 29, 0x5a)
    return at + 30
  }
}

/** Makes every range check fail, and keeps the arithmetic in small integers. */
const NOT_DIGITS = -100_000

function two(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - DIGIT_0
  const ones = bytes[at + 1] - DIGIT_0
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NOT_DIGITS
}

function put2(target: DataView, at: number, value: number): void {
  const tens = (value / 10) | 0
  target.setUint8(at, DIGIT_0 + tens)
  target.setUint8(at + 1, DIGIT_0 + value - tens * 10)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
