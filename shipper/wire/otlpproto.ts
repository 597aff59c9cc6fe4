/** OTLP logs in protobuf: opentelemetry/proto/collector/logs/v1, logs/v1 and common/v1. */
import {
  type Attribute,
  type AttributeValue,
  emptyRecord,
  type LogRecord,
  type ResourceLogs,
  type ScopeLogs,
} from './otlprecord.ts'
import { type Cursor, cursor, readFixed64, readInt64, readLength, readVarint, skip, WireError } from './protobuf.ts'
import { PushError } from './pushed.ts'

const MAX_DEPTH = 64

export function readOtlpProto(bytes: Buffer): ResourceLogs[] {
  const resources: ResourceLogs[] = []
  try {
    message(cursor(bytes), new Map([[1, (c, end) => resources.push(readResource(sub(c, end)))]]))
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError) throw new PushError(400, error.message)
    throw error
  }
  return resources
}

type OnField = (c: Cursor, end: number) => void

/** Reads a message's length-delimited fields by number; others go to `onOther`, which returns whether it took them. */
function message(c: Cursor, fields: ReadonlyMap<number, OnField>, onOther?: (tag: number, c: Cursor) => boolean): void {
  while (c.at < c.end) {
    const tag = readVarint(c)
    const onField = (tag & 7) === 2 ? fields.get(Math.floor(tag / 8)) : undefined
    if (onField !== undefined) {
      const end = readLength(c)
      onField(c, end)
      c.at = end
    } else if (onOther?.(tag, c) !== true) skip(c, tag)
  }
}

function sub(c: Cursor, end: number): Cursor {
  return cursor(c.bytes, c.at, end)
}

function text(c: Cursor, end: number): string {
  return c.bytes.toString('utf8', c.at, end)
}

function readResource(c: Cursor): ResourceLogs {
  const resource: ResourceLogs = { attributes: [], scopes: [] }
  const onResource: OnField = (inner, end) =>
    message(sub(inner, end), new Map([[1, pushAttribute(resource.attributes, 0)]]))
  message(
    c,
    new Map([
      [1, onResource],
      [2, (inner, end) => void resource.scopes.push(readScope(sub(inner, end)))],
    ]),
  )
  return resource
}

function readScope(c: Cursor): ScopeLogs {
  const scope: ScopeLogs = { name: '', version: '', attributes: [], dropped: 0, records: [] }
  const about = new Map<number, OnField>([
    [1, (inner, end) => void (scope.name = text(inner, end))],
    [2, (inner, end) => void (scope.version = text(inner, end))],
    [3, pushAttribute(scope.attributes, 0)],
  ])
  const dropped = (tag: number, inner: Cursor) => {
    if (tag !== 0x20) return false
    scope.dropped = readVarint(inner)
    return true
  }
  message(
    c,
    new Map<number, OnField>([
      [1, (inner, end) => message(sub(inner, end), about, dropped)],
      [2, (inner, end) => void scope.records.push(readRecord(sub(inner, end)))],
    ]),
  )
  return scope
}

function readRecord(c: Cursor): LogRecord {
  const record = emptyRecord()
  message(
    c,
    new Map<number, OnField>([
      [3, (inner, end) => void (record.severityText = text(inner, end))],
      [5, (inner, end) => void (record.body = readValue(sub(inner, end), 0))],
      [6, pushAttribute(record.attributes, 0)],
      [9, (inner, end) => void (record.traceId = inner.bytes.toString('hex', inner.at, end))],
      [10, (inner, end) => void (record.spanId = inner.bytes.toString('hex', inner.at, end))],
      [12, (inner, end) => void (record.eventName = text(inner, end))],
    ]),
    (tag, inner) => {
      if (tag === 0x09) record.time = readFixed64(inner)
      else if (tag === 0x59) record.observed = readFixed64(inner)
      else if (tag === 0x10) record.severityNumber = readInt64(inner)
      else if (tag === 0x38) record.dropped = readVarint(inner)
      else if (tag === 0x45) record.flags = readFixed32(inner)
      else return false
      return true
    },
  )
  return record
}

function readFixed32(c: Cursor): number {
  if (c.at + 4 > c.end) throw new WireError('unexpected EOF')
  c.at += 4
  return c.bytes.readUInt32LE(c.at - 4)
}

function pushAttribute(attributes: Attribute[], depth: number): OnField {
  return (outer, end) => {
    let key = ''
    let value: AttributeValue
    message(
      sub(outer, end),
      new Map<number, OnField>([
        [1, (inner, stop) => void (key = text(inner, stop))],
        [2, (inner, stop) => void (value = readValue(sub(inner, stop), depth + 1))],
      ]),
    )
    attributes.push({ key, value })
  }
}

function readValue(c: Cursor, depth: number): AttributeValue {
  if (depth > MAX_DEPTH) throw new WireError(`values nested deeper than ${MAX_DEPTH}`)
  let value: AttributeValue
  const readArray: OnField = (inner, end) => {
    const items: AttributeValue[] = []
    message(sub(inner, end), new Map([[1, (item, stop) => void items.push(readValue(sub(item, stop), depth + 1))]]))
    value = items
  }
  const readMap: OnField = (inner, end) => {
    const pairs: Attribute[] = []
    message(sub(inner, end), new Map([[1, pushAttribute(pairs, depth + 1)]]))
    value = new Map(pairs.map((pair) => [pair.key, pair.value]))
  }
  message(
    c,
    new Map<number, OnField>([
      [1, (inner, end) => void (value = text(inner, end))],
      [5, readArray],
      [6, readMap],
      [7, (inner, end) => void (value = Buffer.from(inner.bytes.subarray(inner.at, end)))],
    ]),
    (tag, inner) => {
      if (tag === 0x10) value = readVarint(inner) !== 0
      else if (tag === 0x18) value = readExactInt(inner)
      else if (tag === 0x21) value = readDouble(inner)
      else return false
      return true
    },
  )
  return value
}

function readExactInt(c: Cursor): bigint {
  const start = c.at
  readVarint(c)
  let exact = 0n
  for (let i = start, shift = 0n; i < c.at; i++, shift += 7n) exact |= BigInt(c.bytes[i]! & 0x7f) << shift
  return BigInt.asIntN(64, exact)
}

function readDouble(c: Cursor): number {
  if (c.at + 8 > c.end) throw new WireError('unexpected EOF')
  c.at += 8
  return c.bytes.readDoubleLE(c.at - 8)
}
