/** Push bodies as Loki reads them, written apart from the shipper's encoder so that the two check each other. */
import { gunzipSync } from 'node:zlib'

export interface Entry {
  /** Nanoseconds since the epoch. */
  readonly ns: bigint
  readonly line: string
  readonly lineBytes: number
  readonly metadata: readonly (readonly [string, string])[]
}

export interface Stream {
  readonly labels: ReadonlyMap<string, string>
  readonly entries: readonly Entry[]
}

/** Throws with Loki's kind of message for what Loki cannot parse. */
export function decodePush(body: Buffer, type: string, encoding: string): Stream[] {
  const raw = encoding === 'gzip' ? gunzipSync(body) : body
  if (/^application\/json\b/.test(type)) return decodeJson(raw)
  return decodeProtobuf(unsnappy(raw))
}

/** Snappy block format: varint length, then literals and copies. */
export function unsnappy(block: Buffer): Buffer {
  let [length, at] = varint(block, 0)
  const out = Buffer.alloc(length)
  let to = 0
  while (at < block.length) {
    const tag = block[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let size = tag >> 2
      if (size >= 60) {
        const bytes = size - 59
        size = block.readUIntLE(at, bytes)
        at += bytes
      }
      size++
      if (at + size > block.length || to + size > length) throw new Error('snappy: corrupt input')
      block.copy(out, to, at, at + size)
      at += size
      to += size
      continue
    }
    let size = (tag >> 2) + 1
    let offset = 0
    if (kind === 1) {
      size = ((tag >> 2) & 7) + 4
      offset = ((tag >> 5) << 8) | block[at++]!
    } else if (kind === 2) {
      offset = block.readUInt16LE(at)
      at += 2
    } else {
      offset = block.readUInt32LE(at)
      at += 4
    }
    if (offset === 0 || offset > to || to + size > length) throw new Error('snappy: corrupt input')
    for (; size > 0; size--) out[to] = out[to++ - offset]!
  }
  if (to !== length) throw new Error('snappy: corrupt input')
  length = to
  return out
}

/** Go's quoting, names sorted: as Loki prints a stream, service_name discovered. */
export function labelText(labels: ReadonlyMap<string, string>): string {
  const all = new Map(labels)
  if (!all.has('service_name')) all.set('service_name', labels.get('service') ?? 'unknown_service')
  const names = [...all.keys()].sort()
  return `{${names.map((name) => `${name}=${goQuote(all.get(name)!)}`).join(', ')}}`
}

function goQuote(text: string): string {
  // JSON's escapes are Go's for all that is used here, but Go writes \x7f and \x01 where JSON has \u0001.
  return JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, '\\x$1')
}

function decodeProtobuf(bytes: Buffer): Stream[] {
  return fields(bytes)
    .filter(({ id }) => id === 1)
    .map(({ bytes: stream }) => {
      let labels = new Map<string, string>()
      const entries: Entry[] = []
      for (const { id, bytes: value } of fields(stream)) {
        if (id === 1) labels = parseLabels(value.toString())
        if (id === 2) entries.push(decodeEntry(value))
      }
      return { labels, entries }
    })
}

function decodeEntry(bytes: Buffer): Entry {
  let ns = 0n
  let line: Buffer = Buffer.alloc(0)
  const metadata: [string, string][] = []
  for (const { id, bytes: value } of fields(bytes)) {
    if (id === 1) {
      for (const part of fields(value)) ns += BigInt.asIntN(64, part.integer) * (part.id === 1 ? 1_000_000_000n : 1n)
    } else if (id === 2) line = value
    else if (id === 3) {
      const pair = new Map(fields(value).map((part) => [part.id, part.bytes.toString()]))
      metadata.push([pair.get(1) ?? '', pair.get(2) ?? ''])
    }
  }
  return { ns, line: line.toString(), lineBytes: line.length, metadata }
}

interface Field {
  readonly id: number
  readonly integer: bigint
  readonly bytes: Buffer
}

function fields(bytes: Buffer): Field[] {
  const found: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    let tag: number
    ;[tag, at] = varint(bytes, at)
    const kind = tag & 7
    if (kind === 0) {
      let integer: bigint
      ;[integer, at] = varint64(bytes, at)
      found.push({ id: tag >> 3, integer, bytes: Buffer.alloc(0) })
    } else if (kind === 2) {
      let size: number
      ;[size, at] = varint(bytes, at)
      if (at + size > bytes.length) throw new Error('unexpected EOF')
      found.push({ id: tag >> 3, integer: 0n, bytes: bytes.subarray(at, at + size) })
      at += size
    } else throw new Error(`proto: illegal wireType ${kind}`)
  }
  return found
}

function varint(bytes: Buffer, at: number): [number, number] {
  const [value, end] = varint64(bytes, at)
  return [Number(value), end]
}

function varint64(bytes: Buffer, at: number): [bigint, number] {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[at++]
    if (byte === undefined) throw new Error('unexpected EOF')
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [value, at]
  }
  throw new Error('proto: integer overflow')
}

function parseLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>()
  const fail = () => new Error(`couldn't parse labels: 1:2: parse error: ${text.slice(0, 80)}`)
  if (!text.startsWith('{') || !text.endsWith('}')) throw fail()
  for (let at = 1; at < text.length - 1; ) {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:, ?)?/s.exec(text.slice(at))
    if (pair === null) throw fail()
    labels.set(pair[1]!, JSON.parse(`"${pair[2]!.replace(/\\x([0-9a-f]{2})/g, '\\u00$1')}"`))
    at += pair[0].length
  }
  return labels
}

/** JSON rules as measured on Loki 3.7.6: times and lines are strings, metadata values too, lone surrogates are refused. */
function decodeJson(bytes: Buffer): Stream[] {
  const text = bytes.toString()
  if (/\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])/.test(text)) throw new Error('invalid surrogate in JSON string')
  const { streams } = JSON.parse(text) as { streams: { stream: Record<string, string>; values: unknown[][] }[] }
  return streams.map(({ stream, values }) => ({
    labels: new Map(Object.entries(stream)),
    entries: values.map(([ns, line, metadata = {}]) => {
      if (typeof ns !== 'string' || typeof line !== 'string') throw new Error('Value looks like Number/Boolean/None')
      const pairs = Object.entries(metadata as Record<string, unknown>)
      for (const [, value] of pairs) if (typeof value !== 'string') throw new Error('ReadString: expects " or n')
      return { ns: BigInt(ns), line, lineBytes: Buffer.byteLength(line), metadata: pairs as [string, string][] }
    }),
  }))
}
