/** Forms as data: a field is where its value stands in the JSON, what it is called, and what may stand in it. */

import { SECRET_PLACEHOLDER } from '../../../../shipper/triggers/trigger.ts'

export type Value = string | boolean | readonly string[] | ReadonlyMap<string, string>
/** By path. */
export type Values = ReadonlyMap<string, Value>

export interface FieldBase {
  /** Dots lead into objects: filter.message. */
  readonly path: string
  readonly label: string
  readonly help: string
  /** Said besides where the value is one that the server keeps to itself. */
  readonly keptHelp?: string
  /** What it is when nothing is said: not sent. */
  readonly fallback: Value
  /** Why it cannot be so; undefined when it can. The API has the last word. */
  check?(value: Value, values: Values): string | undefined
}

export interface TextField extends FieldBase {
  readonly control: 'text' | 'area' | 'code' | 'secret' | 'number'
  readonly placeholder?: string
  /** Words that are offered: their name in the form's suggestions. */
  readonly suggest?: string
}

export interface ChoiceField extends FieldBase {
  /** One of them, or any of them. */
  readonly control: 'choice' | 'checks'
  readonly options: readonly string[]
  /** For people, in the same order. */
  readonly titles?: readonly string[]
}

export interface ManyField extends FieldBase {
  readonly control: 'many'
  readonly placeholder?: string
  readonly suggest?: string
}

export interface SwitchField extends FieldBase {
  readonly control: 'switch'
}

/** Names with values. */
export interface PairsField extends FieldBase {
  readonly control: 'pairs'
}

export type Field = TextField | ChoiceField | ManyField | SwitchField | PairsField

/** A value, or a part of it, that the API did not tell: sent back it means as it was. */
export function isKept(value: Value): boolean {
  if (value instanceof Map) return [...value.values()].some(isKept)
  return typeof value === 'string' && value.includes(SECRET_PLACEHOLDER)
}

/** A value that an object has of its own; keys of logs and strangers never find a prototype. */
function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}

/** What the form shows of an object of the API; what is not there is the fallback. */
export function valuesOf(fields: readonly Field[], object: unknown): Map<string, Value> {
  return new Map(
    fields.map((field) => {
      const found = field.path.split('.').reduce(member, object)
      return [field.path, readValue(field, found)]
    }),
  )
}

function readValue({ fallback }: Field, found: unknown): Value {
  if (found === undefined || found === null) return fallback
  if (typeof fallback === 'boolean') return found === true
  if (Array.isArray(fallback)) return Array.isArray(found) ? found.map(String) : [String(found)]
  if (fallback instanceof Map)
    return new Map(Object.entries(found as object).map(([name, value]) => [name, String(value)]))
  return String(found)
}

export function isEmpty(value: Value): boolean {
  if (typeof value === 'boolean') return false
  if (typeof value === 'string') return value.trim() === ''
  return value instanceof Map ? value.size === 0 : (value as readonly string[]).length === 0
}

export function isSame(a: Value, b: Value): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b))
}

function plain(value: Value): unknown {
  return value instanceof Map ? [...value].sort(([a], [b]) => (a < b ? -1 : 1)) : value
}

/** As JSON says it. A pattern keeps its blanks. */
function written(field: Field, value: Value): unknown {
  if (field.control === 'number') return Number(value)
  if (value instanceof Map) return Object.fromEntries(value)
  return typeof value === 'string' && field.control !== 'code' ? value.trim() : value
}

/** The object to create: only what differs from what it would be anyway. */
export function draftOf(fields: readonly Field[], values: Values): Record<string, unknown> {
  const draft = {}
  for (const field of fields) {
    const value = values.get(field.path) ?? field.fallback
    if (!isEmpty(value) && !isSame(value, field.fallback)) put(draft, field.path, written(field, value))
  }
  return draft
}

/** A merge patch (RFC 7396): what was changed; what was emptied or is no field any more is null. */
export function patchOf(
  before: { readonly fields: readonly Field[]; readonly values: Values },
  after: { readonly fields: readonly Field[]; readonly values: Values },
): Record<string, unknown> {
  const patch = {}
  for (const field of after.fields) {
    const value = after.values.get(field.path) ?? field.fallback
    const old = before.values.get(field.path) ?? field.fallback
    if (isSame(value, old)) continue
    if (isEmpty(value)) put(patch, field.path, null)
    else
      put(patch, field.path, value instanceof Map ? mapPatch(old as Map<string, string>, value) : written(field, value))
  }
  const stays = new Set(after.fields.map(({ path }) => path))
  for (const { path, fallback } of before.fields) {
    const isSet = !isSame(before.values.get(path) ?? fallback, fallback)
    if (!stays.has(path) && isSet) put(patch, path, null)
  }
  return patch
}

function mapPatch(old: ReadonlyMap<string, string>, value: ReadonlyMap<string, string>): unknown {
  const changed = [...value].filter(([name, each]) => old.get(name) !== each)
  const gone = [...old.keys()].filter((name) => !value.has(name)).map((name) => [name, null] as const)
  return Object.fromEntries([...changed, ...gone])
}

function put(object: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  let place = object
  for (const name of names) place = (place[name] ??= {}) as Record<string, unknown>
  place[last] = value
}

/** What is wrong before anybody is asked, by path. */
export function faultsOf(fields: readonly Field[], values: Values): Map<string, string> {
  return new Map(
    fields.flatMap((field) => {
      const why = field.check?.(values.get(field.path) ?? field.fallback, values)
      return why === undefined ? [] : [[field.path, why] as const]
    }),
  )
}

/** A name, as people give it: one line, not too long, there. */
export function checkName(value: Value): string | undefined {
  const name = String(value).trim()
  if (name === '') return 'It needs a name.'
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'A name is one line of text.'
  return name.length > 128 ? `At most 128 characters; these are ${name.length}.` : undefined
}

export function required(what: string): NonNullable<Field['check']> {
  return (value) => (isEmpty(value) ? `${what} is missing.` : undefined)
}

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/

export function checkDuration(value: Value, { mayBeZero = false } = {}): string | undefined {
  const text = String(value).trim()
  if (text === '' || DURATION.test(text) || (mayBeZero && text === '0')) return undefined
  return `A number with its unit: 500ms, 10s, 1m30s, 2h${mayBeZero ? '; or 0' : ''}.`
}
