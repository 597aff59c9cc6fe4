/**
 * How a payload stands in the spool: where it stands (the low 32 bits), its length, a CRC-32 over both and the payload, the
 * payload. A frame that knows its own place is found again behind damage, and no payload can pass for one by accident.
 */
import { crc32 } from 'node:zlib'

export const HEADER_BYTES = 12

/** One entry with all that is known about it; a longer length means damage. */
export const MAX_PAYLOAD_BYTES = 20 * 1024 * 1024

export function frameBytes(payload: Uint8Array): number {
  return HEADER_BYTES + payload.length
}

/** Writes the frame that stands at `offset` of the spool into bytes[at…]; returns where it ends in `bytes`. */
export function writeFrame(bytes: Buffer, at: number, offset: number, payload: Uint8Array): number {
  bytes.writeUInt32LE(offset % 2 ** 32, at)
  bytes.writeUInt32LE(payload.length, at + 4)
  bytes.set(payload, at + HEADER_BYTES)
  bytes.writeUInt32LE(checksum(bytes, at, payload.length), at + 8)
  return at + HEADER_BYTES + payload.length
}

/** What stands at bytes[at…]: a whole frame, one that needs more bytes than are here, or none. */
export type FrameSight =
  | { readonly kind: 'whole'; readonly end: number }
  | { readonly kind: 'cut'; readonly needs: number }
  | { readonly kind: 'none' }

const NONE: FrameSight = { kind: 'none' }

/** `offset`: where bytes[at] stands in the spool. */
export function seeFrame(bytes: Buffer, at: number, end: number, offset: number): FrameSight {
  if (end - at < HEADER_BYTES) return { kind: 'cut', needs: HEADER_BYTES }
  if (bytes.readUInt32LE(at) !== offset % 2 ** 32) return NONE
  const length = bytes.readUInt32LE(at + 4)
  if (length === 0 || length > MAX_PAYLOAD_BYTES) return NONE
  const frameEnd = at + HEADER_BYTES + length
  if (frameEnd > end) return { kind: 'cut', needs: HEADER_BYTES + length }
  return bytes.readUInt32LE(at + 8) === checksum(bytes, at, length) ? { kind: 'whole', end: frameEnd } : NONE
}

/** The payload of a whole frame. */
export function payloadOf(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + bytes.readUInt32LE(at + 4))
}

function checksum(bytes: Buffer, at: number, length: number): number {
  const head = crc32(bytes.subarray(at, at + 8))
  return crc32(bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length), head)
}
