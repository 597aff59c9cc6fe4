/** Go's fmt: Sprint, Sprintln and Sprintf. */

import { quote } from '../../../shipper/wire/quote.ts'
import { type Flags, readDirective } from './directive.ts'
import { exponential, fixed } from './rounded.ts'
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

export function sprintf(format: string, values: readonly Value[]): string {
  let text = ''
  let used = 0
  let isReordered = false
  let at = 0
  for (;;) {
    const percent = format.indexOf('%', at)
    if (percent < 0) break
    const { flags, verb, argument, end, isIndexed, complaint, next } = readDirective(format, percent, values, used)
    text += format.slice(at, percent) + complaint
    at = end
    used = next
    isReordered ||= isIndexed
    if (verb === '') {
      text += '%!(NOVERB)'
      break
    }
    if (verb === '%') text += '%'
    else if (argument === undefined) text += `%!${verb}(BADINDEX)`
    else if (argument >= values.length) text += `%!${verb}(MISSING)`
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

function formatValue(verb: string, value: Value, flags: Flags): string {
  // %+v shows names of fields, not signs.
  if (verb === 'v' || verb === 'w') flags.plus = false
  if (verb === 'T') return formatText('s', isNil(value) ? '<nil>' : typeOf(value), flags)!
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
      if (flags.sharp && !/[`\p{Cc}\ufeff]/u.test(cut)) return pad(`\`${cut}\``, flags)
      return pad(flags.plus ? asciiOnly(quote(cut)) : quote(cut), flags)
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
    return pad(verb === 'c' ? char : flags.plus ? asciiOnly(quoteChar(char)) : quoteChar(char), flags)
  }
  if (verb === 'U') return pad(codePoint(value, flags), { ...flags, zero: false })
  const base = BASES.get(verb)
  if (base === undefined) return undefined
  const size = value < 0n ? -value : value
  let digits = size.toString(base)
  if (verb === 'X') digits = digits.toUpperCase()
  if (size === 0n && flags.precision === 0) return pad('', { ...flags, zero: false })
  if (flags.precision !== undefined) digits = digits.padStart(flags.precision, '0')
  let prefix = verb === 'O' ? '0o' : ''
  const octal = digits.startsWith('0') ? '' : '0'
  if (flags.sharp) prefix = { b: '0b', o: octal, O: `0o${octal}`, x: '0x', X: '0X' }[verb] ?? prefix
  return padNumber(signOf(value < 0n, flags) + prefix, digits, flags.precision === undefined, flags)
}

function quoteChar(char: string): string {
  return `'${quote(char).slice(1, -1).replaceAll('\\"', '"').replace(/^'$/, "\\'")}'`
}

/** %+q: what is no ASCII as \u00e9 or \U0001f600. */
function asciiOnly(quoted: string): string {
  return quoted.replace(/[^\0-\x7f]/gu, (char) => {
    const hex = char.codePointAt(0)!.toString(16)
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** U+00E9, and with # the character behind it where it can be shown. */
function codePoint(value: bigint, flags: Flags): string {
  const hex = `U+${BigInt.asUintN(64, value)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), '0')}`
  if (!flags.sharp || value < 0n || value > 0x10ffffn) return hex
  const char = String.fromCodePoint(Number(value))
  return quote(char) === `"${char}"` || char === '"' ? `${hex} '${char}'` : hex
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
  if (!'vgGeEfFxX'.includes(verb)) return undefined
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? 'NaN' : 'Inf'
    const sign = !Number.isNaN(value) && value > 0 && verb === 'v' ? '+' : signOf(isNegative, flags)
    return pad(sign + text, { ...flags, zero: false })
  }
  let digits = floatDigits(verb, size, flags.precision)
  if (verb === 'E' || verb === 'G' || verb === 'X') digits = digits.toUpperCase()
  return padNumber(signOf(isNegative, flags), digits, true, flags)
}

function floatDigits(verb: string, size: number, precision: number | undefined): string {
  switch (verb) {
    case 'f':
    case 'F':
      return toFixed(size, precision ?? 6)
    case 'x':
    case 'X':
      return hexFloat(size, precision)
    case 'e':
    case 'E':
      return goExponent(exponential(size, Math.min(precision ?? 6, 100)))
    default: {
      if (precision === undefined) return verb === 'v' ? showFloat(size) : shortest(size)
      const exact = Math.max(1, Math.min(precision, 100))
      const exponent = size === 0 ? 0 : Number(exponential(size, exact - 1).split('e')[1])
      const text =
        exponent < -4 || exponent >= exact
          ? goExponent(exponential(size, exact - 1))
          : fixed(size, Math.min(100, Math.max(0, exact - 1 - exponent)))
      return text.includes('.') ? text.replace(/\.?0*(e.*)?$/, '$1') : text
    }
  }
}

/** 0x1.8p+00: the bits as they are, rounded to so many digits after the point where that is asked for. */
function hexFloat(size: number, precision: number | undefined): string {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, size)
  const whole = bits.getBigUint64(0)
  let exponent = Number(whole >> 52n) - 1023
  let fraction = whole & ((1n << 52n) - 1n)
  if (size === 0) exponent = 0
  else if (exponent === -1023) {
    // Below the smallest normal number: Go writes it as 1.….
    for (exponent = -1022; fraction >> 52n === 0n; exponent--) fraction <<= 1n
    fraction &= (1n << 52n) - 1n
  }
  let mantissa = size === 0 ? 0n : (1n << 52n) | fraction
  if (precision !== undefined && precision < 13) {
    const cut = BigInt(52 - 4 * precision)
    const [kept, rest, half] = [mantissa >> cut, mantissa & ((1n << cut) - 1n), 1n << (cut - 1n)]
    const isUp = rest > half || (rest === half && (kept & 1n) === 1n)
    mantissa = (isUp ? kept + 1n : kept) << cut
    if (mantissa >> 53n > 0n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0')
  const shown = precision === undefined ? digits.replace(/0+$/, '') : digits.padEnd(precision, '0').slice(0, precision)
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return `0x${mantissa >> 52n}${shown === '' ? '' : `.${shown}`}p${power}`
}

/** %g: an exponent below 1e-4 and from 1e21 on. */
function shortest(size: number): string {
  return showFloat(size)
}

/** toFixed knows no more than 100 digits, and none of large numbers. */
function toFixed(size: number, precision: number): string {
  const text = size >= 1e21 ? BigInt(size).toString() : fixed(size, Math.min(precision, 100))
  if (size >= 1e21 && precision > 0) return `${text}.${'0'.repeat(precision)}`
  return precision > 100 ? text.padEnd(text.length + precision - 100, '0') : text || plainDecimal(size)
}

function pad(text: string, flags: Flags): string {
  if (flags.width === undefined) return text
  const missing = flags.width - [...text].length
  if (missing <= 0) return text
  return flags.minus ? text + ' '.repeat(missing) : (flags.zero ? '0' : ' ').repeat(missing) + text
}
