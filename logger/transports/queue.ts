/** Lines on their way, bounded in bytes. What does not fit any more goes where the owner says: a spool, or away. */

/** A line's object and its place in the queue, in bytes, beside its characters (one or two bytes each). */
const OVERHEAD_BYTES = 64

export interface LineQueue {
  readonly lines: number
  /** False: the queue is full, and the line is not in it. */
  push(line: string): boolean
  /** The oldest lines, at most so many; they count until done() is called, and without it are taken again. */
  take(count: number): string[]
  /** The lines taken last are where they should be. */
  done(): void
  /** Everything: taken and waiting, oldest first. The queue is empty then. */
  drain(): string[]
}

export function createQueue(maxBytes: number): LineQueue {
  let waiting: string[] = []
  /** Where the next line is: shifting an array of 100,000 lines each time would take longer than sending them. */
  let next = 0
  let taken: readonly string[] = []
  let bytes = 0
  const sizeOf = (line: string) => line.length * 2 + OVERHEAD_BYTES
  return {
    get lines() {
      return waiting.length - next + taken.length
    },
    push(line) {
      const size = sizeOf(line)
      if (bytes + size > maxBytes) return false
      bytes += size
      waiting.push(line)
      return true
    },
    take(count) {
      // What was taken and failed goes first again.
      if (taken.length > 0) return [...taken]
      const lines = waiting.slice(next, next + count)
      next += lines.length
      taken = lines
      if (next > waiting.length / 2) {
        waiting = waiting.slice(next)
        next = 0
      }
      return lines
    },
    done() {
      for (const line of taken) bytes -= sizeOf(line)
      taken = []
    },
    drain() {
      const all = [...taken, ...waiting.slice(next)]
      waiting = []
      next = 0
      taken = []
      bytes = 0
      return all
    },
  }
}
