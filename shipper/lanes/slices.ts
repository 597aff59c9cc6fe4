/** Small look-up tables keyed by a slice of bytes, and copying: the express lane makes no strings. */

/** FNV-1a over a slice. */
export function hashSlice(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return hash >>> 0
}

export function equalSlices(a: Uint8Array, start: number, end: number, b: Uint8Array): boolean {
  if (end - start !== b.length) return false
  for (let at = 0; at < b.length; at++) if (a[start + at] !== b[at]) return false
  return true
}

/** Copies a slice and returns where it ends in the target. Short ones by hand: a call to set() costs more than the loop. */
export function copySlice(target: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length > 96) {
    target.set(bytes.subarray(start, end), at)
    return at + length
  }
  for (let from = start; from < end; from++) target[at++] = bytes[from]
  return at
}

export function copyAll(target: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let from = 0; from < bytes.length; from++) target[at++] = bytes[from]
  return at
}

export function sliceText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at])
  return text
}

/** A Buffer, as blocks and batches are: one class of byte arrays keeps the copying loops fast. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text)
}

/** Slice → value, computed once a distinct slice by `compute` (ASCII only). Forgets all when it has grown too large. */
export class SliceTable<T> {
  private readonly compute: (text: string) => T
  private readonly keys: (Uint8Array | undefined)[]
  private readonly values: T[]
  private readonly mask: number
  private used = 0

  /** `slots`: a power of two; half of them may fill. */
  constructor(slots: number, compute: (text: string) => T) {
    this.compute = compute
    this.keys = new Array(slots).fill(undefined)
    this.values = new Array(slots)
    this.mask = slots - 1
  }

  get(bytes: Uint8Array, start: number, end: number): T {
    let slot = hashSlice(bytes, start, end) & this.mask
    for (let key = this.keys[slot]; key !== undefined; key = this.keys[slot]) {
      if (equalSlices(bytes, start, end, key)) return this.values[slot]
      slot = (slot + 1) & this.mask
    }
    const value = this.compute(sliceText(bytes, start, end))
    if (this.used * 2 >= this.keys.length) {
      this.keys.fill(undefined)
      this.used = 0
      slot = hashSlice(bytes, start, end) & this.mask
    }
    this.keys[slot] = copyOf(bytes, start, end)
    this.values[slot] = value
    this.used++
    return value
  }
}

export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Buffer.from(bytes.subarray(start, end))
}
