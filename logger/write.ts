/**
 * Any JavaScript value → JSON text. Never throws and never hangs: what cannot be written is replaced by a marker, what is
 * too large is cut, and a budget bounds the whole line, so that a request object or a cycle costs no more than a line.
 */
import { writeString } from '../shipper/terms/json.ts'
import type { Fields } from './context.ts'

/** Loki refuses lines over 256 KiB by default; a character takes up to three bytes. */
export const MAX_LINE_CHARS = 64 * 1024
/** One text. A stack of a hundred frames is about half of this. */
export const MAX_TEXT_CHARS = 16 * 1024
const MAX_DEPTH = 8
const MAX_MEMBERS = 200
/** More digits than a number anyone reads has. */
const MAX_DIGITS = 100

/** How much of a line is left, and which objects are being written. */
export interface Page {
  left: number
  readonly path: object[]
}

export function newPage(): Page {
  return { left: MAX_LINE_CHARS, path: [] }
}

/** `"name":value`, or '' for what JSON leaves out (undefined). */
export function writeMember(name: string, value: unknown, page: Page): string {
  const text = writeValue(value, page)
  return text === undefined ? '' : `${writeString(cutText(name, page))}:${text}`
}

/** Undefined only for undefined. */
export function writeValue(value: unknown, page: Page): string | undefined {
  switch (typeof value) {
    case 'string':
      return writeString(cutText(value, page))
    case 'number':
      page.left -= 8
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
      page.left -= 5
      return value ? 'true' : 'false'
    case 'bigint':
      return writeBigInt(value, page)
    case 'undefined':
      return undefined
    case 'object':
      return value === null ? 'null' : writeObject(value, page)
    default:
      return mark(typeof value === 'symbol' ? String(value) : `function ${nameOf(value as object)}`)
  }
}

/** `object[name]`, whatever its getter does. */
export function readMember(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name]
  } catch (error) {
    return marker(`getter threw: ${reason(error)}`)
  }
}

/** One member, and the object without it: the object itself when it has none of that name, or cannot be read. */
export function taken(object: object, name: string): { readonly member: unknown; readonly rest: object } {
  try {
    if ((object as Fields)[name] === undefined) return { member: undefined, rest: object }
    const { [name]: member, ...rest } = object as Fields
    return { member, rest }
  } catch {
    return { member: undefined, rest: object }
  }
}

/** Own enumerable names; undefined when even asking for them throws (a revoked proxy). */
export function memberNames(object: object): string[] | undefined {
  try {
    return Object.keys(object)
  } catch {
    return undefined
  }
}

/**
 * The object whose members are a line's fields; undefined for what has none of its own and is a value as a whole (a date,
 * a list, a Map, a buffer). What says itself how it is written (toJSON) is asked.
 */
export function fieldsOf(value: object): Fields | undefined {
  try {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return value as Fields
    if (Array.isArray(value) || ArrayBuffer.isView(value) || WHOLE.some((type) => value instanceof type))
      return undefined
    const { toJSON } = value as { toJSON?: unknown }
    const plain: unknown = typeof toJSON === 'function' ? toJSON.call(value) : value
    return plain !== null && typeof plain === 'object' && !Array.isArray(plain) ? (plain as Fields) : undefined
  } catch {
    // A revoked proxy, a throwing toJSON: whoever reads the members finds out.
    return value as Fields
  }
}

/** A value as words of a message: text as it is, objects as they stand in a line. */
export function valueWords(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return reason(value)
  const text = writeValue(value, newPage()) ?? ''
  return text.startsWith('"') ? (JSON.parse(text) as string) : text
}

/** Why something was thrown, as text; what was thrown may be hostile too. */
export function reason(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown).slice(0, 200)
  } catch {
    return 'unknown'
  }
}

export function marker(text: string): string {
  return `[${text}]`
}

function mark(text: string): string {
  return writeString(marker(text.slice(0, 300)))
}

function cutText(text: string, page: Page): string {
  const limit = Math.max(0, Math.min(MAX_TEXT_CHARS, page.left))
  page.left -= Math.min(text.length, limit) + 4
  if (text.length <= limit) return text
  return `${text.slice(0, limit).toWellFormed()}…[cut ${text.length - limit} characters]`
}

function writeBigInt(value: bigint, page: Page): string {
  // Digits are costly for huge numbers; 64 bits are 20 digits, and what is longer than 100 is compared first.
  if (value > LARGEST || value < -LARGEST) return mark(`bigint of more than ${MAX_DIGITS} digits`)
  page.left -= 20
  return String(value)
}

const LARGEST = 10n ** BigInt(MAX_DIGITS)

