/**
 * Files and globs as a source. Follows them through rotation, truncation, deletion; or reads them once, in order.
 * What is acknowledged is kept in a positions file, so that a restart goes on where Loki's acknowledgement stopped.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, realClock } from './clock.ts'
import { explain } from './discover.ts'
import { readOnce } from './once.ts'
import type { PositionsFile } from './positions.ts'
import type { Carried, Origin, Source, SourceEvent } from './source.ts'
import type { Tail } from './tail.ts'
import { Tracker, type TrackerOptions } from './tracker.ts'
import { watchDirectories } from './watch.ts'

export interface FileSourceOptions extends TrackerOptions {
  /** Reads to the end, compressed files too, and ends. */
  readonly once?: boolean
  /** Undefined: nothing is kept. */
  readonly positions?: PositionsFile | undefined
  /** Bytes read at a time and file: between them other files have their turn. */
  readonly blockBytes?: number
  /** How often open files are looked at for new bytes. */
  readonly pollMs?: number
  /** How often paths are looked at for new, renamed and vanished files, and positions are written. */
  readonly lookMs?: number
  /** How long without a byte until `idle` is said. */
  readonly idleMs?: number
  /** How long a file that was rotated away is still read: its writer may not have let go of it. */
  readonly rotateWaitMs?: number
  /** Let the file system tell of renamed and new files besides looking for them. */
  readonly watch?: boolean
  readonly clock?: Clock
  /** What goes wrong when no event can say it any more: the last save of positions, on close. */
  readonly report?: (message: string) => void
}

const DEFAULTS = {
  blockBytes: 512 * 1024,
  pollMs: 200,
  lookMs: 1000,
  idleMs: 500,
  rotateWaitMs: 5000,
  watch: true,
  report: console.error,
}

/** A busy consumer hands back no turn of the event loop: signals and timers get one after so many blocks. */
const BLOCKS_A_TURN = 8

export function createFileSource(options: FileSourceOptions): Source {
  return new FileSource(options)
}

class FileSource implements Source {
  readonly #options: FileSourceOptions & typeof DEFAULTS & { clock: Clock }
  readonly #tracker: Tracker
  readonly #tails = new Map<number, Tail>()
  readonly #positions: PositionsFile | undefined
  /** One block for all: the consumer is done with it when it asks for the next event. */
  readonly #block: Buffer
  #isDirty = false
  #saving: Promise<void> | undefined
  #saveProblem: string | undefined
  #wake = new AbortController()
  readonly #stop = new AbortController()
  /** Those whose silence has not been told. */
  readonly #loud = new Set<Tail>()
  #watched: { refresh(): void; close(): void } | undefined

  constructor(options: FileSourceOptions) {
    this.#options = { ...DEFAULTS, clock: realClock, ...defined(options) }
    this.#positions = options.positions
    this.#tracker = new Tracker(options, options.positions?.loaded ?? [], options.positions?.isFirstRun ?? true)
    this.#block = Buffer.allocUnsafeSlow(this.#options.blockBytes)
  }

