import type { Fields, Value } from '../terms/json.ts'
import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'
import { readInstant } from './time-keys.ts'

const PREFIX = 'logging.googleapis.com/'

/** Google Cloud Logging: structured lines on stdout ({"severity":…,"message":…}) and exported LogEntries. */
export const googleCloud = jsonDialect({
  name: 'google_cloud',
  title: 'Google Cloud Logging JSON',
  requires: ['severity'],
  anyOf: ['message', 'textPayload', 'jsonPayload', 'protoPayload', 'httpRequest', 'insertId', `${PREFIX}trace`],
  excludes: ['level', 'severityNumber', 'levelname', '@t'],
  times: ['timestamp', 'time', 'receiveTimestamp'],
  keys: { textPayload: 'message', [`${PREFIX}spanId`]: 'span_id', [`${PREFIX}insertId`]: 'insertId' },
  take(fields, options) {
    const seconds = fields.get('timestampSeconds')
    const nanos = fields.get('timestampNanos') ?? 0
    if (seconds === undefined) return undefined
    const time = readInstant(
      new Map([
        ['seconds', number(seconds)],
        ['nanos', number(nanos)],
      ]),
      options,
    )
    if (time !== undefined) for (const name of ['timestampSeconds', 'timestampNanos']) fields.delete(name)
    return time
  },
  finish(fields, line) {
    addTrace(fields, line)
    addRequest(fields, line)
    const labels = valueAt(line, 'resource', 'labels')
    if (!(labels instanceof Map)) return
    for (const key of SERVICES) setDefault(fields, 'service', labels.get(key))
    setDefault(fields, 'pod', labels.get('pod_name'))
  },
})

/** Labels of the monitored resource that name what ran. */
const SERVICES = ['service_name', 'container_name', 'function_name', 'module_id', 'job_name']

const TRACE = /^projects\/[^/]{1,100}\/traces\/([0-9a-fA-F]{1,64})$/

/** projects/<project>/traces/<id>: the id is what other systems call it. */
function addTrace(fields: Fields, line: Fields): void {
  for (const key of [`${PREFIX}trace`, 'trace']) {
    const trace = line.get(key)
    if (typeof trace !== 'string' || trace === '') continue
    setDefault(fields, 'trace_id', TRACE.exec(trace)?.[1] ?? trace)
  }
}

const LATENCY = /^(\d{1,9}(?:\.\d{1,9})?)s$/

function addRequest(fields: Fields, line: Fields): void {
  const request = line.get('httpRequest')
  if (!(request instanceof Map)) return
  setDefault(fields, 'status', request.get('status'))
  setDefault(fields, 'http_method', request.get('requestMethod'))
  setDefault(fields, 'path', request.get('requestUrl'))
  setDefault(fields, 'client_address', request.get('remoteIp'))
  setDefault(fields, 'user_agent', request.get('userAgent'))
  const latency = request.get('latency')
  const seconds = typeof latency === 'string' ? LATENCY.exec(latency)?.[1] : undefined
  if (seconds !== undefined) setDefault(fields, 'duration_ms', Math.round(Number(seconds) * 1e9) / 1e6)
}

/** Protobuf's JSON writes 64-bit numbers as text. */
function number(value: Value): Value {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
}