function writeObject(value: object, page: Page): string | undefined {
  if (page.path.includes(value)) return mark('circular')
  if (page.path.length >= MAX_DEPTH) return mark('deeper than 8 levels')
  if (page.left <= 0) return mark('too large')
  page.path.push(value)
  try {
    return writeKnown(value, page)
  } catch (error) {
    return mark(`unwritable: ${reason(error)}`)
  } finally {
    page.path.pop()
  }
}

function writeKnown(value: object, page: Page): string | undefined {
  if (Array.isArray(value)) return writeArray(value, page)
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return writeMembers(value, page)
  for (const [type, write] of KINDS) if (value instanceof type) return write(value, page)
  return writeMembers(value, page)
}

type Write = (value: never, page: Page) => string | undefined

/** How objects that JSON makes nothing of are shown. biome-ignore format: a table */
const KINDS = [
  [Date, (value: Date) => (Number.isNaN(value.getTime()) ? mark('invalid date') : `"${value.toISOString()}"`)],
  [Error, (value: Error, page: Page) => writeError(value, page)],
  [Map, (value: Map<unknown, unknown>, page: Page) => writeEntries([...first(value)], value.size, page)],
  [Set, (value: Set<unknown>, page: Page) => writeArray([...first(value)], page, value.size)],
  [ArrayBuffer, (value: ArrayBuffer) => mark(`ArrayBuffer of ${value.byteLength} bytes`)],
  [Promise, () => mark('Promise')],
  [WeakMap, () => mark('WeakMap')],
  [WeakSet, () => mark('WeakSet')],
  [RegExp, (value: RegExp, page: Page) => writeValue(String(value), page)],
  [URL, (value: URL, page: Page) => writeValue(value.href, page)],
  ...[String, Number, Boolean].map((type) => [type, (value: object, page: Page) => writeValue(value.valueOf(), page)]),
] as unknown as readonly (readonly [new () => object, Write & ((value: object, page: Page) => string | undefined)])[]

/** What is no set of fields. Errors have fields of their own. */
const WHOLE = KINDS.map(([type]) => type).filter((type) => (type as unknown) !== Error)

function* first<T>(values: Iterable<T>): Generator<T> {
  let count = 0
  for (const value of values) {
    if (count++ === MAX_MEMBERS) return
    yield value
  }
}

/** An error inside other values; at the top of a line its parts become the record's own fields (failure.ts). */
function writeError(error: Error, page: Page): string {
  const parts = { type: nameOf(error), message: readMember(error, 'message'), code: readMember(error, 'code') }
  return writeMembers({ ...parts, stack: readMember(error, 'stack') }, page) ?? '{}'
}

function writeArray(values: readonly unknown[], page: Page, size = values.length): string {
  let text = ''
  let i = 0
  for (; i < values.length && i < MAX_MEMBERS && page.left > 0; i++) {
    text += `${i === 0 ? '' : ','}${writeValue(values[i], page) ?? 'null'}`
  }
  return i < size ? `[${text}${i === 0 ? '' : ','}${more(size - i)}]` : `[${text}]`
}

function writeEntries(entries: readonly (readonly [unknown, unknown])[], size: number, page: Page): string {
  let text = ''
  for (const [name, value] of entries) {
    const key = typeof name === 'string' ? name : reason(name)
    const member = page.left <= 0 ? '' : writeMember(key, value, page)
    if (member !== '') text += `${text === '' ? '' : ','}${member}`
  }
  return entries.length < size ? `{${text}${text === '' ? '' : ','}"…":${more(size - entries.length)}}` : `{${text}}`
}

function writeMembers(value: object, page: Page): string | undefined {
  if (ArrayBuffer.isView(value)) return mark(`${nameOf(value)} of ${value.byteLength} bytes`)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') {
    const plain: unknown = toJSON.call(value)
    if (plain !== value) return writeValue(plain, page)
  }
  const names = Object.keys(value)
  let text = ''
  for (let i = 0; i < names.length; i++) {
    if (i >= MAX_MEMBERS || page.left <= 0) return `{${text}${text === '' ? '' : ','}"…":${more(names.length - i)}}`
    const member = writeMember(names[i]!, readMember(value, names[i]!), page)
    if (member !== '') text += `${text === '' ? '' : ','}${member}`
  }
  return `{${text}}`
}

function more(count: number): string {
  return mark(`${count} more`)
}

function nameOf(value: object): string {
  const named = typeof value === 'function' ? value : readMember(value, 'constructor')
  const own = typeof named === 'function' ? readMember(named, 'name') : undefined
  return typeof own === 'string' ? own.slice(0, 100) : 'unnamed'
}
