/** Short texts that came before, and which rules match them: programs say the same few things again and again. */

/** A power of two: a text takes the place of another that fell to the same slot. */
const SLOTS = 4096

interface Verdict {
  readonly name: number
  readonly text: Uint8Array
  readonly matches: readonly number[]
}

export class Verdicts {
  private readonly slots: (Verdict | undefined)[] = new Array(SLOTS).fill(undefined)
  /** Of the texts that came last: one that never comes again is not worth a copy. */
  private readonly once = new Int32Array(SLOTS)

  /** Undefined: not known. */
  get(name: number, bytes: Uint8Array, start: number, end: number): readonly number[] | undefined {
    const length = end - start
    const known = this.slots[slotOf(hashOf(name, bytes, start, end))]
    if (known === undefined || known.name !== name || known.text.length !== length) return undefined
    for (let i = 0; i < length; i++) if (known.text[i] !== bytes[start + i]) return undefined
    return known.matches
  }

  set(name: number, bytes: Uint8Array, start: number, end: number, matches: readonly number[]): void {
    const hash = hashOf(name, bytes, start, end)
    const slot = slotOf(hash)
    if (this.once[slot] === hash) {
      this.slots[slot] = { name, text: Buffer.from(bytes.subarray(start, end)), matches }
    } else this.once[slot] = hash
  }
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
