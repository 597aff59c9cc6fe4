/** Secrets out of a line before any transport sees it: the shipper's own rules, on the line's JSON. */
import { IDENTIFIERS, type LogRecord, TEXT_FIELDS, type TextField } from '../shipper/record.ts'
import { createRedactor, DEFAULT_REDACT, type RedactConfig } from '../shipper/redact/redact.ts'
import { type Fields, writeJson } from '../shipper/terms/json.ts'
import { parseJsonObject } from '../shipper/terms/parse-json.ts'

/** The line as it may be printed: undefined when it holds nothing that looks like a secret. */
export type RedactLine = (line: string) => Fields | undefined

/** Throws LongshipError('config') for rules that do not compile. */
export function lineRedactor(config: Partial<RedactConfig> | false | undefined): RedactLine {
  if (config === false) return () => undefined
  const redactor = createRedactor({ ...DEFAULT_REDACT, ...config })
  return (line) => {
    if (!redactor.mayHold(line)) return undefined
    const members = parseJsonObject(line)
    if (members === undefined) return undefined
    const record = recordOf(members)
    return redactor.redact(record) ? merge(members, record) : undefined
  }
}

export function writeFields(fields: Fields): string {
  return writeJson(fields)
}

/** The redactor works on records: texts of the record stand apart from other fields. */
function recordOf(members: Fields): LogRecord {
  const text = Object.fromEntries(TEXT_FIELDS.map((name) => [name, undefined])) as LogRecord['text']
  const fields: Fields = new Map()
  for (const [name, value] of members) {
    if (isTextField(name) && typeof value === 'string') text[name] = value
    else if (!HEAD.has(name)) fields.set(name, value)
  }
  return {
    timestamp: { seconds: 0, nanos: 0 },
    timestamp_source: 'line',
    level: 'info',
    service: String(members.get('service')),
    node: String(members.get('node')),
    env: undefined,
    text,
    duration_ms: undefined,
    format: 'json',
    fields,
  }
}

const HEAD: ReadonlySet<string> = new Set(['timestamp', 'level', 'service', 'node'])
const TEXT_NAMES: ReadonlySet<string> = new Set([...TEXT_FIELDS, ...IDENTIFIERS])

function isTextField(name: string): name is TextField {
  return TEXT_NAMES.has(name)
}

/** The line's members in their order, as the redacted record has them; names that were secrets come last. */
function merge(members: Fields, record: LogRecord): Fields {
  const merged: Fields = new Map()
  for (const [name, value] of members) {
    const text = isTextField(name) ? record.text[name] : undefined
    if (text !== undefined) merged.set(name, text)
    else if (name === 'service' || name === 'node') merged.set(name, record[name])
    else if (HEAD.has(name)) merged.set(name, value)
    else if (record.fields.has(name)) merged.set(name, record.fields.get(name)!)
  }
  for (const [name, value] of record.fields) if (!merged.has(name)) merged.set(name, value)
  return merged
}
