/**
 * A block: some entries of one stream, as bytes and numbers in shared memory, never an object an entry. Lines
 * are UTF-8; an entry's structured metadata stands behind its line as pairs (name id varint, length varint,
 * value bytes). The buffers are SharedArrayBuffers, so that worker threads can scan a block where it lies.
 */
import { copyBytes } from '../../shipper/wire/bytes.ts'

/** A block is closed when its bytes pass this: a range query skips whole blocks by their times. */
const BLOCK_BYTES = 1024 * 1024
const BLOCK_ENTRIES = 32_768
const FIRST_BYTES = 4096
const FIRST_ENTRIES = 16

/** Whole nanoseconds a double holds exactly: how far from its base a block's entries may be (104 days). */
const MAX_RELATIVE = 2 ** 53

export interface Block {
  /** Seconds since 1970 that `times` are relative to. */
  readonly base: number
  count: number
  used: number
  /** Nanoseconds since `base`, the least and the greatest. */
  min: number
  max: number
  /** Whether times ascend; otherwise `order` says in which order they do. */
  sorted: boolean
  order: Uint32Array | undefined
  bytes: Buffer
  times: Float64Array
  /** Two an entry: where its line ends and where its metadata ends; it starts where the one before ends. */
  ends: Uint32Array
}

export function createBlock(base: number): Block {
  return {
    base,
    count: 0,
    used: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    sorted: true,
    order: undefined,
    bytes: sharedBytes(FIRST_BYTES),
    times: new Float64Array(new SharedArrayBuffer(FIRST_ENTRIES * 8)),
    ends: new Uint32Array(new SharedArrayBuffer(FIRST_ENTRIES * 8)),
  }
}

function sharedBytes(size: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(size) as unknown as ArrayBuffer)
}

/** Nanoseconds from the block's base; ±Infinity-free, exact for every time that the block may hold. */
export function relativeTime(base: number, seconds: number, nanos: number): number {
  return (seconds - base) * 1e9 + nanos
}

/** Whether one more entry of so many bytes belongs into this block. */
export function hasRoom(block: Block, time: number, size: number): boolean {
  if (Math.abs(time) >= MAX_RELATIVE || block.count >= BLOCK_ENTRIES) return false
  return block.count === 0 || block.used + size <= BLOCK_BYTES
}

/** Appends an entry: its line is lines[lineStart, lineEnd), its metadata pairs are metadata[metaStart, metaEnd). */
export function appendEntry(
  block: Block,
  time: number,
  lines: Uint8Array,
  lineStart: number,
  lineEnd: number,
  metadata: Uint8Array,
  metaStart: number,
  metaEnd: number,
): void {
  const size = lineEnd - lineStart + metaEnd - metaStart
  if (block.used + size > block.bytes.length) growBytes(block, block.used + size)
  if (block.count === block.times.length) resizeEntries(block, block.count * 2)
  const { count } = block
  copyBytes(lines, lineStart, lineEnd, block.bytes, block.used)
  const lineStop = block.used + lineEnd - lineStart
  copyBytes(metadata, metaStart, metaEnd, block.bytes, lineStop)
  block.used += size
  block.times[count] = time
  block.ends[2 * count] = lineStop
  block.ends[2 * count + 1] = block.used
  if (time < block.max) {
    block.sorted = false
    block.order = undefined
  }
  if (time > block.max) block.max = time
  if (time < block.min) block.min = time
  block.count++
}

function growBytes(block: Block, needed: number): void {
  const doubled = Math.min(block.bytes.length * 2, BLOCK_BYTES)
  const bytes = sharedBytes(Math.max(needed, doubled))
  block.bytes.copy(bytes, 0, 0, block.used)
  block.bytes = bytes
}

function resizeEntries(block: Block, length: number): void {
  const times = new Float64Array(new SharedArrayBuffer(length * 8))
  times.set(block.times.subarray(0, block.count))
  const ends = new Uint32Array(new SharedArrayBuffer(length * 8))
  ends.set(block.ends.subarray(0, block.count * 2))
  block.times = times
  block.ends = ends
}

/** Gives back what a full block does not use. */
export function seal(block: Block): void {
  if (block.times.length > block.count) resizeEntries(block, block.count)
  if (block.bytes.length - block.used < block.bytes.length / 16) return
  const bytes = sharedBytes(block.used)
  block.bytes.copy(bytes, 0, 0, block.used)
  block.bytes = bytes
}

export function entryStart(block: Block, index: number): number {
  return index === 0 ? 0 : block.ends[2 * index - 1]!
}

/** Index of the first position in time order whose time is at least `time`. */
export function lowerBound(block: Block, time: number): number {
  const order = timeOrder(block)
  let low = 0
  let high = block.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (block.times[order === undefined ? middle : order[middle]!]! < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Entry indices by ascending time (equal times as they came), or undefined when that is their own order. */
export function timeOrder(block: Block): Uint32Array | undefined {
  if (block.sorted) return undefined
  if (block.order === undefined) {
    const order = new Uint32Array(block.count)
    for (let i = 0; i < order.length; i++) order[i] = i
    const { times } = block
    block.order = order.sort((a, b) => times[a]! - times[b]! || a - b)
  }
  return block.order
}

/** Whether the block holds this very entry: same time, line and metadata. */
export function hasEntry(block: Block, time: number, line: Buffer, metadata: Buffer): boolean {
  if (time < block.min || time > block.max) return false
  const { times, count } = block
  let index = block.sorted ? lowerBound(block, time) : times.indexOf(time)
  while (index >= 0 && index < count && times[index] === time) {
    if (isSameEntry(block, index, line, metadata)) return true
    index = block.sorted ? index + 1 : times.indexOf(time, index + 1)
  }
  return false
}

function isSameEntry(block: Block, index: number, line: Buffer, metadata: Buffer): boolean {
  const start = entryStart(block, index)
  const middle = block.ends[2 * index]!
  const end = block.ends[2 * index + 1]!
  if (middle - start !== line.length || end - middle !== metadata.length) return false
  return (
    block.bytes.compare(line, 0, line.length, start, middle) === 0 &&
    block.bytes.compare(metadata, 0, metadata.length, middle, end) === 0
  )
}

/** Bytes of memory that the block takes. */
export function blockMemory(block: Block): number {
  return block.bytes.length + block.times.byteLength + block.ends.byteLength
}
