import { valueText } from '../terms/json.ts'
import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'
import { readInstant } from './time-keys.ts'

/** Monolog's JsonFormatter (Laravel, Symfony): {"message":…,"context":{},"level":200,"level_name":"INFO","channel":…}. */
export const monologJson = jsonDialect({
  name: 'monolog_json',
  title: 'Monolog JSON (Laravel, Symfony)',
  requires: ['message', 'level_name', 'channel'],
  times: ['datetime', 'timestamp'],
  keys: { channel: 'logger' },
  take: (fields, options) => {
    // Monolog 1 wrote PHP's own object: {"date":"2026-05-05 12:30:11.123456","timezone_type":3,"timezone":"UTC"}.
    const date = valueAt(fields, 'datetime', 'date')
    return date === undefined ? undefined : readInstant(date, options)
  },
  finish(fields, line) {
    const number = line.get('level')
    if (number !== undefined) fields.set('level_number', number)
    fields.set('level', line.get('level_name')!)
    fields.delete('level_name')
    const exception = valueAt(line, 'context', 'exception')
    if (!(exception instanceof Map)) return
    setDefault(fields, 'error', exception.get('message'))
    setDefault(fields, 'error_type', exception.get('class'))
    const trace = exception.get('trace')
    if (Array.isArray(trace)) setDefault(fields, 'stack', trace.map((frame) => valueText(frame)).join('\n'))
  },
})
