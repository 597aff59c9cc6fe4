/**
 * One log call → one entry: the required fields first, then context, then what the logger and the call add; a later one
 * wins. Nothing that was logged is lost: what cannot stand under its name is kept as <name>_original.
 */
import { format } from 'node:util'
import type { Fields } from './context.ts'
import { failureOf, isError } from './failure.ts'
import type { KnownLevel } from './levels.ts'
import { fieldsOf, memberNames, readMember, reason, valueWords } from './write.ts'

/** An entry as winston's transports get it: a plain object with `level` and `message`. */
export type Entry = Record<string, unknown>

/** What a logger knows before anything is logged. */
export interface Origin {
  readonly service: string
  /** The unit inside the service; undefined: the component, else the service's own name. */
  readonly node: string | undefined
  readonly env: string | undefined
}

export interface Call {
  readonly message: unknown
  /** What stood behind the message: fields, an error, values for %s. */
  readonly rest: readonly unknown[]
}

export function makeEntry(
  level: KnownLevel,
  time: string,
  origin: Origin,
  layers: readonly Fields[],
  { message, rest }: Call,
): Entry {
  const entry: Entry = { timestamp: time, level: level.level, service: origin.service, node: undefined }
  if (origin.env !== undefined) entry.env = origin.env
  for (const fields of layers) addFields(entry, fields)
  addMessage(entry, message, rest)
  if (level.original !== undefined) entry.level_original = level.original
  entry.node ??= nameOf(entry.component) ?? origin.node ?? origin.service
  return entry
}

/** A message, an error or an object of fields first; then what goes with it. */
function addMessage(entry: Entry, message: unknown, rest: readonly unknown[]): void {
  if (typeof message === 'string') {
    addRest(entry, message, rest)
  } else if (isError(message)) {
    addError(entry, message, 'other_error')
    addValues(entry, rest)
    entry.message ??= readMember(message, 'message')
  } else if (isObject(message)) {
    addValue(entry, message)
    addValues(entry, rest)
  } else if (message !== undefined || rest.length > 0) {
    addRest(entry, reason(message), rest)
  }
}

const TOKEN = /%[sdifjoOc%]/g
/** What takes an object of fields; one behind "50%down" is not meant for it. */
const TAKES_FIELDS = /%[joO]/

/** printf's tokens take what stands behind the message in turn; the rest are fields, errors, or words of the message. */
function addRest(entry: Entry, message: string, rest: readonly unknown[]): void {
  if (rest.length === 0) {
    entry.message = message
    return
  }
  let taken = 0
  if (message.includes('%')) {
    for (const [token] of message.matchAll(TOKEN)) {
      if (token === '%%') continue
      if (taken === rest.length || (isFields(rest[taken]) && !TAKES_FIELDS.test(token))) break
      taken++
    }
  }
  const values = rest.slice(0, taken)
  entry.message = taken === 0 ? message : formatted(message, values)
  addValues(entry, [...values.filter(isError), ...rest.slice(taken)])
}

function isFields(value: unknown): boolean {
  return isObject(value) && !isError(value) && fieldsOf(value) !== undefined
}

function formatted(message: string, values: readonly unknown[]): string {
  try {
    // "failed: %s" with an error: its text stands there, the stack in a field of its own.
    return format(message, ...values.map((value) => (isError(value) ? reason(value) : value)))
  } catch (error) {
    return `${message} [cannot be formatted: ${reason(error)}]`
  }
}

/** Errors and objects of fields; what has none (a date, a list, a Map, a number) becomes words of the message. */
function addValues(entry: Entry, values: readonly unknown[]): void {
  for (const value of values) addValue(entry, value)
}

function addValue(entry: Entry, value: unknown): void {
  const fields = isObject(value) ? fieldsOf(value) : undefined
  if (isError(value)) addError(entry, value, 'other_error')
  else if (fields !== undefined) addFields(entry, fields)
  else if (value !== undefined) entry.message = `${valueWords(entry.message ?? '')} ${valueWords(value)}`.trimStart()
}

/** More than any program names; an object that serves as a table of thousands would be read whole before it is cut. */
const MAX_FIELDS = 1000

/** Adds the members of an object, each under the name that it may have. */
function addFields(entry: Entry, fields: Fields): void {
  const names = memberNames(fields)
  if (names === undefined) {
    entry._marshal_err = 'fields cannot be read'
    return
  }
  if (names.length > MAX_FIELDS) entry['…'] = `[${names.length - MAX_FIELDS} more]`
  for (const name of names.length > MAX_FIELDS ? names.slice(0, MAX_FIELDS) : names) {
    const value = readMember(fields, name)
    if (value === undefined) continue
    const add = SPECIAL.get(name)
    if (add === undefined) entry[name] = value
    else add(entry, value, name)
  }
}

type Add = (entry: Entry, value: unknown, name: string) => void

const keep: Add = (entry, value, name) => {
  entry[`${name}_original`] = value
}
const required: Add = (entry, value, name) => {
  if (nameOf(value) === undefined) keep(entry, value, name)
  else entry[name] = value
}
const error: Add = (entry, value, name) => {
  if (isError(value)) addError(entry, value, name === 'error' ? 'error_original' : name)
  else entry[name] = value
}
const own: Add = (entry, value, name) => {
  Object.defineProperty(entry, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Names that mean something here. */
const SPECIAL: ReadonlyMap<string, Add> = new Map([
  ['timestamp', keep],
  ['level', keep],
  ['message', (entry, value, name) => (entry.message === undefined ? own : keep)(entry, value, name)],
  ['service', required],
  ['node', required],
  ['error', error],
  ['err', error],
  ['exception', error],
  ['cause', error],
  ['__proto__', own],
])

/** What the call says itself about the error (an error_type of its own) stays. A second error stands whole in a field. */
function addError(entry: Entry, thrown: unknown, beside: string): void {
  if (entry.stack !== undefined) {
    if (entry[beside] === undefined) entry[beside] = thrown
    return
  }
  for (const [name, value] of Object.entries(failureOf(thrown))) {
    if (value !== undefined && entry[name] === undefined) entry[name] = value
  }
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object'
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
