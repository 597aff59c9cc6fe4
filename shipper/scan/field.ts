/** What of a record a rule looks at: its message, its line, or a field by name. */
import { type LogRecord, TEXT_FIELDS, type TextField } from '../record.ts'
import { type Fields, JsonNumber, type Value, valueText, writeJson } from '../terms/json.ts'

/** `on` of what a record says, and of the text as it was read. */
const ON_MESSAGE = 'message'
const ON_LINE = 'line'
/** Where a rule on the message looks last: the line, where it is text. No field has this name: a rule's `on` is not empty. */
const ON_TEXT_LINE = ''

const TEXTS: ReadonlySet<string> = new Set(TEXT_FIELDS)

/**
 * Where a pattern is looked for, in this order: loggers put what went wrong beside the message, and a rule on the message
 * means that as well. What a line of text says before its message is part of what it says: who writes a rule for ERROR means
 * `ERROR cannot bind`, whose message is `cannot bind`. Each is a text of its own, so that ^ and $ are its ends.
 */
const SAID = [ON_MESSAGE, 'error', 'stack', ON_TEXT_LINE] as const

export function placesOf(on: string): readonly string[] {
  return on === ON_MESSAGE ? SAID : [on]
}

/** A text that a rule looks at, and the place that it stands in. */
export interface Said {
  readonly at: string
  readonly text: string
}

/** True where a rule finds something in the line, not in something that the line says. */
export function isLine(place: string): boolean {
  return place === ON_LINE || place === ON_TEXT_LINE
}

/** What an event of this record says: its message, else its event's name, else the text as it was read. */
export function messageOf({ text }: LogRecord, line: () => string): string {
  return text.message ?? text.event ?? line()
}

/**
 * The text that a place names; undefined when the record has no such field, or null there. Numbers and booleans are their
 * text, lists and objects JSON. A name with dots is that of a field, else a way through objects: at each step the
 * shortest name that leads to one.
 */
export function textOn(record: LogRecord, on: string, line: () => string): string | undefined {
  if (on === ON_LINE) return line()
  if (on === ON_TEXT_LINE) return textLine(record, line())
  if (on === ON_MESSAGE) return messageOf(record, line)
  if (TEXTS.has(on)) return record.text[on as TextField]
  const own = OWN.get(on)
  if (own !== undefined) return own(record)
  const value = valueAt(record.fields, on)
  return value === undefined || value === null ? undefined : fieldText(value)
}

/** Of a line that names its fields, in JSON or pairs, each is looked at by its name: `"error":null` is no error. */
function textLine({ format, text }: LogRecord, line: string): string | undefined {
  return NAMES_FIELDS.has(format) || /^\s*\{/.test(line) || line === text.message ? undefined : line
}

const NAMES_FIELDS: ReadonlySet<string> = new Set(['logfmt', 'evt'])

/** The record's own beside its texts. A line's field of such a name is kept under another. */
const OWN: ReadonlyMap<string, (record: LogRecord) => string | undefined> = new Map([
  ['level', (record) => record.level],
  ['service', (record) => record.service],
  ['node', (record) => record.node],
  ['env', (record) => record.env],
  ['duration_ms', (record) => record.duration_ms?.toString()],
  ['format', (record) => record.format],
])

function fieldText(value: Exclude<Value, null>): string {
  if (typeof value === 'object' && !(value instanceof JsonNumber)) return writeJson(value)
  return valueText(value)
}

function valueAt(fields: Fields, name: string): Value | undefined {
  const whole = fields.get(name)
  if (whole !== undefined) return whole
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const inner = fields.get(name.slice(0, dot))
    if (inner instanceof Map) return valueAt(inner, name.slice(dot + 1))
  }
  return undefined
}
