/** Which physical line an event starts on: framers say where events end in bytes, and people look for lines. */

const LINE_FEED = 0x0a

export class LineNumbers {
  /** Where lines end that are not passed yet, ascending; positions in the origin. */
  private ends: number[] = []
  private passed = 0

  /** bytes[0] stands at `offset`; blocks come in their order. */
  see(bytes: Uint8Array, offset: number): void {
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1))
      this.ends.push(offset + at + 1)
  }

  /** Number, from 1, of the first of `lines` lines that end at `end`; later calls ask for later ends. */
  firstOf(lines: number, end: number): number {
    let count = 0
    while (count < this.ends.length && this.ends[count] <= end) count++
    // A last line without its end is not among them.
    const isOpen = count > 0 ? this.ends[count - 1] < end : this.last < end
    if (count > 0) this.last = this.ends[count - 1]
    this.ends = this.ends.slice(count)
    this.passed += count
    return Math.max(1, this.passed + (isOpen ? 1 : 0) - lines + 1)
  }

  private last = 0
}
