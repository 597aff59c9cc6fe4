/** Any value as a number, as spf13/cast does for Loki's arithmetic functions: what is none is 0. */

import { readFloat } from '../stages/values.ts'
import { isInt, type Value } from './values.ts'

const INT = /^[+-]?(?:0[xX]_?[0-9a-fA-F]+|0[bB]_?[01]+|0[oO]?_?[0-7]+|0|[1-9][0-9]*)$/
const MAX_INT = 2n ** 63n

export function toInt64(value: Value): bigint {
  if (isInt(value)) return value.value
  if (typeof value === 'number') return floatToInt(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  const text = trimDecimal(value)
  const plain = /__|_$|^[+-]?_/.test(text) ? text : text.replaceAll('_', '')
  // Digits parted by _ are Go's too, an octal number starts with 0.
  if (!INT.test(plain)) return 0n
  const digits = plain.replace(/^[+-]/, '').replace(/^0(?=[0-7])/, '0o')
  const int = (plain.startsWith('-') ? -1n : 1n) * BigInt(digits)
  return int >= -MAX_INT && int < MAX_INT ? int : 0n
}

/** What does not fit becomes the least integer, as on amd64. */
export function floatToInt(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return -MAX_INT
  return BigInt(Math.trunc(value))
}

/** What stands behind the point does not count. */
function trimDecimal(text: string): string {
  const match = /^([-+]?\d*)\.\d*$/.exec(text)
  if (match === null) return text
  const whole = match[1]!
  return whole === '' || whole === '-' || whole === '+' ? `${whole}0` : whole
}

export function toFloat64(value: Value): number {
  if (isInt(value)) return Number(value.value)
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return 0
  const float = readFloat(value)
  return typeof float === 'number' ? float : 0
}
