/** Which physical line an event starts on: framers say where events end in bytes, and people look for lines. */

const LINE_FEED = 0x0a
/** Ends that are passed are forgotten so many at a time. */
const FORGOTTEN = 4096

/** Bytes of a code unit, and which of them holds an ASCII character. */
interface Units {
  readonly bytes: 1 | 2
  readonly low: 0 | 1
}

const BYTES: Units = { bytes: 1, low: 0 }

export class LineNumbers {
  /** Where lines end that are not passed yet, from `first` on, ascending; positions in the origin. */
  private ends: number[] = []
  private first = 0
  private passed = 0
  private last = 0
  private units = BYTES
  private lastByte = 0

  /** bytes[0] stands at `offset`; blocks come in their order. */
  see(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return
    if (offset === 0) this.units = unitsOf(bytes)
    const isUnits = this.units.bytes === 2
    if (isUnits && this.units.low === 0 && offset % 2 === 1 && this.lastByte === LINE_FEED && bytes[0] === 0)
      this.ends.push(offset + 1)
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
      if (!isUnits) this.ends.push(offset + at + 1)
      else if (this.isLow(offset + at)) this.seeUnit(bytes, at, offset)
    }
    this.lastByte = bytes[bytes.length - 1]
  }

  /** Number, from 1, of the first of `lines` lines that end at `end`; later calls ask for later ends. */
  firstOf(lines: number, end: number): number {
    const { ends } = this
    const from = this.first
    while (this.first < ends.length && ends[this.first] <= end) this.first++
    const count = this.first - from
    // A last line without its end is not among them.
    const isOpen = count > 0 ? ends[this.first - 1] < end : this.last < end
    if (count > 0) this.last = ends[this.first - 1]
    this.passed += count
    if (this.first > FORGOTTEN) {
      this.ends = ends.slice(this.first)
      this.first = 0
    }
    return Math.max(1, this.passed + (isOpen ? 1 : 0) - lines + 1)
  }

  /** UTF-16: a byte of 10 is half of many characters. One whose other half is in the next block is told by that. */
  private seeUnit(bytes: Uint8Array, at: number, offset: number): void {
    const { low } = this.units
    const high = low === 0 ? at + 1 : at - 1
    const other = high < 0 ? this.lastByte : bytes[high]
    if (other === 0) this.ends.push(offset + at + 2 - low)
  }

  private isLow(position: number): boolean {
    return position % 2 === this.units.low
  }
}

/** By the byte order mark, as framing tells it. */
function unitsOf(bytes: Uint8Array): Units {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { bytes: 2, low: 0 }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { bytes: 2, low: 1 }
  return BYTES
}
