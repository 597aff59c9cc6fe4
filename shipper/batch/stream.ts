/**
 * One stream's entries of the batch that is being filled, as protobuf bytes. Written by offset and patched in place, since
 * this is a hot path: lengths and times have a fixed width (varints padded with continuation bits, which every protobuf
 * decoder reads), so an entry is written once, front to back, and its time can still be moved later.
 */
import type { BatchStream } from './batch.ts'

/** Byte offsets inside an entry: 12 LLL | 0a 0c 08 SSSSS 10 NNNNN | 12 LLL line… | 1a pair… */
const SECONDS_AT = 7
const NANOS_AT = 13
const LINE_LENGTH_AT = 19
export const LINE_AT = 22

const FIRST_CAPACITY = 16 * 1024
const FIRST_ENTRIES = 64

export class StreamBuffer {
  readonly labels: string
  bytes: Uint8Array = Buffer.allocUnsafeSlow(FIRST_CAPACITY)
  /** The same bytes. */
  view = new DataView(this.bytes.buffer)
  used = 0
  entries = 0
  private ends = new Uint32Array(FIRST_ENTRIES)
  private seconds = new Float64Array(FIRST_ENTRIES)
  private nanos = new Int32Array(FIRST_ENTRIES)
  private inOrder = true

  constructor(labels: string) {
    this.labels = labels
  }

  /** Starts an entry that will take at most `size` bytes for line and metadata; returns where its line starts. */
  begin(seconds: number, nanos: number, size: number): number {
    const start = this.used
    if (start + LINE_AT + size > this.bytes.length) this.grow(start + LINE_AT + size)
    const last = this.entries - 1
    if (last >= 0) {
      const before = this.seconds[last]
      if (seconds < before || (seconds === before && nanos <= this.nanos[last])) this.inOrder = false
    }
    if (this.entries === this.ends.length) this.growColumns()
    this.seconds[this.entries] = seconds
    this.nanos[this.entries] = nanos
    const bytes = this.bytes
    bytes[start] = 0x12
    bytes[start + 4] = 0x0a
    bytes[start + 5] = 0x0c
    bytes[start + 6] = 0x08
    writeVarint5(bytes, start + SECONDS_AT, seconds)
    bytes[start + 12] = 0x10
    writeVarint5(bytes, start + NANOS_AT, nanos)
    bytes[start + 18] = 0x12
    return start + LINE_AT
  }

  /** The line written since begin() ends at `end`; metadata pairs may follow there. */
  endLine(end: number): void {
    writeVarint3(this.bytes, this.used + LINE_LENGTH_AT, end - this.used - LINE_AT)
  }

  /** The entry ends at `end`. */
  finish(end: number): void {
    writeVarint3(this.bytes, this.used + 1, end - this.used - 4)
    this.ends[this.entries++] = end
    this.used = end
  }

  /** Moves the entries out into `target` at `offset`, in ascending and strictly increasing time, and starts anew. */
  drainInto(target: Uint8Array, offset: number): BatchStream {
    const out = target.subarray(offset, offset + this.used)
    const ends = this.ends.slice(0, this.entries)
    if (this.inOrder) {
      out.set(this.bytes.subarray(0, this.used))
    } else {
      this.drainSorted(out, ends)
    }
    this.used = 0
    this.entries = 0
    this.inOrder = true
    return { labels: this.labels, bytes: out, ends }
  }

  private drainSorted(out: Uint8Array, ends: Uint32Array): void {
    const { seconds, nanos } = this
    const order = Array.from({ length: ends.length }, (_, index) => index).sort(
      (a, b) => seconds[a] - seconds[b] || nanos[a] - nanos[b] || a - b,
    )
    let at = 0
    let lastSecond = Number.NEGATIVE_INFINITY
    let lastNano = 0
    for (const [rank, index] of order.entries()) {
      const start = index === 0 ? 0 : this.ends[index - 1]
      out.set(this.bytes.subarray(start, this.ends[index]), at)
      let second = seconds[index]
      let nano = nanos[index]
      // Loki keeps one of two identical entries of the same nanosecond: no two share one here.
      if (second < lastSecond || (second === lastSecond && nano <= lastNano)) {
        second = lastSecond
        nano = lastNano + 1
        if (nano === 1_000_000_000) {
          second++
          nano = 0
        }
        writeVarint5(out, at + SECONDS_AT, second)
        writeVarint5(out, at + NANOS_AT, nano)
      }
      lastSecond = second
      lastNano = nano
      at += this.ends[index] - start
      ends[rank] = at
    }
  }

  private growColumns(): void {
    const size = this.ends.length * 4
    const [ends, seconds, nanos] = [new Uint32Array(size), new Float64Array(size), new Int32Array(size)]
    ends.set(this.ends)
    seconds.set(this.seconds)
    nanos.set(this.nanos)
    this.ends = ends
    this.seconds = seconds
    this.nanos = nanos
  }

  private grow(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(size, this.bytes.length * 2))
    bytes.set(this.bytes.subarray(0, this.used))
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }
}

/** Five bytes hold 35 bits: seconds until the year 3058. Times before 1970 become 1970: Loki takes none of them. */
function writeVarint5(bytes: Uint8Array, at: number, value: number): void {
  const low = value < 0 ? 0 : value % 0x10000000
  bytes[at] = (low & 0x7f) | 0x80
  bytes[at + 1] = ((low >>> 7) & 0x7f) | 0x80
  bytes[at + 2] = ((low >>> 14) & 0x7f) | 0x80
  bytes[at + 3] = ((low >>> 21) & 0x7f) | 0x80
  bytes[at + 4] = value < 0 ? 0 : Math.floor(value / 0x10000000) & 0x7f
}

/** Three bytes hold 21 bits: entries are far under 2 MiB, lines under 256 KiB. */
function writeVarint3(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value & 0x7f) | 0x80
  bytes[at + 1] = ((value >>> 7) & 0x7f) | 0x80
  bytes[at + 2] = (value >>> 14) & 0x7f
}
