/**
 * Bytes → lines, without making strings: a line is a stretch of a block, so that a byte-level lane can read it in place.
 * Ends are \n or \r\n; a byte order mark is dropped; NUL and invalid bytes stay. UTF-16 is told by its mark (or by its
 * zeroes, when reading resumes in the middle) and comes out as UTF-8.
 */
import { openUtf16, type Utf16Reader } from './utf16.ts'

/** A line longer than this keeps its head; Loki takes 256 KiB, the rest is for what redaction and parsing still want. */
export const MAX_LINE_BYTES = 1024 * 1024

/**
 * bytes[start, end) is a line without its end; the bytes are only valid during the call. `endOffset`: in the origin,
 * just behind the line's end. `cut`: bytes that did not fit and are gone.
 */
export type OnLine = (bytes: Uint8Array, start: number, end: number, endOffset: number, cut: number) => void

const LF = 10
const CR = 13
const FIRST_CARRY_BYTES = 4096

export class LineSplitter {
  /** Lines that were cut at maxLineBytes. */
  truncated = 0
  readonly #max: number
  /** The beginning of a line whose end has not come yet. */
  #carry = Buffer.allocUnsafe(FIRST_CARRY_BYTES)
  #carried = 0
  #cut = 0
  /** Where the next byte is expected, in the origin. */
  #next = 0
  #first = true
  /** One or two bytes that may be the beginning of a byte order mark. */
  #held: Buffer | undefined
  #utf16: Utf16Reader | undefined

  constructor(maxLineBytes = MAX_LINE_BYTES) {
    this.#max = maxLineBytes
  }

  /** True when the beginning of a line is held back. */
  get holds(): boolean {
    return this.#carried > 0 || this.#cut > 0 || this.#held !== undefined || this.#utf16?.holds === true
  }

  /** `offset`: where bytes[0] stands in the origin. */
  push(bytes: Uint8Array, offset: number, onLine: OnLine): void {
    this.#next = offset + bytes.length
    if (this.#first) {
      const begun = this.#begin(bytes, offset)
      if (begun === undefined) return
      bytes = begun
      offset = this.#next - begun.length
    }
    if (this.#utf16) {
      this.#utf16.push(bytes, offset, onLine)
      this.truncated = this.#utf16.truncated
      return
    }
    let start = this.#carried > 0 ? this.#finishCarry(bytes, offset, onLine) : 0
    if (start < 0) return
    const max = this.#max
    for (;;) {
      const lf = bytes.indexOf(LF, start)
      if (lf < 0) break
      const end = lf > start && bytes[lf - 1] === CR ? lf - 1 : lf
      if (end - start > max) this.#emitLong(bytes, start, end, offset + lf + 1, onLine)
      else onLine(bytes, start, end, offset + lf + 1, 0)
      start = lf + 1
    }
    if (start < bytes.length) this.#append(bytes, start, bytes.length)
  }

  /** The origin has ended: its last line may lack a line end. */
  flush(onLine: OnLine): void {
    if (this.#held) {
      this.#append(this.#held, 0, this.#held.length)
      this.#held = undefined
    }
    if (this.#utf16) this.#utf16.flush(onLine)
    else if (this.holds) this.#emitCarry(this.#next, onLine)
  }

  /** Tells the encoding by the first bytes, and takes a byte order mark off. Undefined while there are too few to tell. */
  #begin(bytes: Uint8Array, offset: number): Uint8Array | undefined {
    if (this.#held) {
      bytes = Buffer.concat([this.#held, bytes])
      offset -= this.#held.length
    }
    this.#held = undefined
    if (offset === 0 && mayBecomeMark(bytes)) {
      this.#held = Buffer.from(bytes)
      return undefined
    }
    this.#first = false
    this.#utf16 = openUtf16(bytes, offset, this.#max)
    const marked = offset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return marked ? bytes.subarray(3) : bytes
  }

  #finishCarry(bytes: Uint8Array, offset: number, onLine: OnLine): number {
    const lf = bytes.indexOf(LF)
    this.#append(bytes, 0, lf < 0 ? bytes.length : lf)
    if (lf < 0) return -1
    this.#emitCarry(offset + lf + 1, onLine)
    return lf + 1
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const taken = Math.min(end - start, this.#max + 1 - this.#carried)
    this.#cut += end - start - taken
    if (this.#carried + taken > this.#carry.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#carry.length * 4, this.#carried + taken))
      this.#carry.copy(grown, 0, 0, this.#carried)
      this.#carry = grown
    }
    this.#carry.set(bytes.subarray(start, start + taken), this.#carried)
    this.#carried += taken
  }

  #emitCarry(endOffset: number, onLine: OnLine): void {
    let end = this.#carried
    let cut = this.#cut
    if (cut === 0 && end > 0 && this.#carry[end - 1] === CR) end--
    if (end > this.#max) {
      cut += end - this.#max
      end = this.#max
    }
    if (cut > 0) this.truncated++
    this.#carried = 0
    this.#cut = 0
    const carry = this.#carry
    // A buffer that one long line made large is not kept.
    if (carry.length > 16 * FIRST_CARRY_BYTES) this.#carry = Buffer.allocUnsafe(FIRST_CARRY_BYTES)
    onLine(carry, 0, end, endOffset, cut)
  }

  #emitLong(bytes: Uint8Array, start: number, end: number, endOffset: number, onLine: OnLine): void {
    this.truncated++
    onLine(bytes, start, start + this.#max, endOffset, end - start - this.#max)
  }
}

/** The beginning of a byte order mark, too short to be one. */
function mayBecomeMark(bytes: Uint8Array): boolean {
  if (bytes.length === 1) return bytes[0] === 0xef || bytes[0]! >= 0xfe
  return bytes.length === 2 && bytes[0] === 0xef && bytes[1] === 0xbb
}
