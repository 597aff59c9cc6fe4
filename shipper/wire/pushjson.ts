/**
 * Reads Loki's JSON push: {"streams": [{"stream": {name: value}, "values": [["ns", "line", {name: "value"}]]}]}.
 * As strict as Loki, whose decoder wants texts where texts belong and no half surrogates; messages are near to its own.
 */

import { isObject } from '../terms/object.ts'
import type { ByteBuffer } from './bytes.ts'
import { appendText, byteBuffer } from './bytes.ts'
import type { Label } from './labels.ts'
import type { Names } from './names.ts'
import { addEntry, addPair, addStream, createPush, type Push, PushError, type PushedStream } from './pushed.ts'
import { quote } from './quote.ts'

/** Throws a PushError (400, or 500 for a metadata name that Loki cannot store); then nothing of the push is stored. */
export function readJsonPush(bytes: Buffer, names: Names): Push {
  const body = parse(bytes.toString('utf8'))
  const push = createPush()
  if (body === null) return push
  if (!isObject(body)) throw bad('decode object', 'expect { or n')
  const streams = body['streams']
  if (streams === undefined || streams === null) return push
  if (!Array.isArray(streams)) throw bad('decode slice', 'expect [ or n')
  const lines = byteBuffer(Math.max(4096, bytes.length))
  for (const stream of streams) readStream(stream, push, lines, names)
  for (const stream of push.streams) stream.lines = lines.bytes
  return push
}

function parse(text: string): unknown {
  if (text === '') throw new PushError(400, 'EOF')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PushError(400, `loghttp.PushRequest: ${(error as Error).message}`)
  }
}

function readStream(value: unknown, push: Push, lines: ByteBuffer, names: Names): void {
  if (!isObject(value)) throw malformedObject()
  const stream = addStream(push, readLabelSet(value['stream']), lines.bytes)
  const values = value['values']
  if (values === undefined || values === null) return
  if (!Array.isArray(values)) throw bad('unmarshalerDecoder', "Value is array, but can't find closing ']' symbol")
  for (const entry of values) readEntry(entry, stream, lines, names)
}

function readLabelSet(value: unknown): string {
  if (value === undefined || value === null) return '{}'
  if (!isObject(value)) throw malformedObject()
  const labels: Label[] = []
  for (const [name, label] of Object.entries(value)) {
    if (typeof label !== 'string' && typeof label !== 'number' && label !== null) {
      throw bad('unmarshalerDecoder', `could not parse label value. Expected string or number, got ${typeName(label)}`)
    }
    // Loki takes null as the text "null".
    labels.push([wellFormed(name), wellFormed(String(label))])
  }
  return `{${labels.map(([name, label]) => `${name}=${quote(label)}`).join(', ')}}`
}

const NANOS = /^[+-]?\d{1,19}$/

function readEntry(entry: unknown, stream: PushedStream, lines: ByteBuffer, names: Names): void {
  if (!Array.isArray(entry)) throw bad('unmarshalerDecoder', "Value is array, but can't find closing ']' symbol")
  const [time, line, metadata] = entry
  if (typeof time !== 'string') throw malformedNumber()
  if (entry.length > 1 && typeof line !== 'string') throw malformedString()
  if (entry.length > 2 && !isObject(metadata)) throw malformedObject()
  if (!NANOS.test(time)) throw malformedNumber()
  const { seconds, nanos } = splitNanos(time)
  const lineStart = lines.used
  if (typeof line === 'string') appendText(lines, wellFormed(line))
  const metadataStart = stream.metadata.used
  let pairs = 0
  let size = 0
  if (isObject(metadata)) {
    for (const [name, value] of Object.entries(metadata)) {
      if (typeof value !== 'string') throw malformedString()
      size += addPair(stream.metadata, names, wellFormed(name), wellFormed(value))
      pairs++
    }
  }
  addEntry(stream, seconds, nanos, lineStart, lines.used, metadataStart, pairs, size)
}

function splitNanos(text: string): { seconds: number; nanos: number } {
  if (/^\d{10,19}$/.test(text)) {
    return { seconds: Number(text.slice(0, -9)), nanos: Number(text.slice(-9)) }
  }
  const value = BigInt(text.replace('+', ''))
  const nanos = ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return { seconds: Number((value - nanos) / 1_000_000_000n), nanos: Number(nanos) }
}

/** Loki's decoder refuses the whole push for half a surrogate pair (shippers.md §0.3). */
function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw malformedString()
  return text
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

function malformedString(): PushError {
  return bad('unmarshalerDecoder', "Value is string, but can't find closing '\"' symbol")
}

function malformedNumber(): PushError {
  return bad('unmarshalerDecoder', "Value looks like Number/Boolean/None, but can't find its end: ',' or '}' symbol")
}

function malformedObject(): PushError {
  return bad('unmarshalerDecoder', "Value looks like object, but can't find closing '}' symbol")
}

function bad(where: string, what: string): PushError {
  return new PushError(400, `loghttp.PushRequest.Streams: []loghttp.LogProtoStream: ${where}: ${what}`)
}
