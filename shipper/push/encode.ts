/**
 * Batch → request body. Three forms, all of which Loki takes:
 * protobuf in a *stored* snappy block (nearly free: for loopback, where compression buys nothing),
 * protobuf in a compressed snappy block (the native package), and JSON with gzip (where that is missing).
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { toNanosText } from '../terms/instant.ts'
import { writeString } from '../terms/json.ts'
import { readEntry, text, varint } from './entry.ts'
import { scanLabels } from './labels.ts'
import { type Piece, startOf } from './pieces.ts'
import { blockHead, type Compress, literalHead, loadCompress } from './snappy.ts'

export const ENCODINGS = ['auto', 'protobuf', 'json'] as const
export const COMPRESSIONS = ['auto', 'none', 'snappy', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]
export type Compression = (typeof COMPRESSIONS)[number]

/** What goes over the wire, in chunks so that entries are not copied once more. */
export interface Body {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  readonly type: 'application/x-protobuf' | 'application/json'
  readonly encoding: 'gzip' | undefined
}

export type Encode = (piece: Piece) => Body | Promise<Body>

export interface EncodeOptions {
  readonly encoding: Encoding
  readonly compression: Compression
  /** The target is on this machine: compressing costs more than it saves. */
  readonly isLoopback: boolean
  /** Tests pass their own, or one that finds none. */
  readonly load?: () => Promise<Compress | undefined>
}

/** Chooses the form once, at the first batch. */
export function encoder(options: EncodeOptions): Encode {
  let chosen: Encode | undefined
  return async (piece) => {
    chosen ??= await choose(options)
    return chosen(piece)
  }
}

/** A protobuf PushRequest as one stored snappy block: streams' bytes are referred to, not copied. */
export function storedProtobuf(piece: Piece): Body {
  const parts = protobufParts(piece)
  let total = 0
  for (const part of parts) total += part.length
  const chunks: Uint8Array[] = []
  let small: Uint8Array[] = [Uint8Array.from(blockHead(total))]
  let length = 0
  const flush = () => {
    if (small.length > 0) chunks.push(small.length === 1 ? small[0]! : Buffer.concat(small))
    small = []
  }
  for (const part of parts) {
    small.push(Uint8Array.from(literalHead(part.length)))
    if (part.length < COPY_BELOW_BYTES) {
      small.push(part)
      continue
    }
    flush()
    chunks.push(part)
  }
  flush()
  for (const chunk of chunks) length += chunk.length
  return { chunks, length, type: 'application/x-protobuf', encoding: undefined }
}

/** A chunk costs a few microseconds of its own in node:http; below this copying is cheaper. */
const COPY_BELOW_BYTES = 8 * 1024
/** zlib's level: 6 doubles the CPU for a tenth fewer bytes on logs. */
const GZIP_LEVEL = 3

const compressGzip = promisify(gzip)

async function choose(options: EncodeOptions): Promise<Encode> {
  const { encoding, compression, isLoopback } = options
  const isPlain = compression === 'none' || (compression === 'auto' && isLoopback)
  if (encoding === 'json') return isPlain ? plainJson : gzipJson
  if (isPlain) return storedProtobuf
  const wantsGzip = compression === 'gzip'
  const compress = wantsGzip ? undefined : await (options.load ?? loadCompress)()
  if (compress !== undefined) return (piece) => snappyProtobuf(piece, compress)
  // Asked for protobuf, or for snappy that is not installed: a stored block is a valid one.
  return encoding === 'protobuf' && !wantsGzip ? storedProtobuf : gzipJson
}

/** PushRequest { streams=1: StreamAdapter { labels=1, entries=2 … } }: heads and entry bytes in turn. */
function protobufParts(piece: Piece): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (const stream of piece) {
    const labels = Buffer.from(stream.labels)
    const head = [0x0a, ...varint(labels.length)]
    const size = head.length + labels.length + stream.bytes.length
    parts.push(Buffer.concat([Uint8Array.from([0x0a, ...varint(size), ...head]), labels]))
    if (stream.bytes.length > 0) parts.push(stream.bytes)
  }
  return parts
}

async function snappyProtobuf(piece: Piece, compress: Compress): Promise<Body> {
  const bytes = await compress(Buffer.concat(protobufParts(piece)))
  return { chunks: [bytes], length: bytes.length, type: 'application/x-protobuf', encoding: undefined }
}

function plainJson(piece: Piece): Body {
  const bytes = Buffer.from(jsonText(piece))
  return { chunks: [bytes], length: bytes.length, type: 'application/json', encoding: undefined }
}

async function gzipJson(piece: Piece): Promise<Body> {
  const bytes = await compressGzip(jsonText(piece), { level: GZIP_LEVEL })
  return { chunks: [bytes], length: bytes.length, type: 'application/json', encoding: 'gzip' }
}

/** {"streams":[{"stream":{…},"values":[["<ns>","line",{"name":"value"}]]}]}: times and metadata values are strings. */
function jsonText(piece: Piece): string {
  const streams = piece.map((stream) => {
    const values: string[] = []
    for (let i = 0; i < stream.ends.length; i++)
      values.push(jsonEntry(stream.bytes, startOf(stream, i), stream.ends[i]!))
    const labels = scanLabels(stream.labels)?.labels ?? []
    return `{"stream":${jsonObject(labels)},"values":[${values.join(',')}]}`
  })
  return `{"streams":[${streams.join(',')}]}`
}

function jsonEntry(bytes: Uint8Array, start: number, end: number): string {
  const entry = readEntry(bytes, start, end)
  const metadata = entry.metadata.length === 0 ? '' : `,${jsonObject(entry.metadata)}`
  return `["${toNanosText(entry.time)}",${writeString(text(entry.line))}${metadata}]`
}

function jsonObject(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${writeString(name)}:${writeString(value)}`).join(',')}}`
}
