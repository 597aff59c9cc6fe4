/** OTLP logs in JSON (opentelemetry-proto's JSON mapping: camelCase names, 64-bit numbers as text, ids in hexadecimal). */
import { type Attribute, type AttributeValue, emptyRecord, type LogRecord, type ResourceLogs } from './otlprecord.ts'
import { PushError } from './pushed.ts'

type Json = Record<string, unknown>

/** Values nested deeper than this are not taken apart: they are an attack, not a log. */
const MAX_DEPTH = 64

export function readOtlpJson(bytes: Buffer): ResourceLogs[] {
  let body: unknown
  try {
    body = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new PushError(400, `ReadObjectCB: ${(error as Error).message}`)
  }
  return list(object(body)['resourceLogs']).map((resource) => ({
    attributes: attributes(object(resource['resource'])['attributes'], 0),
    scopes: list(resource['scopeLogs']).map((scope) => {
      const about = object(scope['scope'])
      return {
        name: text(about['name']),
        version: text(about['version']),
        attributes: attributes(about['attributes'], 0),
        dropped: integer(about['droppedAttributesCount']),
        records: list(scope['logRecords']).map(readRecord),
      }
    }),
  }))
}

function readRecord(json: Json): LogRecord {
  return {
    ...emptyRecord(),
    time: nanos(json['timeUnixNano']),
    observed: nanos(json['observedTimeUnixNano']),
    severityNumber: severity(json['severityNumber']),
    severityText: text(json['severityText']),
    body: value(json['body'], 0),
    attributes: attributes(json['attributes'], 0),
    dropped: integer(json['droppedAttributesCount']),
    flags: integer(json['flags']),
    traceId: hex(json['traceId'], 32, 'TraceID'),
    spanId: hex(json['spanId'], 16, 'SpanID'),
    eventName: text(json['eventName']),
  }
}

function attributes(json: unknown, depth: number): Attribute[] {
  return list(json).map((attribute) => ({ key: text(attribute['key']), value: value(attribute['value'], depth + 1) }))
}

function value(json: unknown, depth: number): AttributeValue {
  if (depth > MAX_DEPTH) throw new PushError(400, `ReadValue: nested deeper than ${MAX_DEPTH}`)
  const holder = object(json)
  if (typeof holder['stringValue'] === 'string') return holder['stringValue']
  if (typeof holder['boolValue'] === 'boolean') return holder['boolValue']
  if (holder['intValue'] !== undefined) return signed(holder['intValue'])
  if (holder['doubleValue'] !== undefined) return Number(holder['doubleValue'])
  if (typeof holder['bytesValue'] === 'string') return Buffer.from(holder['bytesValue'], 'base64')
  if (holder['arrayValue'] !== undefined) {
    return list(object(holder['arrayValue'])['values']).map((item) => value(item, depth + 1))
  }
  if (holder['kvlistValue'] === undefined) return undefined
  const pairs = attributes(object(holder['kvlistValue'])['values'], depth)
  return new Map(pairs.map((pair) => [pair.key, pair.value]))
}

function object(json: unknown): Json {
  if (json === undefined || json === null) return {}
  if (typeof json !== 'object' || Array.isArray(json)) throw new PushError(400, 'ReadObjectCB: expect { or n')
  return json as Json
}

function list(json: unknown): Json[] {
  if (json === undefined || json === null) return []
  if (!Array.isArray(json)) throw new PushError(400, 'ReadArrayCB: expect [ or n')
  return json.map(object)
}

function text(json: unknown): string {
  if (json === undefined || json === null) return ''
  if (typeof json !== 'string') throw new PushError(400, 'ReadString: expects " or n')
  return json
}

function integer(json: unknown): number {
  const number = Number(json ?? 0)
  if (!Number.isInteger(number)) throw new PushError(400, `ReadInt: expects a number, got ${JSON.stringify(json)}`)
  return number
}

function signed(json: unknown): bigint {
  const digits = String(json)
  if (!/^[+-]?\d{1,19}$/.test(digits))
    throw new PushError(400, `ReadInt64: expects a number, got ${JSON.stringify(json)}`)
  return BigInt(digits.replace('+', ''))
}

function nanos(json: unknown): bigint {
  if (json === undefined || json === null || json === '') return 0n
  const digits = typeof json === 'number' && Number.isInteger(json) ? BigInt(json).toString() : String(json)
  if (!/^\d{1,20}$/.test(digits)) throw new PushError(400, `ReadUint64: expects a number, got ${JSON.stringify(json)}`)
  return BigInt(digits)
}

const SEVERITY = /^SEVERITY_NUMBER_(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)([2-4]?)$/
const SEVERITY_NAMES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

function severity(json: unknown): number {
  const match = typeof json === 'string' ? SEVERITY.exec(json) : null
  if (match !== null) return SEVERITY_NAMES.indexOf(match[1]!) * 4 + Number(match[2] || 1)
  return json === 'SEVERITY_NUMBER_UNSPECIFIED' ? 0 : integer(json)
}

function hex(json: unknown, length: number, what: string): string {
  const id = text(json).toLowerCase()
  if (id === '') return ''
  if (id.length !== length || !/^[0-9a-f]+$/.test(id))
    throw new PushError(400, `parse ${what}: cannot unmarshal from string ${JSON.stringify(id)}`)
  return id
}
