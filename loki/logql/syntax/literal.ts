/** Numbers in a query, as Go's strconv reads them, and what becomes of operations between two of them. */

import { quote } from '../../../shipper/wire/quote.ts'
import type { BinaryOp } from '../ast.ts'
import { parseError, type QueryError } from '../error.ts'

export interface Literal {
  readonly kind: 'number'
  readonly value: number
  /** Told only where the number is evaluated; a label filter takes the value as it is. */
  readonly fault: QueryError | undefined
}

/** `what` stands before Go's words for what is wrong with the number. */
export function literal(text: string, sign: 1 | -1 = 1, what = 'unable to parse literal as a float'): Literal {
  const { value, error } = parseFloat64(text)
  const fault = error === undefined ? undefined : parseError(`${what}: ${error}`)
  return { kind: 'number', value: sign * value, fault }
}

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const HEXADECIMAL = /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i

/** Go's ParseFloat: the nearest value, and its error's words. */
export function parseFloat64(text: string): { readonly value: number; readonly error: string | undefined } {
  const digits = text.replaceAll('_', '')
  const hex = HEXADECIMAL.exec(digits)
  if (hex === null && !DECIMAL.test(digits)) return { value: 0, error: `${parsing(text)}: invalid syntax` }
  const value = hex === null ? Number(digits) : hexadecimal(hex[1]!, hex[2]!, Number(hex[3]))
  return { value, error: Number.isFinite(value) ? undefined : `${parsing(text)}: value out of range` }
}

function parsing(text: string): string {
  return `strconv.ParseFloat: parsing ${quote(text)}`
}

function hexadecimal(whole: string, fraction: string, power: number): number {
  let mantissa = 0
  for (const digit of whole + fraction) mantissa = mantissa * 16 + Number.parseInt(digit, 16)
  return mantissa * 2 ** (power - 4 * fraction.length)
}

const FOLD: Partial<Record<BinaryOp, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => (right === 0 ? Number.NaN : left / right),
  '%': (left, right) => (right === 0 ? Number.NaN : left % right),
  '^': power,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
}

/** The number that an operation between two numbers is. */
export function fold(op: BinaryOp, left: number, right: number): Literal {
  return { kind: 'number', value: FOLD[op]!(left, right), fault: undefined }
}

/** Go's Pow: 1 to any power is 1, and so is -1 to an infinite one, where JavaScript has NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}
