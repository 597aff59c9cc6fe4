/**
 * The log as a source: the pipeline pushes its events to Loki as it pushes anything else. An offset is an event's number;
 * how far Loki has them is kept in the folder. What retention takes away before Loki had it is counted as dropped.
 */
import { newOrigin } from '../sources/origin.ts'
import type { Carried, Origin, Source, SourceEvent } from '../sources/source.ts'
import { type Disk, realDisk } from '../spool/disk.ts'
import { type Acknowledged, readAcknowledged, writeAcknowledged } from '../spool/progress.ts'
import { sleep } from '../terms/sleep.ts'
import type { EventDisk } from './disk.ts'
import { LINE_END, readLine } from './line.ts'
import { readSegment, type Segment } from './segments.ts'

export interface LogSourceOptions {
  readonly disk: EventDisk
  readonly folder: string
  /** Oldest first; grows and shrinks. */
  readonly segments: readonly Segment[]
  readonly onProblem: (message: string) => void
  readonly progressDisk?: Pick<Disk, 'readText' | 'replace'>
}

const BLOCK_BYTES = 256 * 1024
const SAVE_MS = 1000
const READ_AGAIN_MS = 1000

export class LogSource implements Source {
  /** Events that did not get as far as the pipeline. */
  readonly dropped = new Map<string, number>()
  /** By which the pipeline knows that its bytes are events. */
  readonly origin: Origin = newOrigin('events')
  private readonly options: LogSourceOptions
  private readonly disk: Pick<Disk, 'readText' | 'replace'>
  private stop = new AbortController()
  private readonly waiting = new Set<() => void>()
  /** The number of the last event that was handed over. */
  private cursor: number
  /** Where in which segment the next block begins. */
  private place: { readonly segment: Segment; readonly at: number } | undefined
  private acknowledged: Acknowledged
  private saved: number
  private saving: Promise<void> | undefined
  private savedAt = 0
  private isFinishing = false

  constructor(options: LogSourceOptions) {
    this.options = options
    this.disk = options.progressDisk ?? realDisk
    this.acknowledged = readAcknowledged(this.disk, options.folder) ?? { offset: 0, carried: undefined }
    this.saved = this.acknowledged.offset
    this.cursor = this.saved
  }

  /** An event was stored. */
  wake(): void {
    const woken = [...this.waiting]
    this.waiting.clear()
    for (const resolve of woken) resolve()
  }

  /** Ends when all that is stored now was read: nothing more is coming. */
  finish(): void {
    this.isFinishing = true
    this.wake()
  }

