/**
 * The bounded spool on disk for inputs that cannot be read again: what was acknowledged to a sender is on the disk, and
 * stays there until Loki has acknowledged it. Written at one end, a Source at the other.
 */
import { LongshipError } from '../errors.ts'
import { lockDirectory } from '../lock.ts'
import { newOrigin } from '../sources/origin.ts'
import type { Carried, Origin, Source, SourceEvent } from '../sources/source.ts'
import { sleep } from '../terms/sleep.ts'
import { type Disk, realDisk } from './disk.ts'
import { readAcknowledged, writeAcknowledged } from './progress.ts'
import { SpoolReader, type Stretch } from './reader.ts'
import { listSegments, type Segment, wholeBytes } from './segments.ts'
import { type Appended, SpoolWriter } from './writer.ts'

export interface SpoolOptions {
  readonly folder: string
  /** Of all segments together. */
  readonly maxBytes: number
  /** How often what Loki acknowledged is written down. */
  readonly saveMs?: number
  readonly disk?: Disk
  /** Takes the folder for this process; returns how to give it back. */
  readonly lock?: (folder: string) => () => void
}

/** A segment is deleted whole: with so many, an eighth of the room comes free at a time. */
const SEGMENTS = 8
const MAX_SEGMENT_BYTES = 32 * 1024 * 1024
const SAVE_MS = 1000
const READ_AGAIN_MS = 1000
/** That wait to be said. */
const MAX_PROBLEMS = 100
const LOCK_ADVICE = 'stop it or name another folder as spool.folder'

/** Throws a LongshipError when another process has the folder, or it cannot be used. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, disk = realDisk, lock = (path: string) => lockDirectory(path, LOCK_ADVICE) } = options
  const unusable = (error: unknown) =>
    error instanceof LongshipError
      ? error
      : new LongshipError('file', `cannot use the spool's folder ${folder}: ${(error as Error).message}`)
  try {
    disk.makeFolder(folder)
  } catch (error) {
    throw unusable(error)
  }
  const release = lock(folder)
  try {
    const segments = listSegments(disk, folder)
    const torn = await cutTornTail(disk, segments)
    const acknowledged = readAcknowledged(disk, folder)
    return new Spool({ ...options, disk }, segments, acknowledged, torn, release)
  } catch (error) {
    release()
    throw unusable(error)
  }
}

/** What was being written when the last process died was acknowledged to nobody. Bytes that were cut. */
async function cutTornTail(disk: Disk, segments: Segment[]): Promise<number> {
  const last = segments.at(-1)
  if (last === undefined) return 0
  const whole = wholeBytes(disk, last)
  const torn = last.size - whole
  if (torn > 0) await disk.truncate(last.path, whole)
  last.size = whole
  if (whole > 0) return torn
  segments.pop()
  disk.remove(last.path)
  return torn
}

export class Spool implements Source {
  /** Stretches of damage that were passed over: at least one entry each. */
  readonly dropped = new Map<string, number>()
  /** Bytes of a write that the last process did not finish. */
  readonly tornBytes: number
  private readonly disk: Disk
  private readonly options: SpoolOptions
  private readonly segments: Segment[]
  private readonly writer: SpoolWriter
  private readonly reader: SpoolReader
  /** By which the pipeline knows that its bytes are frames. */
  readonly origin: Origin = newOrigin('spool')
  private readonly release: () => void
  private readonly problems: { readonly path: string; readonly message: string }[] = []
  /** Closed before its reader was done: when Loki is given up. */
  private readonly stop = new AbortController()
  private listener: ((path: string, message: string) => void) | undefined
  private carried: Carried | undefined
  private acknowledged: number
  private saved: number
  private saving: Promise<void> | undefined
  private savedAt = Number.NEGATIVE_INFINITY
  private readonly readable = new Set<() => void>()
  private readonly roomy = new Set<() => void>()

  constructor(
    options: SpoolOptions & { disk: Disk },
    segments: Segment[],
    acknowledged: { offset: number; carried: Carried | undefined } | undefined,
    torn: number,
    release: () => void,
  ) {
    const { disk, folder, maxBytes } = options
    this.options = options
    this.disk = disk
    this.segments = segments
    this.tornBytes = torn
    this.release = release
    if (torn > 0) this.say(`its last write was not finished: ${torn} bytes that nobody was promised are cut off`)
    const last = segments.at(-1)
    const start = Math.max(acknowledged?.offset ?? 0, segments[0]?.start ?? 0)
    const end = Math.max(start, last === undefined ? 0 : last.start + last.size)
    this.acknowledged = start
    this.saved = start
    this.carried = acknowledged?.carried
    this.reader = new SpoolReader(disk, segments, start)
    this.writer = new SpoolWriter({
      disk,
      folder,
      maxBytes,
      segmentBytes: Math.min(MAX_SEGMENT_BYTES, Math.ceil(maxBytes / SEGMENTS)),
      segments,
      end,
      onStored: () => wake(this.readable),
      onFailure: (why) => this.say(`cannot be written: ${why}; what arrives is refused`),
    })
    this.deleteAcknowledged()
  }

