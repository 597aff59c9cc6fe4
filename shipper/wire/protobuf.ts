/** A cursor over protobuf wire format. Every read checks its bounds: input is hostile. */

export class WireError extends Error {}

export interface Cursor {
  readonly bytes: Buffer
  at: number
  readonly end: number
}

export function cursor(bytes: Buffer, at = 0, end = bytes.length): Cursor {
  return { bytes, at, end }
}

/** An unsigned varint; exact below 2^53, above it (a negative int64) the nearest double. */
export function readVarint(c: Cursor): number {
  const { bytes } = c
  let value = 0
  let scale = 1
  for (let i = 0; i < 10; i++) {
    if (c.at >= c.end) throw new WireError('unexpected EOF')
    const byte = bytes[c.at++]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 128
  }
  throw new WireError('proto: integer overflow')
}

/** A varint that is an int64: two's complement above 2^63. Exact within ±2^53. */
export function readInt64(c: Cursor): number {
  const start = c.at
  const value = readVarint(c)
  if (value <= Number.MAX_SAFE_INTEGER) return value
  let exact = 0n
  for (let i = start, shift = 0n; i < c.at; i++, shift += 7n) exact |= BigInt(c.bytes[i]! & 0x7f) << shift
  return Number(BigInt.asIntN(64, exact))
}

export function readFixed64(c: Cursor): bigint {
  if (c.at + 8 > c.end) throw new WireError('unexpected EOF')
  const value = c.bytes.readBigUInt64LE(c.at)
  c.at += 8
  return value
}

/** Reads a length and returns where the field ends; the cursor stands at its start. */
export function readLength(c: Cursor): number {
  const length = readVarint(c)
  const end = c.at + length
  if (end > c.end) throw new WireError('unexpected EOF')
  return end
}

/** Skips a field of the wire type that its tag names. */
export function skip(c: Cursor, tag: number): void {
  switch (tag & 7) {
    case 0:
      readVarint(c)
      break
    case 1:
      c.at += 8
      break
    case 2:
      c.at = readLength(c)
      break
    case 5:
      c.at += 4
      break
    default:
      throw new WireError(`proto: illegal wireType ${tag & 7}`)
  }
  if (c.at > c.end) throw new WireError('unexpected EOF')
}
