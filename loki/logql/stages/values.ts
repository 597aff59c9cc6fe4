/** Numbers, durations and sizes as Go reads them out of labels, with Go's messages for what is none. */
import { quote } from '../../../shipper/wire/quote.ts'

export type Reading = number | { readonly fault: string }

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const HEXADECIMAL = /^([+-]?)0[xX](?=\.?[0-9a-fA-F])([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/
const SPECIAL = /^([+-]?)(?:inf|infinity)$/i

/** strconv.ParseFloat. */
export function readFloat(text: string): Reading {
  if (DECIMAL.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : floatFault(text, 'value out of range')
  }
  if (text.length === 3 && text.toLowerCase() === 'nan') return Number.NaN
  const special = SPECIAL.exec(text)
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return HEXADECIMAL.test(text) || text.includes('_') ? readOddFloat(text) : floatFault(text, 'invalid syntax')
}

function readOddFloat(text: string): Reading {
  const isHex = /^[+-]?0[xX]/.test(text)
  // A _ stands between digits, or behind 0x.
  const wrong = isHex ? /(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])/ : /(?<!\d)_|_(?!\d)/
  if (wrong.test(text)) return floatFault(text, 'invalid syntax')
  const plain = text.replaceAll('_', '')
  if (!isHex) {
    if (!DECIMAL.test(plain)) return floatFault(text, 'invalid syntax')
    return Number.isFinite(Number(plain)) ? Number(plain) : floatFault(text, 'value out of range')
  }
  const match = HEXADECIMAL.exec(plain)
  if (match === null) return floatFault(text, 'invalid syntax')
  const [, sign, whole = '', fraction = '', power] = match
  const mantissa = Number(BigInt(`0x0${whole}${fraction}`))
  const value = (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(power) - 4 * fraction.length)
  return Number.isFinite(value) ? value : floatFault(text, 'value out of range')
}

function floatFault(text: string, what: string): Reading {
  return { fault: `strconv.ParseFloat: parsing ${quote(text)}: ${what}` }
}

const UNIT_NANOS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
])
const DURATION_PART = /(\d*)(?:(\.)(\d*))?([^\d.]*)/y
const MAX_NANOS = 2 ** 63

/** time.ParseDuration: 1h2m3.5s, -1.5ms, 0. Nanoseconds; whole, and exact up to 104 days. */
export function readDuration(text: string): Reading {
  const sign = text[0] === '-' ? -1 : 1
  const start = text[0] === '-' || text[0] === '+' ? 1 : 0
  const invalid = { fault: `time: invalid duration ${quoteBytes(text)}` }
  if (text.slice(start) === '0') return 0
  if (text.length === start) return invalid
  let nanos = 0
  for (let at = start; at < text.length; ) {
    DURATION_PART.lastIndex = at
    const [all, whole = '', point = '', fraction = '', unit = ''] = DURATION_PART.exec(text)!
    if (whole === '' && fraction === '') return invalid
    if (point === '' && whole === '') return invalid
    if (unit === '') return { fault: `time: missing unit in duration ${quoteBytes(text)}` }
    const size = UNIT_NANOS.get(unit)
    if (size === undefined) return { fault: `time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}` }
    nanos += Number(whole) * size + Math.trunc(Number(`0.${fraction}0`) * size)
    if (nanos > MAX_NANOS) return invalid
    at += all.length
  }
  return sign * nanos
}

/** Package time has a quote of its own. */
function quoteBytes(text: string): string {
  const chars = [...Buffer.from(text)].map((byte) => {
    if (byte >= 0x80 || byte < 32) return `\\x${byte.toString(16).padStart(2, '0')}`
    return byte === 34 || byte === 92 ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte)
  })
  return `"${chars.join('')}"`
}

const SIZE_UNITS: ReadonlyMap<string, number> = new Map(
  ['', 'k', 'm', 'g', 't', 'p', 'e'].flatMap((prefix, power): [string, number][] => {
    const decimal: [string, number][] = [
      [`${prefix}b`, 1000 ** power],
      [prefix, 1000 ** power],
    ]
    return prefix === '' ? decimal : [...decimal, [`${prefix}ib`, 1024 ** power], [`${prefix}i`, 1024 ** power]]
  }),
)
const SIZE_NUMBER = /^[\p{Nd}.,]*/u

/** go-humanize's ParseBytes: 1KB is 1,000 and 1KiB is 1,024. Bytes. */
export function readSize(text: string): Reading {
  const number = SIZE_NUMBER.exec(text)![0]
  const value = readFloat(number.replaceAll(',', ''))
  if (typeof value !== 'number') return value
  const unit = text.slice(number.length).trim().toLowerCase()
  const size = SIZE_UNITS.get(unit)
  if (size === undefined) return { fault: `unhandled size name: ${unit}` }
  const bytes = value * size
  return bytes >= 2 ** 64 ? { fault: `too large: ${text}` } : Math.trunc(bytes)
}
