/** Snappy off a body, bounded. */
import snappyjs from 'snappyjs'
import { decompressedTooLarge } from './body.ts'
import { PushError } from './pushed.ts'

type Uncompress = (bytes: Buffer) => Buffer

let native: Uncompress | undefined
let isNativeTried = false

/** Snappy's block format, by the native library where it loads. */
export async function unsnap(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (!isNativeTried) {
    isNativeTried = true
    native = await import('snappy').then(
      (module) => (input) => module.uncompressSync(input, { asBuffer: true }) as Buffer,
      () => undefined,
    )
  }
  const length = snappyLength(bytes)
  if (length === undefined) throw new PushError(400, 'snappy: corrupt input')
  if (length > maxBytes) throw decompressedTooLarge(maxBytes)
  try {
    return native === undefined ? Buffer.from(snappyjs.uncompress(bytes)) : native(bytes)
  } catch {
    throw new PushError(400, 'snappy: corrupt input')
  }
}

/** The length that the block claims; a block cannot grow by more than its copies allow, so a lie is refused first. */
function snappyLength(bytes: Buffer): number | undefined {
  let length = 0
  for (let i = 0, scale = 1; i < 5 && i < bytes.length; i++, scale *= 128) {
    length += (bytes[i]! & 0x7f) * scale
    if (bytes[i]! < 0x80) {
      // A copy element is at least 2 bytes and yields at most 64.
      return length <= (bytes.length - i - 1) * 64 ? length : undefined
    }
  }
  return undefined
}
