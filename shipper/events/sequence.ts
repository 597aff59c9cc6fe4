/**
 * Numbers of events: from 1, growing, none given twice, also when every segment is deleted or its end is lost in a power cut.
 * A file says up to where numbers may have been given; a process that was killed leaves a gap, never a number that comes again.
 */
import { join } from 'node:path'
import type { EventDisk } from './disk.ts'

/** So many are reserved with one write. */
const RESERVED = 1000
const NAME = 'sequence.json'

export class Sequence {
  private readonly disk: EventDisk
  private readonly path: string
  private next: number
  private reserved: number

  /** `last`: the highest number that stands in a segment; 0 when there is none. */
  constructor(disk: EventDisk, folder: string, last: number) {
    this.disk = disk
    this.path = join(folder, NAME)
    this.next = Math.max(last + 1, readNext(disk, this.path) ?? (last === 0 ? 1 : last + 1 + RESERVED))
    this.reserved = this.next
  }

  /** The next number, which is given with `taken`. Throws the disk's error when it cannot be reserved. */
  peek(): number {
    if (this.next >= this.reserved) {
      this.write(this.next + RESERVED)
      this.reserved = this.next + RESERVED
    }
    return this.next
  }

  taken(): void {
    this.next++
  }

  /** Gives back what was reserved and not given. */
  close(): void {
    if (this.reserved > this.next) this.write(this.next)
  }

  private write(next: number): void {
    this.disk.replace(this.path, `${JSON.stringify({ next })}\n`)
  }
}

/** Undefined when there is none that can be read. */
function readNext(disk: EventDisk, path: string): number | undefined {
  try {
    const { next } = JSON.parse(disk.readText(path)) as { next: number }
    return Number.isSafeInteger(next) && next > 0 ? next : undefined
  } catch {
    return undefined
  }
}