  async *events(signal: AbortSignal): AsyncIterable<SourceEvent> {
    const stop = AbortSignal.any([signal, this.#stop.signal])
    const warning = this.#positions?.warning
    if (warning) yield { kind: 'problem', path: 'positions', message: warning }
    const upkeep = this.#upkeep(stop)
    try {
      yield* this.#options.once ? this.#once(stop) : this.#follow(stop)
    } finally {
      this.#stop.abort()
      await upkeep
    }
  }

  commit(origin: Origin, offset: number, carried?: Carried): void {
    const tail = this.#tails.get(origin.id)
    if (!tail) return
    tail.committed = offset
    if (carried) tail.carried = carried
    this.#isDirty = true
    // A generation that is over, and delivered, needs no more memory here.
    if (tail.hasEnded && offset >= tail.offset) this.#tails.delete(origin.id)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#watched?.close()
    await this.#save()
    this.#tracker.files.close()
    if (this.#saveProblem !== undefined) this.#options.report(this.#saveProblem)
  }

  async *#once(signal: AbortSignal): AsyncIterable<SourceEvent> {
    const { paths, exclude } = this.#options
    let blocks = 0
    const options = { paths, exclude: exclude ?? [] }
    for await (const event of readOnce(options, this.#block, this.#tracker, this.#tails, signal)) {
      yield event
      yield* this.#problems()
      if (++blocks % BLOCKS_A_TURN === 0) await nextTurn()
      if (signal.aborted) return
    }
  }

  async *#follow(signal: AbortSignal): AsyncIterable<SourceEvent> {
    const { clock, pollMs } = this.#options
    this.#look()
    let blocks = 0
    while (!signal.aborted) {
      let isBusy = false
      for (const tail of [...this.#tracker.ready]) {
        const event = this.#read(tail)
        if (!event) continue
        isBusy = true
        yield event
        if (signal.aborted) return
        if (++blocks % BLOCKS_A_TURN === 0) await nextTurn()
      }
      yield* this.#problems()
      yield* this.#quiet(clock.now())
      if (!isBusy) await this.#sleep(pollMs, signal)
      for (const tail of this.#tracker.files) this.#tracker.ready.add(tail)
    }
  }

  /** One block of one file. Undefined: nothing to read now. */
  #read(tail: Tail): SourceEvent | undefined {
    const { clock } = this.#options
    const tracker = this.#tracker
    if (tail.after && !tail.after.isDrained) return undefined
    tail.after = undefined
    this.#tails.set(tail.origin.id, tail)
    try {
      if (!tracker.ensureOpen(tail)) return undefined
      const now = clock.now()
      if (!tail.isIntact(now)) return void tracker.restart(tail, now)
      const offset = tail.offset
      const length = tail.read(this.#block)
      if (length > 0) {
        tail.lastData = now
        this.#loud.add(tail)
        return {
          kind: 'data',
          origin: tail.origin,
          bytes: this.#block.subarray(0, length),
          offset,
          ...tail.takeCarried(),
        }
      }
      if (tail.isShorter()) return void tracker.restart(tail, now)
      tail.isDrained = true
      tracker.ready.delete(tail)
    } catch (error) {
      tracker.ready.delete(tail)
      tracker.fail(tail, explain((error as NodeJS.ErrnoException).code))
    }
    return undefined
  }

  /** What silence says: events that wait for a continuation may go, generations that were drained are over. */
  *#quiet(now: number): Iterable<SourceEvent> {
    const { idleMs, rotateWaitMs } = this.#options
    const tracker = this.#tracker
    for (const tail of this.#loud) {
      // A consumer that was slow is no silence: what is still ready has more to read, perhaps the rest of an event.
      if (now - tail.lastData < idleMs || tracker.ready.has(tail)) continue
      this.#loud.delete(tail)
      yield { kind: 'idle', origin: tail.origin }
    }
    for (const tail of [...tracker.rotated]) {
      if (tail.isDrained && !tail.after && now - tail.lastData >= rotateWaitMs) tracker.end(tail)
    }
    for (const tail of tracker.ended.splice(0)) {
      this.#loud.delete(tail)
      if (tail.committed >= tail.offset) this.#tails.delete(tail.origin.id)
      yield { kind: 'end', origin: tail.origin }
    }
  }

  *#problems(): Iterable<SourceEvent> {
    for (const problem of this.#tracker.problems.splice(0)) yield { kind: 'problem', ...problem }
  }

  #look(): void {
    const { clock, watch, paths } = this.#options
    try {
      this.#tracker.look(clock.now())
    } catch (error) {
      this.#tracker.problems.push({ path: paths.join(', '), message: explain((error as NodeJS.ErrnoException).code) })
    }
    this.#isDirty ||= this.#positions !== undefined
    if (watch) this.#watched ??= watchDirectories(paths, () => this.#wake.abort())
    this.#watched?.refresh()
  }

  /** Runs beside a consumer that may be stalled: what is rotated away meanwhile must be opened before it is gone. */
  async #upkeep(signal: AbortSignal): Promise<void> {
    const { clock, lookMs, once } = this.#options
    let took = 0
    while (!signal.aborted) {
      // Ten thousand files are looked at less often, so that looking stays a small part of the work.
      await this.#sleep(Math.max(lookMs, took * 20), signal)
      if (signal.aborted) return
      const begun = clock.now()
      if (!once) this.#look()
      took = clock.now() - begun
      await this.#save()
    }
  }

  /** Sleeps, but not over something that the file system tells. */
  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#wake.signal.aborted) this.#wake = new AbortController()
    await this.#options.clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal]))
  }

  /** One save at a time; what is committed meanwhile goes with the next. */
  async #save(): Promise<void> {
    await this.#saving
    if (!this.#positions || !this.#isDirty) return
    this.#isDirty = false
    this.#saving = this.#positions.save(this.#tracker.positions()).then(
      () => {
        this.#saveProblem = undefined
      },
      (error: Error) => {
        this.#isDirty = true
        if (this.#saveProblem !== error.message)
          this.#tracker.problems.push({ path: 'positions', message: error.message })
        this.#saveProblem = error.message
      },
    )
    await this.#saving
  }
}

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
