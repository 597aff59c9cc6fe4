/** What an OTLP logs export says, read from either of its two encodings (otlpjson.ts, otlpproto.ts). */

export type AttributeValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | AttributeValue[]
  | Map<string, AttributeValue>
  | undefined

export interface Attribute {
  readonly key: string
  readonly value: AttributeValue
}

export interface LogRecord {
  /** Nanoseconds since 1970; 0 is none. */
  time: bigint
  observed: bigint
  severityNumber: number
  severityText: string
  body: AttributeValue
  attributes: Attribute[]
  dropped: number
  flags: number
  /** Hexadecimal. */
  traceId: string
  spanId: string
  /** '' for a record that is no event. */
  eventName: string
}

export interface ScopeLogs {
  name: string
  version: string
  attributes: Attribute[]
  dropped: number
  records: LogRecord[]
}

export interface ResourceLogs {
  attributes: Attribute[]
  scopes: ScopeLogs[]
}

export function emptyRecord(): LogRecord {
  return {
    time: 0n,
    observed: 0n,
    severityNumber: 0,
    severityText: '',
    body: undefined,
    attributes: [],
    dropped: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  }
}

/** A value as text: what OpenTelemetry's pcommon.Value.AsString makes of it. */
export function attributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'object' ? goJson(value) : String(value)
}

/** Go's encoding/json: members sorted by name. */
function goJson(value: AttributeValue): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return goText(value)
  if (value instanceof Uint8Array) return goText(Buffer.from(value).toString('base64'))
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (value instanceof Map) {
    const members = [...value].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return `{${members.map(([name, member]) => `${goText(name)}:${goJson(member)}`).join(',')}}`
  }
  return String(value)
}

function goText(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
}
