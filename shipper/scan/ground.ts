/**
 * What lines are cut from, looked over as a whole: one pass says where in the block a text may stand next, and each line
 * before that place is done with one comparison. It holds only for bytes that whoever has them says will not change: readers
 * fill the same memory again, and a line that was carried over from the block before is in memory of its own.
 */
import type { Keywords } from './keywords.ts'

/** The block that lines are cut from now. All that look at it share this. */
export class Ground {
  bytes: Uint8Array | undefined
  /** Of another block, or the same memory filled anew, it is another. */
  version = 0

  /** They hold what they hold until the next call. Undefined: nothing is known of any. */
  hold(bytes: Uint8Array | undefined): void {
    this.bytes = bytes
    this.version++
  }
}

/** Some keywords on one ground. */
export class Sweep {
  private readonly ground: Ground
  private readonly keywords: Keywords
  private version = -1
  /** No keyword stands in the ground from here on that ends at `next` or before. */
  private from = 0
  private next = 0

  constructor(ground: Ground, keywords: Keywords) {
    this.ground = ground
    this.keywords = keywords
  }

  /** True: bytes[start..end) are of the ground, and hold no keyword. False says nothing. */
  isClear(bytes: Uint8Array, start: number, end: number): boolean {
    const { ground } = this
    if (bytes !== ground.bytes) return false
    if (this.version !== ground.version) {
      this.version = ground.version
      this.look(bytes, start)
    } else if (start > this.next) this.look(bytes, start)
    // Lines come in their order: one that stands before is not worth a pass of its own.
    return start >= this.from && end <= this.next
  }

  private look(bytes: Uint8Array, start: number): void {
    const place = this.keywords.nextPlace(bytes, start, bytes.length)
    this.from = start
    this.next = place < 0 ? bytes.length : place
  }
}
