/**
 * systemd's journal export format (journalctl -o export): fields a line, NAME=text, or NAME, a 64-bit little-endian length,
 * that many bytes; an empty line ends an entry. An entry becomes the JSON that journalctl -o json writes, which the formats
 * know. https://systemd.io/JOURNAL_EXPORT_FORMATS
 */
import type { FramedEvent, Framer, FramerCounts, FramerSink } from './framer.ts'
import { MAX_LINE_BYTES } from './lines.ts'

const LINE_FEED = 10
const EQUALS = 61
const LENGTH_BYTES = 8
/** A field's name ends within; systemd's own have at most 64 characters. */
const MAX_NAME_BYTES = 256
const MAX_FIELDS = 1024

export class JournalFramer implements Framer {
  readonly counts: FramerCounts = { lines: 0, empty: 0, truncated: 0, split: 0 }
  private readonly maxBytes: number
  private held: Buffer = Buffer.alloc(0)
  private at = 0
  private isBegun = false
  private fields = new Map<string, string>()
  private fieldBytes = 0
  private cut = 0
  /** Bytes of a value that is too long, still to pass over. */
  private skipping = 0
  private entryStart = 0

  constructor(maxBytes = MAX_LINE_BYTES) {
    this.maxBytes = maxBytes
  }

  /** Where the entry in hand begins: everything before it was emitted. */
  get position(): number {
    return this.entryStart
  }

  push(bytes: Uint8Array, offset: number, sink: FramerSink): void {
    if (!this.isBegun) this.at = this.entryStart = offset
    this.isBegun = true
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    // A copy either way: the source uses its block again.
    const all = this.held.length === 0 ? block : Buffer.concat([this.held, block])
    let from = 0
    for (let next = this.next(all, from, sink); next > from; next = this.next(all, from, sink)) {
      this.at += next - from
      from = next
      if (this.fields.size === 0 && this.skipping === 0 && this.fieldBytes === 0) this.entryStart = this.at
    }
    this.held = Buffer.from(all.subarray(from))
  }

  /** An entry ends with its empty line, not with silence. */
  idle(): void {}

  end(sink: FramerSink): void {
    if (this.held.length > 0) this.text(this.held, 0, this.held.length)
    this.held = Buffer.alloc(0)
    this.emit(sink)
  }

  /** Reads one field, or the end of an entry, from `from` on; where it ends, or `from` when more bytes are needed. */
  private next(bytes: Buffer, from: number, sink: FramerSink): number {
    if (this.skipping > 0) return this.skip(bytes, from)
    const end = bytes.indexOf(LINE_FEED, from)
    if (end < 0) return this.endless(bytes, from)
    if (end === from) {
      this.at++
      if (this.fields.size === 0) this.counts.empty++
      this.emit(sink)
      this.at--
      return end + 1
    }
    const equals = bytes.subarray(from, Math.min(end, from + MAX_NAME_BYTES)).indexOf(EQUALS)
    if (equals >= 0) {
      this.text(bytes, from, end)
      return end + 1
    }
    return this.binary(bytes, from, end)
  }

  /** A text field without its end in sight: what is too long is kept in part, the rest passed over to the line end. */
  private endless(bytes: Buffer, from: number): number {
    if (bytes.length - from <= this.maxBytes) return from
    this.text(bytes, from, from + this.maxBytes)
    this.cut += bytes.length - from - this.maxBytes
    this.skipping = Number.POSITIVE_INFINITY
    return bytes.length
  }

  private skip(bytes: Buffer, from: number): number {
    if (this.skipping === Number.POSITIVE_INFINITY) {
      const end = bytes.indexOf(LINE_FEED, from)
      const to = end < 0 ? bytes.length : end + 1
      this.cut += (end < 0 ? to : end) - from
      if (end >= 0) this.skipping = 0
      return to
    }
    const taken = Math.min(this.skipping, bytes.length - from)
    this.skipping -= taken
    return from + taken
  }

  private text(bytes: Buffer, from: number, end: number): void {
    const equals = bytes.indexOf(EQUALS, from)
    if (equals < 0 || equals >= end) return
    this.put(bytes.toString('latin1', from, equals), bytes, equals + 1, end)
  }

  /** NAME, its line end, length, bytes, a line end. */
  private binary(bytes: Buffer, from: number, nameEnd: number): number {
    const start = nameEnd + 1 + LENGTH_BYTES
    if (bytes.length < start) return from
    const length = Number(bytes.readBigUInt64LE(nameEnd + 1))
    const name = bytes.toString('latin1', from, Math.min(nameEnd, from + MAX_NAME_BYTES))
    if (length <= this.maxBytes) {
      if (bytes.length < start + length + 1) return from
      this.put(name, bytes, start, start + length)
      return start + length + 1
    }
    if (bytes.length < start + this.maxBytes) return from
    this.put(name, bytes, start, start + this.maxBytes)
    this.cut += length - this.maxBytes
    this.skipping = length - this.maxBytes + 1
    return start + this.maxBytes
  }

  private put(name: string, bytes: Buffer, from: number, end: number): void {
    const kept = Math.min(end, from + this.maxBytes)
    this.counts.lines++
    this.fieldBytes += kept - from + 1
    this.cut += end - kept
    if (this.fields.size >= MAX_FIELDS || this.fieldBytes > 2 * this.maxBytes) {
      this.cut += kept - from
      return
    }
    // The first of several, as a program that asks for one field gets it.
    if (!this.fields.has(name)) this.fields.set(name, bytes.toString('utf8', from, kept))
  }

  private emit(sink: FramerSink): void {
    const { fields, cut } = this
    this.fields = new Map()
    this.fieldBytes = 0
    this.cut = 0
    this.entryStart = this.at
    if (fields.size === 0) return
    if (cut > 0) this.counts.truncated++
    const event: FramedEvent = {
      message: { head: jsonOf(fields), rest: '', runtime: undefined },
      end: this.at,
      lines: fields.size,
      cut,
    }
    sink.event(event)
  }
}

/** Own members whatever their names: an object literal would lose __proto__. */
function jsonOf(fields: ReadonlyMap<string, string>): string {
  const members = [...fields].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return `{${members.join(',')}}`
}
