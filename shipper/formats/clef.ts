import { addField, type Fields, type Value, valueText } from '../terms/json.ts'
import { addStack, jsonDialect } from './json-dialect.ts'

/** Serilog's compact format (CLEF, also Seq's): {"@t":…,"@mt":"User {Id} came","@l":"Warning","@x":…,"Id":7}. */
export const clef = jsonDialect({
  name: 'clef',
  title: 'Serilog compact JSON (CLEF)',
  requires: ['@t'],
  times: ['@t'],
  keys: {
    '@m': 'message',
    '@mt': 'message_template',
    '@l': 'level',
    '@i': 'event_id',
    '@r': 'renderings',
    '@tr': 'trace_id',
    '@sp': 'span_id',
    '@ps': 'parent_span_id',
    '@st': 'span_start',
    SourceContext: 'logger',
  },
  finish(fields, line) {
    // clef-json.org: "absence implies Informational".
    if (!fields.has('level')) fields.set('level', 'Information')
    const template = line.get('@mt')
    if (!line.has('@m') && typeof template === 'string') fields.set('message', render(template, line))
    const exception = line.get('@x')
    if (typeof exception === 'string' && fields.delete('@x')) addException(fields, exception)
    for (const key of line.keys()) if (key.startsWith('@@')) unescapeKey(fields, key)
  },
})

const HOLE = /\{\{|\}\}|\{[@$]?([\w.]{1,100})(?:,-?\d{1,5})?(?::[^{}]{0,100})?\}/g

/** The template with its holes filled, as far as the line has their values; formats of numbers and dates are not applied. */
function render(template: string, line: Fields): string {
  return template.replace(HOLE, (hole, name: string | undefined) => {
    if (name === undefined) return hole[0]!
    const value: Value | undefined = line.get(name)
    return value === undefined ? hole : valueText(value)
  })
}

const EXCEPTION = /^([\w.+`]{1,300}): (.*)/

/** `System.InvalidOperationException: text` and the frames below it. */
function addException(fields: Fields, text: string): void {
  const match = EXCEPTION.exec(text)
  if (match !== null && !fields.has('error_type')) fields.set('error_type', match[1]!)
  if (match !== null && !fields.has('error')) fields.set('error', match[2]!)
  addStack(fields, text)
}

/** @@name is a property that is called @name. */
function unescapeKey(fields: Fields, key: string): void {
  const value = fields.get(key)
  if (value === undefined) return
  fields.delete(key)
  addField(fields, key.slice(1), value)
}
