/** The functions that Go's text/template brings along. */
import { textOfBytes } from './bytes.ts'
import type { GoFunction } from './call.ts'
import { sprint, sprintf, sprintln } from './printf.ts'
import { nanosOf } from './time.ts'
import { compareText, intOf, isInt, isList, isMap, isTime, isTrue, showValue, typeOf, type Value } from './values.ts'

const any = (call: GoFunction['call'], ...more: 'any'[]): GoFunction => ({ parameters: ['any', ...more], call })
const anyRest = (call: GoFunction['call'], ...first: 'any'[]): GoFunction => ({ parameters: first, rest: 'any', call })

export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['and', { parameters: ['any'], rest: 'any', decides: (value) => !isTrue(value), call: () => undefined }],
  ['or', { parameters: ['any'], rest: 'any', decides: isTrue, call: () => undefined }],
  ['not', any((value) => !isTrue(value))],
  ['len', any(lengthOf)],
  ['index', anyRest((item, ...keys) => keys.reduce(indexInto, item), 'any')],
  ['slice', anyRest(slice, 'any')],
  ['print', anyRest((...values) => sprint(values))],
  ['println', anyRest((...values) => sprintln(values))],
  ['printf', { parameters: ['string'], rest: 'any', call: (format, ...values) => sprintf(format as string, values) }],
  ['eq', anyRest((first, ...others) => isEqualToAny(first, others), 'any')],
  ['ne', any((a, b) => !isEqualToAny(a, [b]), 'any')],
  ['lt', any((a, b) => isLess(a, b), 'any')],
  ['le', any((a, b) => isLess(a, b) || isEqualToAny(a, [b]), 'any')],
  ['gt', any((a, b) => !(isLess(a, b) || isEqualToAny(a, [b])), 'any')],
  ['ge', any((a, b) => !isLess(a, b), 'any')],
  ['html', anyRest((...values) => escapeHtml(argsText(values)))],
  ['js', anyRest((...values) => escapeJs(argsText(values)))],
  ['urlquery', anyRest((...values) => queryEscape(argsText(values)))],
  ['call', anyRest((value) => callNothing(value), 'any')],
])

/** Nothing that a template of ours meets can be called. */
function callNothing(value: Value): never {
  throw new Error(value === undefined || value === null ? 'call of nil' : `non-function of type ${typeOf(value)}`)
}

function argsText(values: readonly Value[]): string {
  return values.length === 1 && typeof values[0] === 'string'
    ? values[0]
    : sprint(values.map((value) => (value === undefined ? '<no value>' : value)))
}

function lengthOf(value: Value): Value {
  if (value === undefined || value === null) throw new Error('len of nil pointer')
  if (typeof value === 'string') return intOf(Buffer.byteLength(value))
  if (isList(value)) return intOf(value.length)
  if (isMap(value) && value.type !== 'struct') return intOf(value.entries.size)
  throw new Error(`len of type ${typeOf(value)}`)
}

function indexInto(item: Value, key: Value): Value {
  if (item === undefined || item === null) throw new Error('index of untyped nil')
  if (isMap(item) && item.type !== 'struct') {
    if (key === undefined || key === null) throw new Error('value is nil; should be of type string')
    if (typeof key !== 'string') throw new Error(`value has type ${typeOf(key)}; should be string`)
    return item.entries.get(key) ?? (item.type === 'strings' ? '' : null)
  }
  if (typeof item === 'string') {
    const bytes = Buffer.from(item)
    return intOf(bytes[placeOf(key, bytes.length)]!, 'uint8')
  }
  if (isList(item)) return item[placeOf(key, item.length)]
  throw new Error(`can't index item of type ${typeOf(item)}`)
}

function placeOf(key: Value, length: number, isEnd = false): number {
  if (key === undefined || key === null) throw new Error('cannot index slice/array with nil')
  if (!isInt(key)) throw new Error(`cannot index slice/array with type ${typeOf(key)}`)
  const place = Number(key.value)
  if (place < 0 || place > length || (!isEnd && place === length)) throw new Error(`index out of range: ${place}`)
  return place
}

function slice(item: Value, ...places: Value[]): Value {
  if (item === undefined || item === null) throw new Error('slice of untyped nil')
  if (places.length > 3) throw new Error(`too many slice indexes: ${places.length}`)
  if (typeof item !== 'string' && !isList(item)) throw new Error(`can't slice item of type ${typeOf(item)}`)
  if (typeof item === 'string' && places.length === 3) throw new Error('cannot 3-index slice a string')
  const whole = typeof item === 'string' ? Buffer.from(item) : item
  const [from = 0, to = whole.length] = places.map((place) => placeOf(place, whole.length, true))
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`)
  const part = whole.slice(from, to)
  return Buffer.isBuffer(part) ? textOfBytes(part) : (part as readonly Value[])
}

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'string' | undefined

function basicKind(value: Value): Basic {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'string'
  return isInt(value) ? (value.type === 'uint8' ? 'uint' : 'int') : undefined
}

function isEqualToAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison')
  return others.some((other) => isEqual(first, other))
}

function isEqual(a: Value, b: Value): boolean {
  if (isInt(a) && isInt(b)) return a.value === b.value
  const isNil = (value: Value) => value === undefined || value === null
  if (basicKind(a) !== basicKind(b)) {
    if (isNil(a) || isNil(b)) return false
    throw new Error(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
  }
  if (basicKind(a) !== undefined) return a === b
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  if (isTime(a) && isTime(b)) return nanosOf(a) === nanosOf(b) && a.zone === b.zone
  if (isList(a) !== isList(b) || isMap(a) !== isMap(b)) {
    throw new Error(`non-comparable types ${showValue(a)}: ${typeOf(a)}, ${typeOf(b)}: ${showValue(b)}`)
  }
  throw new Error(`non-comparable type ${showValue(b)}: ${typeOf(b)}`)
}

function isLess(a: Value, b: Value): boolean {
  const kind = basicKind(a)
  const other = basicKind(b)
  if (kind === undefined || other === undefined) throw new Error('invalid type for comparison')
  if (isInt(a) && isInt(b)) return a.value < b.value
  if (kind !== other) throw new Error(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
  if (kind === 'bool') throw new Error('invalid type for comparison')
  return kind === 'string' ? compareText(a as string, b as string) < 0 : (a as number) < (b as number)
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

const HTML_CHARS = new RegExp(`[${Object.keys(HTML).join('')}]`, 'g')

function escapeHtml(text: string): string {
  return text.replace(HTML_CHARS, (char) => HTML[char]!)
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|[^\P{C}]|[\u2028\u2029]/gu, (char) => {
    const code = char.codePointAt(0)!
    return JS[char] ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** url.QueryEscape. */
export function queryEscape(text: string): string {
  return [...Buffer.from(text)].map(escapeByte).join('')
}

function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte)
  if (/[A-Za-z0-9_.~-]/.test(char)) return char
  return byte === 32 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
