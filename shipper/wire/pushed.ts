/** What a decoder makes of a push: streams of entries as numbers into byte buffers, never an object an entry. */
import { appendVarint, type ByteBuffer, byteBuffer, ensure } from './bytes.ts'
import { type Names, pushedNameId } from './names.ts'

export interface PushedStream {
  /** Label text as the client wrote it (or as a decoder wrote it for the client). */
  labels: string
  count: number
  seconds: Float64Array
  nanos: Uint32Array
  /** Four an entry: line start and end in `lines`, metadata start and end in `metadata`. */
  ranges: Uint32Array
  /** Pairs an entry has. */
  pairs: Uint32Array
  /** Bytes of the entry's metadata names and values, as Loki counts them. */
  metadataSizes: Uint32Array
  lines: Buffer
  metadata: ByteBuffer
}

export interface Push {
  readonly streams: PushedStream[]
  /** Where the wire's metadata becomes pairs: one buffer for the whole push. */
  readonly metadata: ByteBuffer
}

/** Why a push cannot be read. `status` is what Loki answers. */
export class PushError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function createPush(): Push {
  return { streams: [], metadata: byteBuffer(16_384) }
}

export function addStream(push: Push, labels: string, lines: Buffer): PushedStream {
  const stream: PushedStream = {
    labels,
    count: 0,
    seconds: new Float64Array(16),
    nanos: new Uint32Array(16),
    ranges: new Uint32Array(64),
    pairs: new Uint32Array(16),
    metadataSizes: new Uint32Array(16),
    lines,
    metadata: push.metadata,
  }
  push.streams.push(stream)
  return stream
}

/** Adds an entry whose metadata pairs were just appended from metadataStart on. */
export function addEntry(
  stream: PushedStream,
  seconds: number,
  nanos: number,
  lineStart: number,
  lineEnd: number,
  metadataStart: number,
  pairs: number,
  metadataSize: number,
): void {
  const { count } = stream
  if (count === stream.seconds.length) growStream(stream, count * 2)
  stream.seconds[count] = seconds
  stream.nanos[count] = nanos
  stream.ranges[4 * count] = lineStart
  stream.ranges[4 * count + 1] = lineEnd
  stream.ranges[4 * count + 2] = metadataStart
  stream.ranges[4 * count + 3] = stream.metadata.used
  stream.pairs[count] = pairs
  stream.metadataSizes[count] = metadataSize
  stream.count++
}

function growStream(stream: PushedStream, length: number): void {
  const grow = <T extends Uint32Array | Float64Array>(old: T, next: T): T => {
    next.set(old)
    return next
  }
  stream.seconds = grow(stream.seconds, new Float64Array(length))
  stream.nanos = grow(stream.nanos, new Uint32Array(length))
  stream.ranges = grow(stream.ranges, new Uint32Array(length * 4))
  stream.pairs = grow(stream.pairs, new Uint32Array(length))
  stream.metadataSizes = grow(stream.metadataSizes, new Uint32Array(length))
}

/** Bytes of line and metadata, as Loki's limits count them. */
export function entryBytes(stream: PushedStream, index: number): number {
  return stream.ranges[4 * index + 1]! - stream.ranges[4 * index]! + stream.metadataSizes[index]!
}

/**
 * Appends one metadata pair and returns its size as Loki counts it. Throws 500 for a name that Loki cannot store.
 * An empty value is counted and not stored: Loki's distributor leaves it out.
 */
export function addPair(metadata: ByteBuffer, names: Names, name: string, value: string): number {
  const id = pushedNameId(names, name)
  // Loki: "normalization for label name … resulted in invalid name", an internal error for the whole push.
  if (typeof id !== 'number') throw new PushError(500, id.error)
  if (value === '') return names.list[id]!.length
  const clean = value.includes('\ufffd') ? value.replaceAll('\ufffd', ' ') : value
  const length = Buffer.byteLength(clean)
  appendVarint(metadata, id)
  appendVarint(metadata, length)
  ensure(metadata, length)
  metadata.bytes.write(clean, metadata.used)
  metadata.used += length
  return names.list[id]!.length + length
}
