/**
 * The event log: what was found is in a file before anybody is told of it, stays there within bounds of age and size, and is
 * read back from there. In memory are only the segments' bounds and the newest keys.
 */
import { LongshipError } from '../errors.ts'
import { lockDirectory } from '../lock.ts'
import { type EventDisk, realDisk } from './disk.ts'
import type { LogEvent, NewEvent } from './event.ts'
import type { EventFilter } from './filter.ts'
import { eventsSince, type Found, findEvents, newestKeys } from './find.ts'
import { MAX_KEYS, RecentKeys } from './keys.ts'
import { Listeners } from './listeners.ts'
import { listSegments, type Segment, scanSegment } from './segments.ts'
import { Sequence } from './sequence.ts'
import { LogSource } from './source.ts'
import { codeOf, refusalOf, Troubles } from './troubles.ts'
import { EventWriter } from './writer.ts'

export { type EventFilter, MAX_FOUND, matcherOf } from './filter.ts'
export { type EventJson, eventJson } from './json.ts'

export interface EventLogOptions {
  readonly folder: string
  /** Since it was appended. */
  readonly maxAgeMs: number
  /** Of all segments together. */
  readonly maxBytes: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onProblem: (path: string, message: string) => void
  /** How long after an append it is sure to survive a power cut, not only a kill: fdatasync in batches. */
  readonly syncMs?: number | undefined
  readonly disk?: EventDisk
  /** Takes the folder for this process; returns how to give it back. */
  readonly lock?: (folder: string) => () => void
}

export interface EventLogStats {
  readonly events: number
  readonly bytes: number
  /** 0 when there is none. */
  readonly oldest_seq: number
  readonly newest_seq: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  /** Lines of segments that were no whole event when the log was opened. */
  readonly damaged: number
  /** Bytes at the end that the last process did not finish, cut off. */
  readonly torn_bytes: number
}

export interface EventLog {
  /** Stored in a file when it returns, and told to who listens. Undefined: its key was there before, or the disk refused. */
  append(event: NewEvent): LogEvent | undefined
  /** Newest first. */
  find(filter: EventFilter): Found
  /** Oldest first, of numbers behind `seq`: what somebody missed who has seen that one. */
  since(seq: number, filter: EventFilter): LogEvent[]
  /** Called with each event once it is stored, in order; a listener that throws harms nobody. Returns how to end it. */
  subscribe(listener: (event: LogEvent) => void): () => void
  readonly folder: string
  readonly source: LogSource
  stats(): EventLogStats
  close(): Promise<void>
}

/** A segment is deleted whole: with so many, an eighth of the events goes at a time. */
const SEGMENTS = 8
const MAX_SEGMENT_BYTES = 1024 * 1024
const SYNC_MS = 200
/** A log that nobody writes to and nobody asks gets old as well. */
const SWEEP_MS = 60_000
const LOCK_ADVICE = 'stop it or name another folder as scan.folder'

/** Throws a LongshipError when another process has the folder, or it cannot be used. */
export function openEventLog(options: EventLogOptions): EventLog {
  const { folder, disk = realDisk, lock = (path: string) => lockDirectory(path, LOCK_ADVICE) } = options
  try {
    disk.makeFolder(folder)
  } catch (error) {
    throw new LongshipError('file', `cannot use the event log's folder ${folder}: ${(error as Error).message}`)
  }
  const release = lock(folder)
  try {
    return new StoredLog({ ...options, disk }, release)
  } catch (error) {
    release()
    if (error instanceof LongshipError) throw error
    throw new LongshipError('file', `cannot use the event log's folder ${folder}: ${(error as Error).message}`)
  }
}

class StoredLog implements EventLog {
  readonly folder: string
  readonly source: LogSource
  private readonly options: EventLogOptions & { disk: EventDisk }
  private readonly release: () => void
  private readonly segments: Segment[] = []
  private readonly keys = new RecentKeys()
  private readonly sequence: Sequence
  private readonly writer: EventWriter
  private readonly troubles: Troubles
  private readonly listeners: Listeners
  private readonly refused = new Map<string, number>()
  private readonly sweeping: NodeJS.Timeout
  private isClosed = false
  private duplicates = 0
  private damaged = 0
  private tornBytes = 0

