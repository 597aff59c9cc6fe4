/** Bytes → text. Never throws: what is not UTF-8 becomes U+FFFD. */
import { isAscii } from 'node:buffer'

interface Slices {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
}

/** Node's Buffer has them on its prototype; a plain Uint8Array is not the shape that sources hand over. */
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as Slices

/** True when every byte of a block is below 0x80, so that its lines can be read without decoding. */
export function isAsciiBlock(bytes: Uint8Array): boolean {
  return isAscii(bytes)
}

/** The text of bytes[start, end). `ascii`: the caller knows that the block is. */
export function decodeText(bytes: Uint8Array, start: number, end: number, ascii = false): string {
  return ascii ? latin1Slice.call(bytes, start, end) : utf8Slice.call(bytes, start, end)
}