  drop(reason: string, count: number): void {
    if (count > 0) this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count)
  }

  /** Events of a segment that the pipeline has not seen. Throws the disk's errors. */
  unseen(segment: Segment): number {
    if (segment.last <= this.cursor) return 0
    if (this.cursor < segment.start) return segment.events
    let unseen = 0
    eachLine(readSegment(this.options.disk, segment, segment.size), (bytes, start, end) => {
      const number = readLine(bytes, start, end)?.event.seq
      if (number !== undefined && number > this.cursor) unseen++
    })
    return unseen
  }

  /** Retention has deleted it: what of it was unseen is lost to Loki. */
  lose(segment: Segment, unseen: number): void {
    this.drop('event_log_full', unseen)
    this.cursor = Math.max(this.cursor, segment.last)
  }

  async *events(given: AbortSignal): AsyncIterable<SourceEvent> {
    // Another pipeline may have read before: what Loki did not take then comes again.
    this.stop = new AbortController()
    this.cursor = this.acknowledged.offset
    this.place = undefined
    this.isFinishing = false
    const signal = AbortSignal.any([given, this.stop.signal])
    let { carried } = this.acknowledged
    while (!signal.aborted) {
      const { isFinishing } = this
      const block = this.next()
      if (block === 'failed') await sleep(READ_AGAIN_MS, signal)
      else if (block !== undefined) {
        const { bytes, offset } = block
        yield { kind: 'data', origin: this.origin, bytes, offset, ...(carried === undefined ? {} : { carried }) }
        carried = undefined
      } else if (isFinishing) return
      else await this.woken(signal)
    }
  }

  commit({ id }: Origin, offset: number, carried?: Carried): void {
    if (id !== this.origin.id || offset <= this.acknowledged.offset) return
    this.acknowledged = { offset, carried }
    const now = Date.now()
    if (now - this.savedAt < SAVE_MS) return
    this.savedAt = now
    void this.save()
  }

  /** What Loki has is written down. The log stays open: others read it. */
  async close(): Promise<void> {
    this.stop.abort()
    await this.save()
  }

  private next(): { bytes: Buffer; offset: number } | 'failed' | undefined {
    try {
      for (;;) {
        const { segments } = this.options
        const segment = segments.find(({ last }) => last > this.cursor)
        if (segment === undefined) return undefined
        const block = this.block(segment)
        if (block !== undefined) return block
        // Nothing in the rest of it can be read: somebody else has been at it.
        const left = segment.last - Math.max(this.cursor, segment.start - 1)
        this.drop('event_log_damaged', Math.min(left, segment.events))
        this.cursor = segment.last
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      this.options.onProblem(`cannot be read: ${code ?? message}; its events go to Loki later`)
      return 'failed'
    }
  }

  /** Whole lines from where the last block ended. Undefined: no event that is whole, up to the segment's end. */
  private block(segment: Segment): { bytes: Buffer; offset: number } | undefined {
    let at = this.place?.segment === segment ? this.place.at : this.seek(segment)
    const { cursor } = this
    while (at < segment.size) {
      const bytes = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, segment.size - at))
      const length = this.options.disk.read(segment.path, bytes, at)
      const end = bytes.subarray(0, length).lastIndexOf(LINE_END) + 1
      // No line is so long: what stands here is damage.
      if (end === 0) at += Math.max(1, length)
      else {
        at += end
        this.place = { segment, at }
        this.cursor = lastNumber(bytes, end) ?? this.cursor
        if (at >= segment.size) this.cursor = Math.max(this.cursor, segment.last)
        return { bytes: bytes.subarray(0, end), offset: cursor }
      }
      if (length === 0) return undefined
    }
    return undefined
  }

  /** Where the first event behind the cursor stands. */
  private seek(segment: Segment): number {
    if (this.cursor < segment.start) return 0
    let behind = 0
    eachLine(readSegment(this.options.disk, segment, segment.size), (bytes, start, end) => {
      const number = readLine(bytes, start, end)?.event.seq
      if (number !== undefined && number <= this.cursor) behind = end + 1
    })
    return behind
  }

  private woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done)
        this.waiting.delete(done)
        resolve()
      }
      this.waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  private async save(): Promise<void> {
    // Whoever waited with us may have begun the next.
    while (this.saving !== undefined) await this.saving
    const { acknowledged } = this
    if (acknowledged.offset === this.saved) return
    this.saving = writeAcknowledged(this.disk, this.options.folder, acknowledged).then(
      () => {
        this.saved = acknowledged.offset
      },
      (error: Error) => this.options.onProblem(`${error.message}; after a restart more than necessary is sent again`),
    )
    await this.saving
    this.saving = undefined
  }
}

function eachLine(bytes: Buffer, see: (bytes: Buffer, start: number, end: number) => void): void {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, start)
    if (end < 0) return
    see(bytes, start, end)
    start = end + 1
  }
}

/** Of the last event that is whole. */
function lastNumber(bytes: Buffer, end: number): number | undefined {
  for (let lineEnd = end - 1; lineEnd >= 0; ) {
    const start = lineEnd === 0 ? 0 : bytes.lastIndexOf(LINE_END, lineEnd - 1) + 1
    const number = readLine(bytes, start, lineEnd)?.event.seq
    if (number !== undefined) return number
    lineEnd = start - 1
  }
  return undefined
}
