/** Drives a file source by hand: its clock stands still until a test moves it, and nothing waits for real time. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../shipper/sources/clock.ts'
import { createFileSource, type FileSourceOptions } from '../../shipper/sources/file.ts'
import type { Position, PositionsFile } from '../../shipper/sources/positions.ts'
import type { Carried, Origin, Source, SourceEvent } from '../../shipper/sources/source.ts'

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'longship-sources-'))
}

export class ManualClock implements Clock {
  time = 1_000_000
  #sleepers: { due: number; wake: () => void }[] = []

  now(): number {
    return this.time
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#sleepers.push({ due: this.time + ms, wake: resolve })
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  advance(ms: number): void {
    this.time += ms
    const due = this.#sleepers.filter((sleeper) => sleeper.due <= this.time)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > this.time)
    for (const { wake } of due) wake()
  }
}

/** One read of a follower: the text by origin, in the order of arrival. */
export class Follower {
  readonly clock = new ManualClock()
  readonly source: Source
  readonly texts = new Map<number, string>()
  readonly origins = new Map<number, Origin>()
  readonly offsets = new Map<number, number>()
  readonly problems: string[] = []
  readonly ended: number[] = []
  readonly idle: number[] = []
  readonly carried: (Carried | undefined)[] = []
  isDone = false
  /** While true no event is taken: a consumer that waits for Loki. */
  isStalled = false
  readonly #abort = new AbortController()
  readonly #events: AsyncIterator<SourceEvent>
  #pending: Promise<void> | undefined
  #saving: Promise<void> | undefined

  constructor(options: FileSourceOptions) {
    const positions = options.positions && this.#tracked(options.positions)
    const report = (text: string) => this.problems.push(text)
    this.source = createFileSource({
      clock: this.clock,
      watch: false,
      blockBytes: 4096,
      report,
      ...options,
      positions,
    })
    this.#events = this.source.events(this.#abort.signal)[Symbol.asyncIterator]()
  }

  /** Lets everything happen that can without the clock, then moves it by a second, in steps. */
  async tick(ms = 1000): Promise<void> {
    for (let passed = 0; passed <= ms; passed += 100) {
      await this.settle()
      this.clock.advance(100)
    }
    await this.settle()
  }

  /** The disk is real: a save that is under way is waited for before the clock moves. */
  #tracked(positions: PositionsFile): PositionsFile {
    const save = (list: readonly Position[]) => {
      const saving = positions.save(list)
      this.#saving = saving.catch(() => {})
      return saving
    }
    return { ...positions, save }
  }

  async settle(): Promise<void> {
    await this.#saving
    for (let turns = 0; turns < 6; turns++) {
      if (!this.isStalled && !this.#pending && !this.isDone) this.#pending = this.#take()
      await new Promise((resolve) => setImmediate(resolve))
      if (!this.#pending && !this.isDone && !this.isStalled) turns = 0
    }
  }

  /** All lines that have arrived, whatever their origin. */
  get lines(): string[] {
    return [...this.texts.values()].flatMap((text) => text.split('\n').filter((line) => line !== ''))
  }

  /** Acknowledges everything up to the last line end of every origin. */
  commitAll(carried?: Carried): void {
    for (const [id, origin] of this.origins) {
      const text = this.texts.get(id)!
      const partial = Buffer.byteLength(text.slice(text.lastIndexOf('\n') + 1))
      this.source.commit(origin, this.offsets.get(id)! - partial, carried)
    }
  }

  /** For a source that ends by itself. */
  async run(): Promise<void> {
    await this.#pending
    while (!this.isDone) await this.#take()
  }

  async stop(): Promise<void> {
    this.isStalled = false
    this.#abort.abort()
    await this.run()
    await this.source.close()
  }

  async #take(): Promise<void> {
    const { done, value } = await this.#events.next()
    this.#pending = undefined
    if (done) this.isDone = true
    else this.#keep(value)
  }

  #keep(event: SourceEvent): void {
    if (event.kind === 'problem') this.problems.push(`${event.path} ${event.message}`)
    else if (event.kind === 'end') this.ended.push(event.origin.id)
    else if (event.kind === 'idle') this.idle.push(event.origin.id)
    else {
      const { origin, bytes, offset } = event
      const expected = this.offsets.get(origin.id)
      if (expected !== undefined && expected !== offset) throw new Error(`block at ${offset}, expected ${expected}`)
      this.origins.set(origin.id, origin)
      this.offsets.set(origin.id, offset + bytes.length)
      this.texts.set(origin.id, (this.texts.get(origin.id) ?? '') + Buffer.from(bytes).toString())
      if (expected === undefined) this.carried.push(event.carried)
    }
  }
}
