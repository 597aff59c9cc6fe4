/** Growing byte buffers and the varints that protobuf and the store's metadata share. */

/** A buffer that grows by doubling. Write at `used`, after ensure(). */
export interface ByteBuffer {
  bytes: Buffer
  used: number
}

export function byteBuffer(size = 4096): ByteBuffer {
  return { bytes: Buffer.allocUnsafeSlow(size), used: 0 }
}

/** Makes room for `more` bytes behind `used`. */
export function ensure(buffer: ByteBuffer, more: number): void {
  const needed = buffer.used + more
  if (needed <= buffer.bytes.length) return
  const grown = Buffer.allocUnsafeSlow(Math.max(needed, buffer.bytes.length * 2))
  buffer.bytes.copy(grown, 0, 0, buffer.used)
  buffer.bytes = grown
}

export function appendText(buffer: ByteBuffer, text: string): void {
  ensure(buffer, text.length * 3)
  buffer.used += buffer.bytes.write(text, buffer.used)
}

export function appendVarint(buffer: ByteBuffer, value: number): void {
  ensure(buffer, 8)
  buffer.used = writeVarint(buffer.bytes, buffer.used, value)
}

export function appendBytes(buffer: ByteBuffer, source: Uint8Array, start: number, end: number): void {
  ensure(buffer, end - start)
  copyBytes(source, start, end, buffer.bytes, buffer.used)
  buffer.used += end - start
}

/** Below this many bytes a loop beats a call into V8's copy. */
const SHORT = 24

export function copyBytes(source: Uint8Array, start: number, end: number, target: Buffer, at: number): void {
  if (end - start > SHORT) {
    ;(source as Buffer).copy(target, at, start, end)
    return
  }
  for (let i = start; i < end; i++) target[at++] = source[i]!
}

/** Writes a non-negative integer below 2^53 and returns where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  while (value > 0x7f) {
    bytes[at++] = (value % 128) | 0x80
    value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 128)
  }
  bytes[at++] = value
  return at
}

export function varintSize(value: number): number {
  let size = 1
  while (value > 0x7f) {
    value = Math.floor(value / 128)
    size++
  }
  return size
}
