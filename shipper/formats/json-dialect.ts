/**
 * JSON lines of one library: a signature of keys, and a table of what its own keys are called in a record. Keys that
 * mean the same everywhere (msg, severity, traceId …) are normalize's, by terms/keys.ts.
 */
import type { Instant } from '../terms/instant.ts'
import { addField, type Fields, JsonNumber, type Value } from '../terms/json.ts'
import type { LevelScale } from '../terms/level.ts'
import { parseJsonObject } from '../terms/parse-json.ts'
import type { TimeOptions } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { parseStack } from './stack.ts'
import { readInstant, timeKeyOf } from './time-keys.ts'
import { liftTrace } from './trace-fields.ts'

export interface Signature {
  /** Keys that every line of the dialect has. */
  readonly requires: readonly string[]
  /** Of these it has at least one; empty: none is needed. */
  readonly anyOf: readonly string[]
  /** Of these it has none: they are another dialect's. */
  readonly excludes: readonly string[]
  /** Keys that may hold the line's time, the best first. The one that it was taken from is left out of the fields. */
  readonly times: readonly string[]
  /** The line's key → the record's name. */
  readonly keys: ReadonlyMap<string, string>
  /** What a number under `level` means. */
  readonly scale?: LevelScale
}

export interface Dialect extends Format, Signature {}

export interface DialectShape extends Partial<Omit<Signature, 'keys'>> {
  readonly name: string
  readonly title: string
  readonly fallback?: boolean
  readonly times: readonly string[]
  readonly keys?: Readonly<Record<string, string>>
  /** The line inside the line, where a library wraps it; the same line when it does not. */
  unwrap?(line: Fields): Fields
  /** A cheap look at values (their types, one word), where keys alone do not tell two libraries apart. */
  check?(line: Fields): boolean
  /** The line's time where it needs more than the first key of `times`; takes that key out of the renamed fields. */
  take?(fields: Fields, options: TimeOptions): Instant | undefined
  /** Works on the renamed fields: adds what stands deeper in the line. `line` is as it was read, and must stay so. */
  finish?(fields: Fields, line: Fields): void
}

/** A format from a dialect's table. */
export function jsonDialect(shape: DialectShape): Dialect {
  const { name, title, fallback, times, scale, requires = [], anyOf = [], excludes = [] } = shape
  const keys = new Map(Object.entries(shape.keys ?? {}))
  const signature: Signature = { requires, anyOf, excludes, times, keys, scale }
  return {
    name,
    title,
    starts: '{',
    fallback,
    ...signature,
    parse(head, options) {
      const outer = readLine(head, options.rest)
      const line = outer && shape.unwrap ? shape.unwrap(outer) : outer
      if (line === undefined || !hasSignature(line, signature) || shape.check?.(line) === false) return undefined
      if (fallback !== true && times[0] !== 'timestamp' && isRecord(line)) return undefined
      const timeKey = timeKeyOf(line, times, options)
      const fields = rename(line, keys, timeKey)
      const time = timeKey === undefined ? shape.take?.(fields, options) : readInstant(line.get(timeKey)!, options)
      shape.finish?.(fields, line)
      liftTrace(fields)
      addRest(fields, options)
      letGo()
      return { format: name, time, scale, fields }
    },
  }
}

// One event, read once for all the dialects that look at it.
let lastHead: string | undefined
let lastRest = ''
let lastLine: Fields | undefined
/** True when the line's JSON goes on in the continuation lines (pretty-printed). */
let tookRest = false

/** The object that an event is. Shared between formats: not to be changed. */
export function readLine(head: string, rest: string): Fields | undefined {
  if (head === lastHead && rest === lastRest) return lastLine
  lastHead = head
  lastRest = rest
  lastLine = parseJsonObject(head)
  tookRest = lastLine === undefined && rest !== ''
  if (tookRest) lastLine = parseJsonObject(`${head}\n${rest}`)
  return lastLine
}

/** What is inside the line now belongs to a record, which redaction changes: an equal next line must be read anew. */
export function letGo(): void {
  lastHead = undefined
  lastLine = undefined
}

export function hasSignature(line: Fields, { requires, anyOf, excludes }: Signature): boolean {
  for (const key of requires) if (!line.has(key)) return false
  for (const key of excludes) if (line.has(key)) return false
  return anyOf.length === 0 || anyOf.some((key) => line.has(key))
}

/**
 * A line that has what every record has (system C's, longship/logger's) is none of another library's, whatever fields a
 * program gave it: an `@t` or a `time` among them must not become its time.
 */
function isRecord(line: Fields): boolean {
  return RECORD.every((name) => typeof line.get(name) === 'string')
}

const RECORD = ['timestamp', 'level', 'service', 'node']

/** The line's members under the record's names. A name that the line uses itself stays its own. */
function rename(line: Fields, keys: ReadonlyMap<string, string>, without: string | undefined): Fields {
  const fields: Fields = new Map()
  for (const [key, value] of line) {
    if (key === without) continue
    const name = keys.get(key)
    // The line's own names are distinct; only two that are renamed alike can clash.
    if (name === undefined || line.has(name)) fields.set(key, value)
    else addField(fields, name, value)
  }
  return fields
}

/** Lines behind a whole JSON line: a panic's or an interpreter's trace. */
export function addRest(fields: Fields, options: ParseOptions): void {
  if (options.rest === '' || tookRest) return
  addStack(fields, options.rest)
}

/** Sets error_type, error and stack from a stack trace, where the line does not say them itself. */
export function addStack(fields: Fields, text: string): void {
  const stack = parseStack(text)
  setDefault(fields, 'error_type', stack?.error_type)
  setDefault(fields, 'error', stack?.error)
  addField(fields, 'stack', text)
}

/** Sets a field that the line does not have. */
export function setDefault(fields: Fields, name: string, value: Value | undefined): void {
  if (value !== undefined && value !== null && value !== '' && !fields.has(name)) fields.set(name, value)
}

/** The value at a path of nested objects. */
export function valueAt(line: Fields, ...path: string[]): Value | undefined {
  let value: Value | undefined = line
  for (const key of path) value = value instanceof Map ? value.get(key) : undefined
  return value
}

/** A number, whatever digits it was written with. */
export function numberOf(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value
  return value instanceof JsonNumber ? Number(value.text) : undefined
}

/** Sets duration_ms from a number in another unit, to the picosecond. */
export function setDuration(fields: Fields, value: Value | undefined, perMs: number): void {
  const number = numberOf(value)
  if (number === undefined || !Number.isFinite(number)) return
  const ms = perMs >= 1 ? number / perMs : number * Math.round(1 / perMs)
  setDefault(fields, 'duration_ms', Math.abs(ms) < 1e6 ? Math.round(ms * 1e9) / 1e9 : ms)
}
