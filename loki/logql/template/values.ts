/** Go's values as templates see them. A float64 is a number; integers carry their type, since Go does not mix them. */
import type { GoTime } from './time.ts'

export type IntType = 'int' | 'int64' | 'uint8' | 'int32'

export interface GoInt {
  readonly kind: 'int'
  readonly type: IntType
  readonly value: bigint
}

/** map[string]string, map[string]interface {}, or a struct, whose fields are all there are. */
export interface GoMap {
  readonly kind: 'map'
  readonly type: 'strings' | 'any' | 'struct'
  readonly entries: ReadonlyMap<string, Value>
  /** A struct's type, for messages. */
  readonly typeName?: string
}

/** undefined: no value at all; null: a nil inside an interface {}. */
export type Value = undefined | null | string | boolean | number | GoInt | GoTime | GoMap | readonly Value[]

export function intOf(value: bigint | number, type: IntType = 'int'): GoInt {
  return { kind: 'int', type, value: BigInt.asIntN(64, BigInt(value)) }
}

export function isInt(value: Value): value is GoInt {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'int'
}

export function isMap(value: Value): value is GoMap {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map'
}

export function isTime(value: Value): value is GoTime {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'time'
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function typeOf(value: Value): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float64'
  if (value === undefined || value === null) return 'interface {}'
  if (isInt(value)) return value.type
  if (isTime(value)) return 'time.Time'
  if (isList(value)) return '[]interface {}'
  if (value.type === 'strings') return 'map[string]string'
  return value.type === 'any' ? 'map[string]interface {}' : (value.typeName ?? 'struct')
}

/** What if, with, and, or and not go by. */
export function isTrue(value: Value): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (isInt(value)) return value.value !== 0n
  if (isList(value)) return value.length > 0
  return isMap(value) && value.type !== 'struct' ? value.entries.size > 0 : true
}

/** Go's order of strings: by bytes, which is by code points. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const isBefore = /[\ud800-\udfff]/.test(a + b) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 : a < b
  return isBefore ? -1 : 1
}

export function sortedEntries(map: GoMap): (readonly [string, Value])[] {
  const entries = [...map.entries]
  return map.type === 'struct' ? entries : entries.sort((a, b) => compareText(a[0], b[0]))
}

/** fmt's %v. */
export function showValue(value: Value): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return '<nil>'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return showFloat(value)
  if (isInt(value)) return value.value.toString()
  if (isTime(value)) return value.show()
  if (isList(value)) return `[${value.map(showValue).join(' ')}]`
  const parts = sortedEntries(value).map(([key, each]) => (value.type === 'struct' ? '' : `${key}:`) + showValue(each))
  return value.type === 'struct' ? `{${parts.join(' ')}}` : `map[${parts.join(' ')}]`
}

/** %v of a float: the shortest digits, with an exponent below 1e-4 and from 1e6 on. */
export function showFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e-4 && size < 1e6) return plainDecimal(value)
  return goExponent(value.toExponential())
}

/** Without exponent, which JavaScript uses below 1e-6. */
export function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [digits = '', exponent = '0'] = text.replace('-', '').split('e')
  const sign = value < 0 ? '-' : ''
  const [whole = '', fraction = ''] = digits.split('.')
  const shift = Number(exponent)
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`
  return `${sign}${whole}${fraction.padEnd(shift, '0')}`
}

/** Go writes at least two digits of an exponent. */
export function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}
