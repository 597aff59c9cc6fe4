import type { Fields, Value } from '../terms/json.ts'
import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'
import { readInstant } from './time-keys.ts'

/** The record's name ← where Loguru keeps it. The record itself stays whole. */
const PARTS = [
  ['level', ['level', 'name']],
  ['message', ['message']],
  ['logger', ['name']],
  ['function', ['function']],
  ['line', ['line']],
  ['pid', ['process', 'id']],
  ['thread', ['thread', 'name']],
  ['error_type', ['exception', 'type']],
  ['error', ['exception', 'value']],
] as const

/** Python's Loguru, serialize=True: {"text":…,"record":{"level":{"name":…},"message":…,"time":{"timestamp":…}}}. */
export const loguru = jsonDialect({
  name: 'loguru',
  title: 'Loguru JSON (serialize)',
  requires: ['text', 'record'],
  times: [],
  check: (line) => valueAt(line, 'record', 'time') instanceof Map,
  take(fields, options) {
    const time = valueAt(fields, 'record', 'time') as Fields
    const value: Value | undefined = time.get('repr') ?? time.get('timestamp')
    const read = value === undefined ? undefined : readInstant(value, options)
    return read ?? readInstant(time.get('timestamp') ?? null, options)
  },
  finish(fields, line) {
    const record = line.get('record') as Fields
    for (const [name, path] of PARTS) setDefault(fields, name, valueAt(record, ...path))
    // What was bound to the logger or given with the call.
    const extra = record.get('extra')
    if (extra instanceof Map) setDefault(fields, 'extra', extra)
    // The text is the message, formatted; with a trace below it when there was an exception.
    const text = line.get('text')
    if (typeof text !== 'string') return
    const end = text.trimEnd().indexOf('\n')
    if (end > 0 && record.get('exception') instanceof Map) setDefault(fields, 'stack', text.slice(end + 1).trimEnd())
  },
})