  constructor(options: EventLogOptions & { disk: EventDisk }, release: () => void) {
    const { folder, disk, maxBytes, maxAgeMs } = options
    this.options = options
    this.folder = folder
    this.release = release
    this.troubles = new Troubles((message) => options.onProblem(folder, message))
    this.listeners = new Listeners((error) => this.troubles.is('listener', `one that listens failed: ${codeOf(error)}`))
    const isWhole = this.load()
    this.sequence = new Sequence(disk, folder, this.segments.at(-1)?.last ?? 0)
    this.source = new LogSource({
      disk,
      folder,
      segments: this.segments,
      onProblem: (message) => this.troubles.is('source', message),
    })
    const segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS))
    this.writer = new EventWriter({
      disk,
      folder,
      maxBytes,
      segmentBytes,
      segmentAgeMs: maxAgeMs / SEGMENTS,
      sequence: this.sequence,
      syncMs: 'syncMs' in options ? options.syncMs : SYNC_MS,
      segments: this.segments,
      drop: (segment) => this.drop(segment),
      onSyncFailed: (error) =>
        this.troubles.is('sync', `what was stored may not survive a power cut: ${codeOf(error)}`),
    })
    if (isWhole) this.resume()
    this.sweep()
    this.sweeping = setInterval(() => this.sweep(), SWEEP_MS)
    this.sweeping.unref()
  }

  append(event: NewEvent): LogEvent | undefined {
    if (event.key !== '' && this.keys.has(event.key)) {
      this.duplicates++
      return undefined
    }
    const stored = this.write(event)
    if (stored === undefined) return undefined
    this.keys.add(event.key)
    this.source.wake()
    this.listeners.tell(stored)
    return stored
  }

  find(filter: EventFilter): Found {
    this.sweep()
    return this.read(() => findEvents(this.options.disk, this.segments, filter), { events: [] })
  }

  since(seq: number, filter: EventFilter): LogEvent[] {
    return this.read(() => eventsSince(this.options.disk, this.segments, seq, filter), [])
  }

  subscribe(listener: (event: LogEvent) => void): () => void {
    return this.listeners.add(listener)
  }

  stats(): EventLogStats {
    this.sweep()
    return {
      events: this.segments.reduce((events, segment) => events + segment.events, 0),
      bytes: this.segments.reduce((bytes, { size }) => bytes + size, 0),
      oldest_seq: this.segments.find(({ events }) => events > 0)?.start ?? 0,
      newest_seq: this.segments.findLast(({ events }) => events > 0)?.last ?? 0,
      duplicates: this.duplicates,
      refused: Object.fromEntries(this.refused),
      damaged: this.damaged,
      torn_bytes: this.tornBytes,
    }
  }

  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    clearInterval(this.sweeping)
    this.listeners.clear()
    await this.source.close()
    await this.writer.close()
    try {
      this.sequence.close()
    } catch {
      // A gap in the numbers is all that comes of it.
    }
    this.release()
  }

  /** False when the newest segment cannot be read: then nothing is written behind an older one. */
  private load(): boolean {
    const { disk, folder, onProblem } = this.options
    let isWhole = true
    for (const segment of listSegments(disk, folder)) {
      try {
        const { lines, tail } = scanSegment(disk, segment)
        this.damaged += lines
        this.tornBytes += tail
        if (lines > 0) onProblem(segment.path, `${lines} lines are no whole event and are passed over`)
        this.segments.push(segment)
        isWhole = true
      } catch (error) {
        isWhole = false
        onProblem(segment.path, `cannot be read: ${codeOf(error)}; its events are left out`)
      }
    }
    this.keys.fill(newestKeys(disk, this.segments, MAX_KEYS))
    return isWhole
  }

  /** Goes on in the newest segment; where that cannot be written, a new one begins. */
  private resume(): void {
    const newest = this.segments.at(-1)
    if (newest === undefined) return
    try {
      this.writer.resume(newest)
    } catch (error) {
      this.options.onProblem(newest.path, `cannot be written: ${codeOf(error)}`)
      this.writer.release()
    }
  }

  private write(event: NewEvent): LogEvent | undefined {
    if (this.isClosed) return this.refuse('closed')
    const { now } = this.options
    try {
      this.sweep()
      const stored = this.writer.append(event, now())
      if (typeof stored === 'string') return this.refuse(stored)
      this.troubles.isOver('write')
      return stored
    } catch (error) {
      this.troubles.is('write', `cannot be written: ${codeOf(error)}; events are refused and counted`)
      return this.refuse(refusalOf(error))
    }
  }

  private refuse(reason: string): undefined {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1)
    return undefined
  }

  /** Deletes what is too old. */
  private sweep(): void {
    const { now, maxAgeMs } = this.options
    const oldest = now() - maxAgeMs
    try {
      for (let [first] = this.segments; first !== undefined && first.lastAt < oldest; [first] = this.segments) {
        if (this.segments.length === 1) this.writer.release()
        this.drop(first)
      }
      this.troubles.isOver('delete')
    } catch (error) {
      this.troubles.is('delete', `what is too old cannot be deleted: ${codeOf(error)}`)
    }
  }

  private drop(segment: Segment): void {
    const unseen = this.source.unseen(segment)
    this.options.disk.remove(segment.path)
    this.segments.shift()
    this.source.lose(segment, unseen)
  }

  private read<T>(ask: () => T, nothing: T): T {
    try {
      const answer = ask()
      this.troubles.isOver('read')
      return answer
    } catch (error) {
      this.troubles.is('read', `cannot be read: ${codeOf(error)}`)
      return nothing
    }
  }
}
