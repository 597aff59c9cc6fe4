/** LogRecord → the line that goes to Loki. The JSON form is also what `normalize` prints; see schema/record.schema.json. */
import { type LogRecord, ORIGINAL_LINE, TEXT_FIELDS } from '../record.ts'
import { formatInstant } from '../terms/instant.ts'
import { valueText, writeJson, writeString } from '../terms/json.ts'

export type LineForm = 'json' | 'logfmt' | 'original'

/** How records become lines. */
export function lineWriter(form: LineForm): (record: LogRecord) => string {
  return WRITERS[form]
}

/** The record as compact JSON: the required fields first, then the record's own, then the line's others in their order. */
export function writeRecord(record: LogRecord): string {
  let line = `{"timestamp":"${formatInstant(record.timestamp)}"`
  if (record.timestamp_source !== 'line') line += `,"timestamp_source":"${record.timestamp_source}"`
  line += `,"level":"${record.level}","service":${writeString(record.service)},"node":${writeString(record.node)}`
  if (record.env !== undefined) line += `,"env":${writeString(record.env)}`
  for (const field of TEXT_FIELDS) {
    const text = record.text[field]
    if (text !== undefined) line += `,"${field}":${writeString(text)}`
  }
  if (record.duration_ms !== undefined) line += `,"duration_ms":${record.duration_ms}`
  line += `,"format":"${record.format}"`
  for (const [name, value] of record.fields) line += `,${writeString(name)}:${writeJson(value)}`
  return `${line}}`
}

/** The record as logfmt, same order. */
export function writeLogfmt(record: LogRecord): string {
  const pairs: [string, string][] = [['timestamp', formatInstant(record.timestamp)]]
  if (record.timestamp_source !== 'line') pairs.push(['timestamp_source', record.timestamp_source])
  pairs.push(['level', record.level], ['service', record.service], ['node', record.node])
  if (record.env !== undefined) pairs.push(['env', record.env])
  for (const field of TEXT_FIELDS) {
    const text = record.text[field]
    if (text !== undefined) pairs.push([field, text])
  }
  if (record.duration_ms !== undefined) pairs.push(['duration_ms', String(record.duration_ms)])
  pairs.push(['format', record.format])
  for (const [name, value] of record.fields) pairs.push([name, valueText(value)])
  return pairs.map(([name, text]) => `${name.replace(/[\s="]/g, '_')}=${logfmtValue(text)}`).join(' ')
}

function logfmtValue(text: string): string {
  return text === '' || /[\s="\\\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()
    ? JSON.stringify(text.toWellFormed())
    : text
}

/** The text as it was read, its secrets taken out. */
function writeOriginal(record: LogRecord): string {
  return valueText(record.fields.get(ORIGINAL_LINE) ?? '')
}

const WRITERS = { json: writeRecord, logfmt: writeLogfmt, original: writeOriginal } as const
