/**
 * JSON values as Longship carries them: objects are Maps (a key from a log never indexes a plain object, so
 * __proto__ is a name like any other), and a number that JavaScript cannot hold exactly keeps its own digits.
 */
export type Value = string | number | boolean | null | JsonNumber | Value[] | Fields

/** An object's members in the order in which they stood. */
export type Fields = Map<string, Value>

/** A number as it was written, for those that do not survive a double: 12345678901234567890, 1.10, 1e400. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Where counting goes on for names that came twice: a line of one name 100,000 times must not take quadratic time. */
const counts = new WeakMap<Fields, Map<string, number>>()

/** Adds a member and loses none: a name that is taken is kept as name_2, name_3, … */
export function addField(fields: Fields, name: string, value: Value): void {
  if (!fields.has(name)) {
    fields.set(name, value)
    return
  }
  let taken = counts.get(fields)
  if (taken === undefined) counts.set(fields, (taken = new Map()))
  let count = taken.get(name) ?? 2
  while (fields.has(`${name}_${count}`)) count++
  taken.set(name, count + 1)
  fields.set(`${name}_${count}`, value)
}

/** Compact JSON. Lone surrogates become U+FFFD: Loki refuses a whole push for one (ecosystem: lone surrogate → 400). */
export function writeJson(value: Value): string {
  if (typeof value === 'string') return writeString(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null'
  if (value instanceof JsonNumber) return value.text
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`
  let text = '{'
  for (const [name, member] of value) text += `${text.length > 1 ? ',' : ''}${writeString(name)}:${writeJson(member)}`
  return `${text}}`
}

const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/

export function writeString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text.toWellFormed()) : `"${text}"`
}

/** A value as text: strings as they are, everything else as compact JSON. */
export function valueText(value: Value): string {
  return typeof value === 'string' ? value : writeJson(value)
}
