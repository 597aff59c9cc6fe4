import type { Fields } from '../terms/json.ts'
import type { Format, ParseOptions } from './format.ts'
import { addStack, letGo, numberOf, readLine, setDefault } from './json-dialect.ts'
import { readLogfmt } from './logfmt-pairs.ts'
import { takeTime } from './time-keys.ts'

const REQUIRED = ['method', 'path', 'controller', 'action', 'status']

/** Rails requests in one line by lograge, as key=value or JSON. `duration` is in milliseconds. */
export const lograge: Format = {
  name: 'lograge',
  title: 'lograge (Rails requests), key=value or JSON',
  starts: '{m',
  parse(head, options) {
    const line = head.startsWith('{') ? readLine(head, '') : readLogfmt(head)?.fields
    if (line === undefined || !isLograge(line)) return undefined
    letGo()
    return { format: 'lograge', ...readRequest(line, options) }
  },
}

export function isLograge(line: Fields): boolean {
  return REQUIRED.every((key) => line.has(key))
}

/** The line's key → the record's name; `format` is html or json, not the log's. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['method', 'http_method'],
  ['format', 'response_format'],
])

function readRequest(line: Fields, options: ParseOptions) {
  const fields: Fields = new Map()
  for (const [key, value] of line) {
    const name = NAMES.get(key) ?? key
    fields.set(line.has(name) ? key : name, value)
  }
  const time = takeTime(fields, options)
  setDefault(fields, 'event', 'http_request')
  if (!line.has('msg')) setDefault(fields, 'message', `${line.get('method')} ${line.get('path')}`)
  setDefault(fields, 'node', line.get('controller'))
  const duration = line.get('duration')
  const ms = typeof duration === 'string' && duration !== '' ? Number(duration) : numberOf(duration)
  if (ms !== undefined && Number.isFinite(ms)) setDefault(fields, 'duration_ms', ms)
  if (options.rest !== '') addStack(fields, options.rest)
  return { time, fields }
}
