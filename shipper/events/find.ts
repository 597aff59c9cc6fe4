/** Reads events back from the segments, newest or oldest first. Lines that cannot be meant are passed over as bytes. */
import type { EventDisk } from './disk.ts'
import type { LogEvent } from './event.ts'
import { asked, type EventFilter, FIELDS, MAX_FOUND, matcherOf } from './filter.ts'
import { LINE_END, readLine } from './line.ts'
import { readSegment, type Segment } from './segments.ts'

export interface Found {
  readonly events: LogEvent[]
  /** There are more: ask with `before: next`. */
  readonly next?: number
}

/**
 * Read for one answer, so that nobody waits long for the process meanwhile (a sixth of a second): in a larger log a page can
 * be short, even empty, and there are more.
 */
const MAX_READ_BYTES = 64 * 1024 * 1024

/** Newest first. Throws the disk's errors. */
export function findEvents(disk: EventDisk, segments: readonly Segment[], filter: EventFilter): Found {
  const limit = limitOf(filter)
  const { before = Number.POSITIVE_INFINITY } = filter
  const events: LogEvent[] = []
  const search = new Search(filter)
  let read = 0
  for (let i = segments.length - 1; i >= 0 && events.length <= limit; i--) {
    const segment = segments[i]
    if (segment.start >= before || !search.mayHold(segment)) continue
    if (read >= MAX_READ_BYTES) return { events, next: segment.last + 1 }
    read += segment.size
    search.read(readSegment(disk, segment, segment.size))
    for (let line = search.count - 1; line >= 0 && events.length <= limit; line--) {
      const event = search.event(line)
      if (event !== undefined && event.seq < before) events.push(event)
    }
  }
  if (events.length <= limit) return { events }
  events.pop()
  return { events, next: events[limit - 1].seq }
}

/** Oldest first, of those behind number `seq`. Throws the disk's errors. */
export function eventsSince(
  disk: EventDisk,
  segments: readonly Segment[],
  seq: number,
  filter: EventFilter,
): LogEvent[] {
  const limit = limitOf(filter)
  const { before = Number.POSITIVE_INFINITY } = filter
  const events: LogEvent[] = []
  const search = new Search(filter)
  for (const segment of segments) {
    if (segment.last <= seq || segment.start >= before || !search.mayHold(segment)) continue
    search.read(readSegment(disk, segment, segment.size))
    for (let line = 0; line < search.count && events.length < limit; line++) {
      const event = search.event(line)
      if (event !== undefined && event.seq > seq && event.seq < before) events.push(event)
    }
    if (events.length >= limit) break
  }
  return events
}

/** Of the newest events, newest first; `count` of them at most. Throws the disk's errors. */
export function newestKeys(disk: EventDisk, segments: readonly Segment[], count: number): string[] {
  const keys: string[] = []
  const search = new Search({ limit: 1 })
  for (let i = segments.length - 1; i >= 0 && keys.length < count; i--) {
    search.read(readSegment(disk, segments[i], segments[i].size))
    for (let line = search.count - 1; line >= 0 && keys.length < count; line--) {
      const event = search.event(line)
      if (event !== undefined && event.key !== '') keys.push(event.key)
    }
  }
  return keys
}

function limitOf({ limit }: EventFilter): number {
  return Math.max(1, Math.min(MAX_FOUND, Math.floor(limit) || 1))
}

/** Letters whose small form is one of ASCII, and that are none themselves: K of Kelvin, İ. */
const FOLDING = [Buffer.from('\u212a'), Buffer.from('\u0130')]

/** One segment's lines at a time: those that may be meant, read when they are asked for. */
class Search {
  private readonly filter: EventFilter
  private readonly isMeant: (event: LogEvent) => boolean
  /** Of each group one stands in every line that is meant. */
  private readonly needles: readonly (readonly Buffer[])[]
  private readonly text: Buffer | undefined
  private bytes: Buffer = Buffer.alloc(0)
  /** Start and end of each line, in pairs. */
  private lines: number[] = []

  constructor(filter: EventFilter) {
    this.filter = filter
    this.isMeant = matcherOf(filter)
    const groups = asked(filter).flatMap(([name, wanted]) => {
      const needles = FIELDS[name].needles?.(wanted)
      return needles === undefined ? [] : [needles.map((needle) => Buffer.from(needle))]
    })
    // The first is looked for in the whole segment; a single needle leaps from line to line.
    this.needles = groups.sort((a, b) => Math.min(a.length, 2) - Math.min(b.length, 2))
    this.text = foldedNeedle(filter.text)
  }

  mayHold({ since, until, events }: Segment): boolean {
    const { since: from = Number.NEGATIVE_INFINITY, until: to = Number.POSITIVE_INFINITY } = this.filter
    return events > 0 && until >= from && since < to
  }

  get count(): number {
    return this.lines.length / 2
  }

  read(bytes: Buffer): void {
    this.bytes = bytes
    this.lines = []
    const [first] = this.needles
    if (first?.length === 1) this.leap(bytes, first[0])
    else if (this.text !== undefined && !FOLDING.some((letter) => bytes.includes(letter))) {
      this.leap(Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1'), this.text)
    } else this.leap(bytes, NEW_LINE)
  }

  /** Lines in which the needle stands. `bytes`: those of the segment, or as many that differ in case. */
  private leap(bytes: Buffer, needle: Buffer): void {
    let start = 0
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, start)) {
      const end = bytes.indexOf(LINE_END, at)
      if (end < 0) return
      this.lines.push(at === start ? start : bytes.lastIndexOf(LINE_END, at - 1) + 1, end)
      start = end + 1
    }
  }

  event(line: number): LogEvent | undefined {
    const start = this.lines[2 * line]
    const end = this.lines[2 * line + 1]
    const bytes = this.bytes.subarray(start, end)
    if (!this.needles.every((group) => group.some((needle) => bytes.includes(needle)))) return undefined
    const event = readLine(this.bytes, start, end)?.event
    return event !== undefined && this.isMeant(event) ? event : undefined
  }
}

const NEW_LINE = Buffer.from([LINE_END])

/** The longest piece of ASCII as it stands in JSON, in small letters; other letters are folded when the event is read. */
function foldedNeedle(text: string | undefined): Buffer | undefined {
  const pieces = text?.toLowerCase().match(/[\u0000-\u007f]+/g) ?? []
  const longest = pieces.reduce((long, piece) => (piece.length > long.length ? piece : long), '')
  return longest === '' ? undefined : Buffer.from(JSON.stringify(longest).slice(1, -1))
}
