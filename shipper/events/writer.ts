/** The end of the log at which events are written: one write each, whole or not at all, into segments that are full or old some time. */
import type { EventDisk, EventFile } from './disk.ts'
import type { LogEvent, NewEvent } from './event.ts'
import { MAX_LINE_BYTES, writeLine } from './line.ts'
import { addEvent, newSegment, type Segment } from './segments.ts'
import type { Sequence } from './sequence.ts'

export interface WriterOptions {
  readonly disk: EventDisk
  readonly folder: string
  readonly sequence: Sequence
  /** Of all segments together. */
  readonly maxBytes: number
  /** A segment is closed at this size, or when its first event is this old. */
  readonly segmentBytes: number
  readonly segmentAgeMs: number
  /** How long an event may be in the system's memory only; undefined: as long as the system likes. */
  readonly syncMs: number | undefined
  /** Oldest first; what is written is added here. */
  readonly segments: Segment[]
  /** Deletes the oldest. Throws the disk's errors. */
  readonly drop: (segment: Segment) => void
  readonly onSyncFailed: (error: Error) => void
}

export class EventWriter {
  private readonly options: WriterOptions
  private file: EventFile | undefined
  /** The segment that `file` is. */
  private open: Segment | undefined
  private syncing: NodeJS.Timeout | undefined
  private syncs: Promise<unknown> = Promise.resolve()

  constructor(options: WriterOptions) {
    this.options = options
  }

  /** Writes the event before it returns. Throws the disk's errors, and then it is not in the log. */
  append(event: NewEvent, at: number): LogEvent | 'too_large' | 'no_time' {
    const { sequence, segments, maxBytes, segmentBytes } = this.options
    const seq = sequence.peek()
    const line = writeLine(event, seq, at)
    if (line === undefined) return 'no_time'
    if (line.length > Math.min(MAX_LINE_BYTES, maxBytes / 2)) return 'too_large'
    if (this.open !== undefined && this.isDone(this.open, line.length, at, segmentBytes)) this.release()
    let bytes = line.length
    for (const { size } of segments) bytes += size
    while (bytes > maxBytes && segments.length > 0) {
      const [oldest] = segments
      if (oldest === this.open) this.release()
      this.options.drop(oldest)
      bytes -= oldest.size
    }
    this.write(seq, line)
    sequence.taken()
    const stored: LogEvent = { ...event, seq }
    addEvent(this.open as Segment, { seq, at, time: event.time }, line.length)
    this.syncSoon()
    return stored
  }

  /** Events that come belong into another file. */
  release(): void {
    const { file } = this
    this.file = undefined
    this.open = undefined
    clearTimeout(this.syncing)
    this.syncing = undefined
    if (file === undefined) return
    const { syncMs, onSyncFailed } = this.options
    // Not before the syncs that run have ended: its number may be another file's by then.
    if (syncMs === undefined) closeQuietly(file)
    else this.syncs = Promise.all([this.syncs, file.sync().catch(onSyncFailed)]).then(() => closeQuietly(file))
  }

  async close(): Promise<void> {
    this.release()
    await this.syncs
  }

  /** Goes on in this segment: the newest that the last process left. */
  resume(segment: Segment): void {
    this.file = this.options.disk.open(segment.path)
    this.open = segment
    // What the last process did not finish.
    this.file.truncate(segment.size)
  }

  private isDone({ size, firstAt }: Segment, more: number, at: number, segmentBytes: number): boolean {
    return size > 0 && (size + more > segmentBytes || at - firstAt > this.options.segmentAgeMs)
  }

  private write(seq: number, line: Buffer): void {
    const { disk, folder, segments } = this.options
    if (this.open === undefined) {
      const segment = newSegment(folder, seq)
      this.file = disk.open(segment.path)
      this.open = segment
      segments.push(segment)
    }
    const file = this.file as EventFile
    const { size } = this.open
    try {
      file.write(line, size)
    } catch (error) {
      this.giveUp(file, this.open)
      throw error
    }
  }

  /** Half an event must not stand where it would be read; where it cannot be cut off, a new segment begins. */
  private giveUp(file: EventFile, segment: Segment): void {
    try {
      file.truncate(segment.size)
    } catch {
      this.release()
      // Its number is free for the next, and so is its name.
      if (segment.size === 0) this.options.segments.pop()
    }
  }

  private syncSoon(): void {
    const { syncMs, onSyncFailed } = this.options
    if (syncMs === undefined || this.syncing !== undefined) return
    this.syncing = setTimeout(() => {
      this.syncing = undefined
      if (this.file !== undefined) this.syncs = Promise.all([this.syncs, this.file.sync().catch(onSyncFailed)])
    }, syncMs)
    this.syncing.unref()
  }
}

/** What was written stands; a file that cannot be closed is none of its writer's business. */
function closeQuietly(file: EventFile): void {
  try {
    file.close()
  } catch {
    // The system has let go of it all the same.
  }
}
