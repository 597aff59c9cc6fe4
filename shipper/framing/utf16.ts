/** UTF-16 → lines of UTF-8. Windows writes such logs; offsets stay those of the file, so that reading can resume. */
import { TextDecoder } from 'node:util'
import type { OnLine } from './lines.ts'

const LF = 10
const SAMPLE_BYTES = 512

/**
 * A reader when the bytes are UTF-16: by the byte order mark at offset 0, or, when reading resumes behind it, by
 * zeroes in every other byte. Undefined: they are not.
 */
export function openUtf16(bytes: Uint8Array, offset: number, maxLineBytes: number): Utf16Reader | undefined {
  if (offset === 0) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return new Utf16Reader('little', maxLineBytes)
    if (bytes[0] === 0xfe && bytes[1] === 0xff) return new Utf16Reader('big', maxLineBytes)
    // Without its mark a file may as well hold zeroes for reasons of its own.
    return undefined
  }
  const zeroes = [0, 0]
  const length = Math.min(bytes.length, SAMPLE_BYTES) & ~1
  if (length < 16 || offset % 2 !== 0) return undefined
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeroes[i % 2]!++
  if (zeroes[0] === 0 && zeroes[1]! >= length * 0.35) return new Utf16Reader('little', maxLineBytes)
  if (zeroes[1] === 0 && zeroes[0]! >= length * 0.35) return new Utf16Reader('big', maxLineBytes)
  return undefined
}

export class Utf16Reader {
  truncated = 0
  readonly #decoder: TextDecoder
  readonly #low: 0 | 1
  readonly #max: number
  #parts: Uint8Array[] = []
  #held = 0
  #cut = 0
  #next = 0
  #lastByte = -1

  constructor(order: 'little' | 'big', maxLineBytes: number) {
    this.#decoder = new TextDecoder(order === 'little' ? 'utf-16le' : 'utf-16be', { ignoreBOM: false })
    this.#low = order === 'little' ? 0 : 1
    // A character of two bytes may become three in UTF-8: what is held stays under the limit either way.
    this.#max = Math.max(2, maxLineBytes & ~1)
  }

  get holds(): boolean {
    return this.#held > 0 || this.#cut > 0
  }

  push(bytes: Uint8Array, offset: number, onLine: OnLine): void {
    this.#next = offset + bytes.length
    let start = 0
    // Code units stand at even offsets; the border of two blocks may cut one.
    if (offset % 2 !== 0 && bytes.length > 0) {
      const unit = [this.#lastByte, bytes[0]]
      this.#hold(Uint8Array.from(bytes.subarray(0, 1)))
      if (unit[this.#low] === LF && unit[1 - this.#low] === 0) this.#emit(offset + 1, onLine)
      start = 1
    }
    for (let at = start; at + 1 < bytes.length; at += 2) {
      if (bytes[at + this.#low] !== LF || bytes[at + 1 - this.#low] !== 0) continue
      this.#hold(bytes.subarray(start, at + 2))
      this.#emit(offset + at + 2, onLine)
      start = at + 2
    }
    if (start < bytes.length) this.#hold(Uint8Array.from(bytes.subarray(start)))
    this.#lastByte = bytes.at(-1) ?? this.#lastByte
  }

  flush(onLine: OnLine): void {
    if (this.holds) this.#emit(this.#next, onLine)
  }

  #hold(bytes: Uint8Array): void {
    const taken = Math.min(bytes.length, Math.max(0, this.#max - this.#held))
    this.#cut += bytes.length - taken
    if (taken > 0) this.#parts.push(bytes.subarray(0, taken))
    this.#held += taken
  }

  #emit(endOffset: number, onLine: OnLine): void {
    const text = this.#decoder.decode(Buffer.concat(this.#parts)).replace(/\r?\n$/, '')
    const cut = this.#cut
    this.#parts = []
    this.#held = 0
    this.#cut = 0
    if (cut > 0) this.truncated++
    const bytes = Buffer.from(text)
    onLine(bytes, 0, bytes.length, endOffset, cut)
  }
}