  async append(payloads: readonly Uint8Array[]): Promise<Appended> {
    const appended = await this.writer.append(payloads)
    // All of it is acknowledged: what stands in the way is the segment in hand, which nothing would end.
    if (appended !== 'full' || this.acknowledged < this.writer.end) return appended
    await this.writer.roll()
    this.deleteAcknowledged()
    return this.writer.append(payloads)
  }

  /** For people: at once when somebody listens, since no event is asked for while Loki is away; else with the next. */
  tell(path: string, message: string): void {
    if (this.listener !== undefined) this.listener(path, message)
    else if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message })
    wake(this.readable)
  }

  listen(listener: (path: string, message: string) => void): void {
    this.listener = listener
    for (const { path, message } of this.problems.splice(0)) listener(path, message)
  }

  private say(message: string): void {
    this.tell(this.options.folder, message)
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.writer.bytes
  }

  /** Resolves when a segment was deleted since, or the signal aborts. */
  room(signal: AbortSignal): Promise<void> {
    return waitFor(this.roomy, signal)
  }

  async *events(given: AbortSignal): AsyncIterable<SourceEvent> {
    const signal = AbortSignal.any([given, this.stop.signal])
    let { carried } = this
    while (!signal.aborted) {
      for (const problem of this.problems.splice(0)) yield { kind: 'problem', ...problem }
      const stretch = this.read()
      if (stretch === 'failed') await sleep(READ_AGAIN_MS, signal)
      else if (stretch === undefined) await waitFor(this.readable, signal)
      else if (stretch.kind === 'frames') {
        const { bytes, offset } = stretch
        yield { kind: 'data', origin: this.origin, bytes, offset, ...(carried === undefined ? {} : { carried }) }
        carried = undefined
      } else {
        this.dropped.set('spool_damaged', (this.dropped.get('spool_damaged') ?? 0) + 1)
        const message = `${stretch.bytes} bytes from ${stretch.offset} on are damaged and passed over`
        yield { kind: 'problem', path: stretch.path, message }
      }
    }
  }

  commit({ id }: Origin, offset: number, carried?: Carried): void {
    if (id !== this.origin.id || offset <= this.acknowledged) return
    this.acknowledged = offset
    this.carried = carried
    this.deleteAcknowledged()
    // Of a clock that is never set back.
    const now = performance.now()
    if (now - this.savedAt < (this.options.saveMs ?? SAVE_MS)) return
    this.savedAt = now
    void this.save()
  }

  /** What was appended is on the disk, what was acknowledged is written down, and the folder is free. */
  async close(): Promise<void> {
    this.stop.abort()
    await this.writer.close()
    this.deleteAcknowledged()
    await this.save()
    this.release()
  }

  private read(): Stretch | 'failed' | undefined {
    try {
      return this.reader.next()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      this.say(`cannot be read: ${code ?? message}`)
      return 'failed'
    }
  }

  private deleteAcknowledged(): void {
    let isRoom = false
    for (let [first] = this.segments; first !== undefined; [first] = this.segments) {
      if (first === this.writer.open || first.start + first.size > this.acknowledged) break
      this.segments.shift()
      this.disk.remove(first.path)
      isRoom = true
    }
    if (isRoom) wake(this.roomy)
  }

  private async save(): Promise<void> {
    // Whoever waited with us may have begun the next.
    while (this.saving !== undefined) await this.saving
    const { acknowledged: offset, carried } = this
    if (offset === this.saved) return
    this.saving = writeAcknowledged(this.disk, this.options.folder, { offset, carried }).then(
      () => {
        this.saved = offset
      },
      (error: Error) => {
        this.say(`${error.message}; after a restart more than necessary is sent again`)
      },
    )
    await this.saving
    this.saving = undefined
  }
}

function wake(waiting: Set<() => void>): void {
  const woken = [...waiting]
  waiting.clear()
  for (const resolve of woken) resolve()
}

function waitFor(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      signal.removeEventListener('abort', done)
      waiting.delete(done)
      resolve()
    }
    waiting.add(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
