/** What stands between % and verb in a format of Go's fmt: flags, width, precision, and which argument is meant. */
import { isInt, type Value } from './values.ts'

export interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

export interface Directive {
  readonly flags: Flags
  /** '' when the format ends before it. */
  readonly verb: string
  /** Which value it shows, from 0; undefined when an index like [9] names none. */
  readonly argument: number | undefined
  /** Where the format goes on. */
  readonly end: number
  /** %[2]d: Go then says nothing of arguments that were not used. */
  readonly isIndexed: boolean
  /** What is wrong with a width or a precision of `*`. */
  readonly complaint: string
}

/** As wide as Go pads. */
const MAX_WIDTH = 1_000_000
/** A line's formatting needs no more; Go's own bound for one is the same. */
const MAX_PADDED = 65_536

/** Reads the directive whose % stands at `percent`. `argument` is the one whose turn it is. */
export function readDirective(
  format: string,
  percent: number,
  values: readonly Value[],
  argument: number,
): Directive & { readonly next: number } {
  const flags: Flags = { ...NO_FLAGS }
  const c = { format, at: percent + 1, next: argument, isGood: true, isIndexed: false, count: values.length }
  for (; FLAG_NAMES.has(format[c.at]!); c.at++) flags[FLAG_NAMES.get(format[c.at]!)!] = true
  let complaint = ''
  const star = () => {
    c.at++
    const value = values[c.next++]
    return isInt(value) && Math.abs(Number(value.value)) <= MAX_WIDTH ? Number(value.value) : undefined
  }
  let isAfterIndex = readIndex(c)
  if (format[c.at] === '*') {
    const width = star()
    if (width === undefined) complaint += '%!(BADWIDTH)'
    else Object.assign(flags, { width: Math.abs(width), minus: flags.minus || width < 0 })
    isAfterIndex = false
  } else {
    flags.width = readNumber(c)
    if (isAfterIndex && flags.width !== undefined) c.isGood = false
  }
  // A point that ends the format is taken for the verb.
  if (format[c.at] === '.' && c.at + 1 < format.length) {
    c.at++
    if (isAfterIndex) c.isGood = false
    isAfterIndex = readIndex(c)
    if (format[c.at] === '*') {
      const precision = star()
      if (precision === undefined || precision < 0) complaint += '%!(BADPREC)'
      else flags.precision = precision
      isAfterIndex = false
    } else flags.precision = readNumber(c) ?? 0
  }
  if (!isAfterIndex) readIndex(c)
  if (flags.minus) flags.zero = false
  const verb = c.at < format.length ? String.fromCodePoint(format.codePointAt(c.at)!) : ''
  const { isIndexed, isGood, next } = c
  return { flags, verb, argument: isGood ? next : undefined, end: c.at + verb.length, isIndexed, complaint, next }
}

const NO_FLAGS: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
}

const FLAG_NAMES: ReadonlyMap<string, 'plus' | 'minus' | 'sharp' | 'space' | 'zero'> = new Map([
  ['+', 'plus'],
  ['-', 'minus'],
  ['#', 'sharp'],
  [' ', 'space'],
  ['0', 'zero'],
])

interface Cursor {
  readonly format: string
  readonly count: number
  at: number
  next: number
  isGood: boolean
  isIndexed: boolean
}

/** An index like [3] says which value is next; returns whether one that can be read stood there. */
function readIndex(c: Cursor): boolean {
  if (c.format[c.at] !== '[') return false
  c.isIndexed = true
  const close = c.format.indexOf(']', c.at)
  const digits = close < 0 ? '' : c.format.slice(c.at + 1, close)
  c.at = close < 0 ? c.at + 1 : close + 1
  const isNumber = /^\d{1,7}$/.test(digits)
  const index = Number(digits) - 1
  if (isNumber && index >= 0 && index < c.count) c.next = index
  else c.isGood = false
  return isNumber
}

function readNumber(c: Cursor): number | undefined {
  const start = c.at
  while (/[0-9]/.test(c.format[c.at] ?? '')) c.at++
  return c.at === start ? undefined : Math.min(Number(c.format.slice(start, c.at)), MAX_PADDED)
}
