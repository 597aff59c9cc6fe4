/** Short texts that came before, and which rules match them: programs say the same few things again and again. */

/** A power of two: a text takes the place of another that fell to the same slot. */
const SLOTS = 4096
/** Bytes. Longer texts seldom come again. */
export const MAX_REPEATED = 96
/** Names of fields beyond have no verdicts: a slot's key holds the name and the length. */
const MAX_NAMES = 1 << 20

/** All texts lie in one array, so that none is a chain of objects to go along. */
export class Verdicts {
  private readonly texts = new Uint8Array(SLOTS * MAX_REPEATED)
  /** By slot: of which name and length its text is; -1: none. */
  private readonly keys = new Int32Array(SLOTS).fill(-1)
  private readonly matches: (readonly number[])[] = new Array(SLOTS).fill([])
  /** Of the texts that came last: one that never comes again is not worth a copy. */
  private readonly once = new Int32Array(SLOTS)

  /** Undefined: not known. At most MAX_REPEATED bytes. */
  get(name: number, bytes: Uint8Array, start: number, end: number): readonly number[] | undefined {
    const slot = slotOf(hashOf(name, bytes, start, end))
    if (this.keys[slot] !== keyOf(name, end - start)) return undefined
    return this.isAt(slot * MAX_REPEATED, bytes, start, end) ? this.matches[slot] : undefined
  }

  set(name: number, bytes: Uint8Array, start: number, end: number, matches: readonly number[]): void {
    const hash = hashOf(name, bytes, start, end)
    const slot = slotOf(hash)
    if (this.once[slot] === hash && name < MAX_NAMES) {
      this.keys[slot] = keyOf(name, end - start)
      this.matches[slot] = matches
      this.texts.set(bytes.subarray(start, end), slot * MAX_REPEATED)
    } else this.once[slot] = hash
  }

  /** Four bytes at a time: nearly all that are compared are the same to their end. */
  private isAt(place: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { texts } = this
    let at = start
    let i = place
    for (; at + 3 < end; at += 4, i += 4) {
      const differs =
        (texts[i] ^ bytes[at]) |
        (texts[i + 1] ^ bytes[at + 1]) |
        (texts[i + 2] ^ bytes[at + 2]) |
        (texts[i + 3] ^ bytes[at + 3])
      if (differs !== 0) return false
    }
    for (; at < end; at++, i++) if (texts[i] !== bytes[at]) return false
    return true
  }
}

function keyOf(name: number, length: number): number {
  return (name << 8) | length
}

/** Of the length and a few bytes from all over the text: what falls together is compared whole anyway. */
function hashOf(name: number, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  const middle = start + (length >> 1)
  let hash = Math.imul(name ^ (length << 8), 0x9e3779b1)
  if (length > 3) {
    hash ^= bytes[start] | (bytes[start + 3] << 8) | (bytes[end - 1] << 16) | (bytes[end - 3] << 24)
    hash = Math.imul(hash, 0x85ebca6b)
    hash ^= bytes[middle] | (bytes[middle - 1] << 8) | (bytes[start + (length >> 2)] << 16)
  } else for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return Math.imul(hash, 0xc2b2ae35)
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}
