/** Go's fmt: Sprint, Sprintln and Sprintf. */
import { quote } from '../quote.ts'
import {
  goExponent,
  isInt,
  isList,
  isMap,
  plainDecimal,
  showFloat,
  showValue,
  sortedEntries,
  typeOf,
  type Value,
} from './values.ts'

/** Spaces only between two that are no texts. */
export function sprint(values: readonly Value[]): string {
  let text = ''
  for (const [i, value] of values.entries()) {
    if (i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string') text += ' '
    text += showValue(value)
  }
  return text
}

export function sprintln(values: readonly Value[]): string {
  return `${values.map(showValue).join(' ')}\n`
}

interface Flags {
  plus: boolean
  minus: boolean
  sharp: boolean
  space: boolean
  zero: boolean
  width: number | undefined
  precision: number | undefined
}

/** As wide as Go pads. */
const MAX_WIDTH = 1_000_000
/** A line's formatting needs no more; Go's own bound for one is the same. */
const MAX_PADDED = 65_536
const DIRECTIVE = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?/gy

export function sprintf(format: string, values: readonly Value[]): string {
  let text = ''
  let used = 0
  /** %[2]d: Go then says nothing of arguments that were not used. */
  let isReordered = false
  let at = 0
  for (;;) {
    const percent = format.indexOf('%', at)
    if (percent < 0) break
    text += format.slice(at, percent)
    DIRECTIVE.lastIndex = percent
    const [all, marks = '', width, precision, index] = DIRECTIVE.exec(format)!
    at = percent + all.length
    const flags = readFlags(marks)
    const star = (): number | undefined => {
      const value = values[used++]
      return isInt(value) && Math.abs(Number(value.value)) <= MAX_WIDTH ? Number(value.value) : undefined
    }
    if (width === '*') {
      const wide = star()
      if (wide === undefined) text += '%!(BADWIDTH)'
      else {
        flags.width = Math.abs(wide)
        if (wide < 0) flags.minus = true
      }
    } else if (width !== undefined) flags.width = Math.min(Number(width), MAX_PADDED)
    if (precision === '*') {
      const exact = star()
      if (exact === undefined) text += '%!(BADPREC)'
      else if (exact >= 0) flags.precision = exact
    } else if (precision !== undefined) flags.precision = Math.min(Number(precision), MAX_PADDED)
    if (flags.minus) flags.zero = false
    if (at >= format.length) {
      text += '%!(NOVERB)'
      break
    }
    const verb = String.fromCodePoint(format.codePointAt(at)!)
    at += verb.length
    if (index !== undefined) {
      isReordered = true
      used = Number(index) - 1
    }
    if (verb === '%') text += '%'
    else if (index !== undefined && (used < 0 || used >= values.length)) text += `%!${verb}(BADINDEX)`
    else if (used >= values.length) text += `%!${verb}(MISSING)`
    else text += formatValue(verb, values[used++], flags)
  }
  text += format.slice(at)
  if (isReordered || used >= values.length) return text
  const extra = values.slice(used).map((value) => (isNil(value) ? '<nil>' : `${typeOf(value)}=${showValue(value)}`))
  return `${text}%!(EXTRA ${extra.join(', ')})`
}

function isNil(value: Value): boolean {
  return value === undefined || value === null
}

function readFlags(marks: string): Flags {
  return {
    plus: marks.includes('+'),
    minus: marks.includes('-'),
    sharp: marks.includes('#'),
    space: marks.includes(' '),
    zero: marks.includes('0'),
    width: undefined,
    precision: undefined,
  }
}

function formatValue(verb: string, value: Value, flags: Flags): string {
  // %+v shows names of fields, not signs.
  if (verb === 'v') flags.plus = false
  if (verb === 'T') return pad(isNil(value) ? '<nil>' : typeOf(value), flags)
  if (isNil(value)) return verb === 'v' ? pad('<nil>', flags) : `%!${verb}(<nil>)`
  const inside = (item: Value) => (isNil(item) ? pad('<nil>', flags) : formatValue(verb, item, flags))
  if (isList(value)) return `[${value.map(inside).join(' ')}]`
  if (isMap(value)) {
    const parts = sortedEntries(value).map(([key, item]) => {
      const shown = inside(item)
      return value.type === 'struct' ? shown : `${formatValue(verb, key, flags)}:${shown}`
    })
    return value.type === 'struct' ? `{${parts.join(' ')}}` : `map[${parts.join(' ')}]`
  }
  const text = formatPlain(verb, value, flags)
  return text ?? `%!${verb}(${typeOf(value)}=${formatPlain('v', value, flags)})`
}

function formatPlain(verb: string, value: Value, flags: Flags): string | undefined {
  if (typeof value === 'string') return formatText(verb, value, flags)
  if (typeof value === 'boolean') return verb === 'v' || verb === 't' ? pad(String(value), flags) : undefined
  if (typeof value === 'number') return formatFloat(verb, value, flags)
  if (isInt(value)) return formatInt(verb, value.value, flags)
  return verb === 'v' || verb === 's'
    ? formatText('s', showValue(value), flags)
    : formatText(verb, showValue(value), flags)
}

function formatText(verb: string, text: string, flags: Flags): string | undefined {
  const cut = flags.precision === undefined ? text : [...text].slice(0, flags.precision).join('')
  switch (verb) {
    case 'v':
      return pad(flags.sharp ? quote(cut) : cut, flags)
    case 's':
      return pad(cut, flags)
    case 'q':
      return pad(flags.sharp && !/[`\p{Cc}\ufeff]/u.test(cut) ? `\`${cut}\`` : quote(cut), flags)
    case 'x':
    case 'X': {
      const bytes = Buffer.from(text).subarray(0, flags.precision)
      const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
      const prefix = flags.sharp ? '0x' : ''
      const hex = flags.space
        ? pairs.map((pair) => prefix + pair).join(' ')
        : (pairs.length > 0 ? prefix : '') + pairs.join('')
      return pad(verb === 'X' ? hex.toUpperCase() : hex, flags)
    }
    default:
      return undefined
  }
}

const BASES: ReadonlyMap<string, number> = new Map([
  ['d', 10],
  ['v', 10],
  ['b', 2],
  ['o', 8],
  ['O', 8],
  ['x', 16],
  ['X', 16],
])

function formatInt(verb: string, value: bigint, flags: Flags): string | undefined {
  if (verb === 'c' || verb === 'q') {
    const char = value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd'
    return pad(
      verb === 'c' ? char : `'${quote(char).slice(1, -1).replaceAll('\\"', '"').replace(/^'$/, "\\'")}'`,
      flags,
    )
  }
  if (verb === 'U') return pad(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, flags)
  const base = BASES.get(verb)
  if (base === undefined) return undefined
  const size = value < 0n ? -value : value
  let digits = size.toString(base)
  if (verb === 'X') digits = digits.toUpperCase()
  if (flags.precision !== undefined) {
    digits = size === 0n && flags.precision === 0 ? '' : digits.padStart(flags.precision, '0')
  }
  let prefix = verb === 'O' ? '0o' : ''
  if (flags.sharp) prefix = { b: '0b', o: digits.startsWith('0') ? '' : '0', x: '0x', X: '0X' }[verb] ?? prefix
  return padNumber(signOf(value < 0n, flags) + prefix, digits, flags.precision === undefined, flags)
}

function signOf(isNegative: boolean, flags: Flags): string {
  return isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
}

/** Zeros stand between the sign and the digits. */
function padNumber(sign: string, digits: string, isZeroed: boolean, flags: Flags): string {
  if (!flags.zero || !isZeroed || flags.width === undefined) return pad(sign + digits, { ...flags, zero: false })
  return sign + digits.padStart(flags.width - sign.length, '0')
}

function formatFloat(verb: string, value: number, flags: Flags): string | undefined {
  const isNegative = value < 0 || Object.is(value, -0)
  const size = Math.abs(value)
  if (!'vgGeEfF'.includes(verb)) return undefined
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'NaN' : 'Inf'
    const sign = !Number.isNaN(value) && value > 0 && verb === 'v' ? '+' : signOf(isNegative, flags)
    return pad(sign + text, { ...flags, zero: false })
  }
  let digits = floatDigits(verb, size, flags.precision)
  if (verb === 'E' || verb === 'G') digits = digits.toUpperCase()
  return padNumber(signOf(isNegative, flags), digits, true, flags)
}

function floatDigits(verb: string, size: number, precision: number | undefined): string {
  switch (verb) {
    case 'f':
    case 'F':
      return toFixed(size, precision ?? 6)
    case 'e':
    case 'E':
      return goExponent(size.toExponential(Math.min(precision ?? 6, 100)))
    default: {
      if (precision === undefined) return verb === 'v' ? showFloat(size) : shortest(size)
      const exact = Math.max(1, Math.min(precision, 100))
      const exponent = size === 0 ? 0 : Number(size.toExponential(exact - 1).split('e')[1])
      const text =
        exponent < -4 || exponent >= exact
          ? goExponent(size.toExponential(exact - 1))
          : size.toFixed(Math.min(100, Math.max(0, exact - 1 - exponent)))
      return text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text
    }
  }
}

/** %g: an exponent below 1e-4 and from 1e21 on. */
function shortest(size: number): string {
  return showFloat(size)
}

/** toFixed knows no more than 100 digits, and none of large numbers. */
function toFixed(size: number, precision: number): string {
  const text = size >= 1e21 ? BigInt(size).toString() : size.toFixed(Math.min(precision, 100))
  if (size >= 1e21 && precision > 0) return `${text}.${'0'.repeat(precision)}`
  return precision > 100 ? text.padEnd(text.length + precision - 100, '0') : text || plainDecimal(size)
}

function pad(text: string, flags: Flags): string {
  if (flags.width === undefined) return text
  const missing = flags.width - [...text].length
  if (missing <= 0) return text
  return flags.minus ? text + ' '.repeat(missing) : (flags.zero ? '0' : ' ').repeat(missing) + text
}
