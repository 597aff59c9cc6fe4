/**
 * One entry on the wire, Loki's EntryAdapter as it stands inside a stream: 0x12, varint length, then
 * timestamp=1 {seconds=1, nanos=2}, line=2, structuredMetadata=3 {name=1, value=2} (loki pkg/push/push.proto).
 * Needed off the hot path only: for JSON bodies, dead letters, and entries that are stamped anew.
 */
import { formatInstant, type Instant } from '../terms/instant.ts'

export interface WireEntry {
  readonly time: Instant
  /** UTF-8. */
  readonly line: Uint8Array
  readonly metadata: readonly (readonly [name: string, value: string])[]
}

/** Reads the entry at bytes[start, end). Unknown fields are skipped; damaged bytes give what was readable. */
export function readEntry(bytes: Uint8Array, start: number, end: number): WireEntry {
  const body = enter(new Reader(bytes, start, end))
  let time: Instant = { seconds: 0, nanos: 0 }
  let line: Uint8Array = NO_BYTES
  const metadata: [string, string][] = []
  for (let tag = body.tag(); tag !== 0; tag = body.tag()) {
    if (tag === TIMESTAMP) time = readTime(body.nested())
    else if (tag === LINE) line = body.take()
    else if (tag === METADATA) metadata.push(readPair(body.nested()))
    else body.skip(tag)
  }
  return { time, line, metadata }
}

/** The entry's time in whole seconds, without reading the rest of it. */
export function secondsOf(bytes: Uint8Array, start: number, end: number): number {
  const body = enter(new Reader(bytes, start, end))
  return body.tag() === TIMESTAMP ? readTime(body.nested()).seconds : readEntry(bytes, start, end).time.seconds
}

/** RFC 3339 with nanoseconds; the bare seconds where no calendar holds them. */
export function timeText(time: Instant): string {
  return Math.abs(time.seconds) > 8.64e12 ? String(time.seconds) : formatInstant(time)
}

/** The inverse of readEntry, tag and length included. */
export function writeEntry(entry: WireEntry): Buffer {
  const time = [...field(SECONDS, varint(entry.time.seconds)), ...field(NANOS, varint(entry.time.nanos))]
  const parts: Uint8Array[] = [Uint8Array.from([TIMESTAMP, time.length, ...time]), ...sized(LINE, entry.line)]
  for (const [name, value] of entry.metadata) {
    const pair = Buffer.concat([...sized(NAME, Buffer.from(name)), ...sized(VALUE, Buffer.from(value))])
    parts.push(...sized(METADATA, pair))
  }
  return Buffer.concat(sized(ENTRY, Buffer.concat(parts)))
}

/** Protobuf's base-128 integer; negative numbers take ten bytes, as int64 does. */
export function varint(value: number): number[] {
  const out: number[] = []
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
    return [...out, Number(rest)]
  }
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128)
  return [...out, value]
}

/** Bytes as text, without a copy of the bytes. Invalid UTF-8 becomes U+FFFD, so no lone surrogate can come out. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

const ENTRY = 0x12
const TIMESTAMP = 0x0a
const LINE = 0x12
const METADATA = 0x1a
const SECONDS = 0x08
const NANOS = 0x10
const NAME = 0x0a
const VALUE = 0x12
const NO_BYTES: Uint8Array = new Uint8Array(0)

function field(tag: number, value: number[]): number[] {
  return [tag, ...value]
}

function sized(tag: number, bytes: Uint8Array): Uint8Array[] {
  return [Uint8Array.from([tag, ...varint(bytes.length)]), bytes]
}

/** Into the message behind the entry's own tag. */
function enter(reader: Reader): Reader {
  reader.tag()
  return reader.nested()
}

function readTime(reader: Reader): Instant {
  let seconds = 0
  let nanos = 0
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === SECONDS) seconds = reader.integer()
    else if (tag === NANOS) nanos = reader.integer()
    else reader.skip(tag)
  }
  return { seconds, nanos }
}

function readPair(reader: Reader): [string, string] {
  let name = ''
  let value = ''
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === NAME) name = text(reader.take())
    else if (tag === VALUE) value = text(reader.take())
    else reader.skip(tag)
  }
  return [name, value]
}

class Reader {
  private readonly bytes: Uint8Array
  private at: number
  private readonly end: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** The next field's tag, 0 at the end. */
  tag(): number {
    return this.at < this.end ? this.integer() : 0
  }

  integer(): number {
    let value = 0
    let scale = 1
    let byte = 128
    for (let count = 0; byte > 127 && count < 10 && this.at < this.end; count++) {
      byte = this.bytes[this.at++]!
      // The tenth byte is the sign's: without it int64 -1 would read as 2^64 - 1, which a double cannot tell from 2^64.
      if (count === 9) return Number(BigInt.asIntN(64, this.wide(this.at - 10)))
      value += (byte & 127) * scale
      scale *= 128
    }
    return value
  }

  take(): Uint8Array {
    const length = this.integer()
    const from = this.at
    this.at = Math.min(this.end, from + length)
    return this.bytes.subarray(from, this.at)
  }

  nested(): Reader {
    const length = this.integer()
    const from = this.at
    this.at = Math.min(this.end, from + length)
    return new Reader(this.bytes, from, this.at)
  }

  skip(tag: number): void {
    const kind = tag & 7
    if (kind === 0) this.integer()
    else if (kind === 2) this.take()
    else this.at = kind === 1 ? this.at + 8 : kind === 5 ? this.at + 4 : this.end
  }

  private wide(from: number): bigint {
    let value = 0n
    for (let i = 9; i >= 0; i--) value = (value << 7n) | BigInt(this.bytes[from + i]! & 127)
    return value
  }
}
