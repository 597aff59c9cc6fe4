import { addField, type Fields, JsonNumber, type Value } from '../terms/json.ts'
import { jsonDialect, numberOf, setDefault, valueAt } from './json-dialect.ts'

/** OpenTelemetry log records: OTLP's JSON, the data model's names, and what the consoles of the SDKs print. */
export const openTelemetry = jsonDialect({
  name: 'open_telemetry',
  title: 'OpenTelemetry log record, JSON',
  anyOf: [
    'timeUnixNano',
    'observedTimeUnixNano',
    'severityNumber',
    'SeverityNumber',
    'severity_number',
    'SeverityText',
    'severityText',
    'severity_text',
  ],
  unwrap: onlyRecord,
  times: [
    'timeUnixNano',
    'Timestamp',
    'timestamp',
    'observedTimeUnixNano',
    'ObservedTimestamp',
    'observed_timestamp',
    'hrTime',
  ],
  scale: 'otel',
  keys: {
    Body: 'body',
    Attributes: 'attributes',
    Resource: 'resource',
    severityText: 'level',
    SeverityText: 'level',
    severity_text: 'level',
    TraceId: 'trace_id',
    traceId: 'trace_id',
    SpanId: 'span_id',
    spanId: 'span_id',
  },
  finish(fields, line) {
    addLevel(fields, line)
    for (const name of ['attributes', 'resource']) fields.has(name) && fields.set(name, plain(fields.get(name)!, 0))
    addBody(fields)
    for (const name of ['trace_id', 'span_id']) tidyId(fields, name)
    addResource(fields)
    setDefault(fields, 'logger', valueAt(line, 'scope', 'name') ?? valueAt(line, 'InstrumentationScope', 'Name'))
    setDefault(fields, 'logger', valueAt(line, 'instrumentationScope', 'name'))
  },
})

/** The record of an OTLP request that holds one, with its resource and scope; a request of several stays a JSON line. */
function onlyRecord(line: Fields): Fields {
  const group = only(line.get('resourceLogs'))
  const scoped = group && only(group.get('scopeLogs'))
  const record = scoped && only(scoped.get('logRecords'))
  if (record === undefined || line.size > 1) return line
  const whole: Fields = new Map(record)
  for (const outer of [group!, scoped!]) {
    for (const [name, value] of outer) if (name !== 'scopeLogs' && name !== 'logRecords') addField(whole, name, value)
  }
  return whole
}

function only(list: Value | undefined): Fields | undefined {
  const first = Array.isArray(list) && list.length === 1 ? list[0] : undefined
  return first instanceof Map ? first : undefined
}

/** The text where there is one, else the number, which the scale explains. */
function addLevel(fields: Fields, line: Fields): void {
  const text = fields.get('level')
  if (typeof text === 'string' && text !== '') return
  const value = line.get('severityNumber') ?? line.get('SeverityNumber') ?? line.get('severity_number')
  const number = numberOf(value)
  if (number !== undefined) fields.set('level', number)
  // protobuf's JSON may write the enumeration's name: SEVERITY_NUMBER_ERROR.
  else if (typeof value === 'string') fields.set('level', value.replace('SEVERITY_NUMBER_', ''))
}

/** Text becomes the message; a structure stays `body`, its message is lifted. */
function addBody(fields: Fields): void {
  const body = fields.get('body')
  if (body === undefined) return
  const value = plain(body, 0)
  fields.set('body', value)
  if (value instanceof Map) {
    setDefault(fields, 'message', value.get('message') ?? value.get('msg'))
  } else if (!fields.has('message')) {
    fields.delete('body')
    fields.set('message', value)
  }
}

/** Python's console writes 0x before ids; all zeros mean that there is none. */
function tidyId(fields: Fields, name: string): void {
  const id = fields.get(name)
  if (typeof id !== 'string') return
  const digits = id.startsWith('0x') ? id.slice(2) : id
  if (/^0*$/.test(digits)) fields.delete(name)
  else fields.set(name, digits)
}

/** The record's name ← attributes of the resource. */
const RESOURCE = [
  ['service', 'service.name'],
  ['env', 'deployment.environment.name'],
  ['env', 'deployment.environment'],
  ['pod', 'k8s.pod.name'],
  ['host', 'host.name'],
] as const

function addResource(fields: Fields): void {
  const resource = fields.get('resource')
  if (!(resource instanceof Map)) return
  const inner = resource.get('attributes') ?? resource.get('Attributes')
  const attributes = inner === undefined ? resource : plain(inner, 0)
  if (!(attributes instanceof Map)) return
  for (const [name, key] of RESOURCE) setDefault(fields, name, attributes.get(key))
}

/** The members of OTLP's AnyValue that hold the value as it is. */
const SIMPLE = ['stringValue', 'boolValue', 'doubleValue', 'bytesValue']
const MAX_DEPTH = 16

/** OTLP's [{key, value: {stringValue}}] as an object, AnyValues as their value; everything else as it is. */
function plain(value: Value, depth: number): Value {
  if (depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return keyValues(value, depth) ?? value
  if (!(value instanceof Map) || value.size !== 1) return value
  for (const name of SIMPLE) if (value.has(name)) return value.get(name)!
  const integer = value.get('intValue')
  if (integer !== undefined) return typeof integer === 'string' ? integerOf(integer) : integer
  const items = valueAt(value, 'arrayValue', 'values')
  if (Array.isArray(items)) return items.map((item) => plain(item, depth + 1))
  const members = valueAt(value, 'kvlistValue', 'values')
  return Array.isArray(members) ? (keyValues(members, depth) ?? value) : value
}

function keyValues(list: readonly Value[], depth: number): Fields | undefined {
  const fields: Fields = new Map()
  for (const item of list) {
    const key = item instanceof Map ? item.get('key') : undefined
    if (typeof key !== 'string') return undefined
    addField(fields, key, plain((item as Fields).get('value') ?? null, depth + 1))
  }
  return fields
}

/** 64-bit integers come as text. */
function integerOf(text: string): Value {
  if (!/^-?\d{1,20}$/.test(text)) return text
  return String(Number(text)) === text ? Number(text) : new JsonNumber(text)
}
