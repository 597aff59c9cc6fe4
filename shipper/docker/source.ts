/**
 * Containers' logs from Docker's API as a source: what runs is followed, what comes is found by polling and told by events,
 * what goes is ended. Nothing is spooled: Docker has the lines, and is asked again from where Loki's acknowledgement stands.
 */
import { type Container, dockerContainer } from '../sources/container.ts'
import { newOrigin } from '../sources/origin.ts'
import type { Carried, Origin, Source, SourceEvent } from '../sources/source.ts'
import { type Disk, realDisk } from '../spool/disk.ts'
import { sleep } from '../terms/sleep.ts'
import type { DockerApi } from './api.ts'
import { DockerLines, type LogLine, writeCri } from './lines.ts'
import { type KeptPlace, Place } from './place.ts'
import { readPlaces, writePlaces } from './positions.ts'
import { EventQueue } from './queue.ts'

export interface DockerSourceOptions {
  readonly api: DockerApi
  /** Of the containers' positions; undefined: none are kept. */
  readonly positions: string | undefined
  /** end: of containers that are there at the very first start, only what comes from now on. */
  readonly from: 'start' | 'end'
  readonly reconcileMs?: number
  /** How long without a line until `idle` is said. */
  readonly idleMs?: number
  readonly saveMs?: number
  readonly disk?: Disk
}

/** How often running containers are asked for. */
export const RECONCILE_MS = 5000

const DEFAULTS = { reconcileMs: RECONCILE_MS, idleMs: 500, saveMs: 1000, disk: realDisk }

/** Each has a connection to the daemon; further ones wait until one ends. */
const MAX_FOLLOWED = 500

/** Between two looks, however much happens. */
const LOOK_AGAIN_MS = 200

interface Followed {
  readonly id: string
  readonly origin: Origin
  readonly container: Container
  readonly place: Place
  /** Undefined while no log is open. */
  following: Promise<void> | undefined
  /** It had ended, and all it said was read. */
  isDrained: boolean
}

export class DockerSource implements Source {
  private readonly options: DockerSourceOptions & typeof DEFAULTS
  private readonly followed = new Map<string, Followed>()
  /** Gone, but a commit may still come. */
  private readonly byOrigin = new Map<number, Followed>()
  private readonly kept: Map<string, KeptPlace>
  private readonly isFirstRun: boolean
  private readonly queue: EventQueue
  private isDirty = false
  /** Closed before its reader was done: when Loki is given up. */
  private readonly stop = new AbortController()
  private upkeep: Promise<unknown> | undefined
  private startedAt = 0
  private told: string | undefined
  private wake = new AbortController()

  constructor(options: DockerSourceOptions) {
    this.options = { ...DEFAULTS, ...options }
    const { disk, positions, idleMs } = this.options
    const read = positions === undefined ? undefined : readPlaces(disk, positions)
    this.kept = read?.places ?? new Map()
    this.isFirstRun = this.kept.size === 0
    this.queue = new EventQueue(idleMs)
    if (read?.warning !== undefined) this.queue.tell('docker', read.warning)
  }

  /** The container that an origin of this source is. */
  containerOf({ id }: Origin): Container | undefined {
    return this.byOrigin.get(id)?.container
  }

  async *events(given: AbortSignal): AsyncIterable<SourceEvent> {
    const signal = AbortSignal.any([given, this.stop.signal])
    this.startedAt = Date.now()
    this.upkeep = Promise.all([this.reconcile(signal), this.listen(signal), this.keepSaving(signal)])
    yield* this.queue.events(signal)
    await this.upkeep
  }

  commit({ id }: Origin, offset: number, carried?: Carried): void {
    const followed = this.byOrigin.get(id)
    if (followed === undefined) return
    followed.place.commit(offset, carried)
    this.isDirty = true
    const isGone = this.followed.get(followed.id) !== followed
    if (isGone && followed.place.isDone) this.byOrigin.delete(id)
  }

  async close(): Promise<void> {
    this.stop.abort()
    this.queue.close()
    await this.upkeep
    await Promise.all([...this.followed.values()].map(({ following }) => following))
    await this.save()
  }

  /** Polls, because events are lost while the daemon restarts. */
  private async reconcile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Made before the look: who wakes it meanwhile has seen what the look may not have.
      this.wake = new AbortController()
      try {
        await this.look(signal)
        this.told = undefined
      } catch (error) {
        this.tell(`the Docker daemon cannot be asked: ${(error as Error).message}; trying again`, signal)
      }
      await sleep(Math.min(LOOK_AGAIN_MS, this.options.reconcileMs), signal)
      await sleep(this.options.reconcileMs, AbortSignal.any([signal, this.wake.signal]))
    }
  }

  /** Once while it lasts. */
  private tell(message: string, signal: AbortSignal): void {
    if (signal.aborted || message === this.told) return
    this.told = message
    this.queue.tell('docker', message)
  }

  private async look(signal: AbortSignal): Promise<void> {
    const listed = await this.options.api.list(signal)
    const there = new Set(listed.map(({ id }) => id))
    for (const id of this.kept.keys()) if (!there.has(id)) this.kept.delete(id)
    for (const [id, followed] of this.followed) {
      if (!there.has(id) && followed.following === undefined) this.forget(followed)
    }
    for (const { id, isRunning } of listed) {
      const known = this.followed.get(id)
      if (known !== undefined && isRunning) known.isDrained = false
      if (known?.isDrained || known?.following !== undefined) continue
      if (this.open() >= MAX_FOLLOWED) break
      const followed = known ?? (await this.meet(id, signal))
      if (followed !== undefined) followed.following = this.follow(followed, isRunning, signal)
    }
  }

  private open(): number {
    let count = 0
    for (const { following } of this.followed.values()) if (following !== undefined) count++
    return count
  }

  /** Undefined when it was removed between the list and the question. */
  private async meet(id: string, signal: AbortSignal): Promise<Followed | undefined> {
    const inspected = await this.options.api.inspect(id, signal).catch(() => undefined)
    if (inspected === undefined) return undefined
    const container = dockerContainer(inspected.name, inspected.labels)
    const place = new Place(this.kept.get(id))
    const origin = newOrigin(`docker:${inspected.name}`)
    const followed: Followed = { id, origin, container, place, following: undefined, isDrained: false }
    this.followed.set(id, followed)
    this.byOrigin.set(origin.id, followed)
    return followed
  }

  /** One connection's worth of a container's log. The daemon ends it when the container ends, or restarts. */
  private async follow(followed: Followed, isRunning: boolean, signal: AbortSignal): Promise<void> {
    const { id, place } = followed
    const isOld = this.isFirstRun && this.options.from === 'end'
    const since = place.resume() ?? (isOld ? String(this.startedAt / 1000) : '0')
    try {
      const answer = await this.options.api.logs(id, since, signal)
      const made: LogLine[] = []
      const lines = new DockerLines(new Date().toISOString(), (line) => place.isNew(line) && made.push(line))
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        lines.push(chunk)
        await this.hand(followed, made.splice(0))
      }
      lines.end()
      await this.hand(followed, made.splice(0))
      followed.isDrained = !isRunning
    } catch {
      // The daemon or the container went away: the next look says which, and goes on after the last line.
    } finally {
      followed.following = undefined
      // What a container said last must not wait for the next poll to be known as all.
      if (!signal.aborted) this.wake.abort()
    }
  }

  /** Resolves when the pipeline has taken it: a stalled Loki stalls the reading. */
  private async hand({ origin, place }: Followed, lines: readonly LogLine[]): Promise<void> {
    if (lines.length === 0) return
    const { offset } = place
    const parts = lines.map((line) => {
      const bytes = writeCri(line)
      place.handOver(line, bytes.length)
      return bytes
    })
    const carried = offset === 0 ? place.carried : undefined
    const event = { kind: 'data', origin, bytes: Buffer.concat(parts), offset } as const
    await this.queue.hand(carried === undefined ? event : { ...event, carried })
  }

  private forget(followed: Followed): void {
    this.followed.delete(followed.id)
    this.kept.delete(followed.id)
    this.isDirty = true
    if (followed.place.isDone) this.byOrigin.delete(followed.origin.id)
    this.queue.end(followed.origin)
  }

  /** A start is followed at once, not at the next poll: short-lived containers have their say. */
  private async listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const _ of await this.options.api.events(signal)) this.wake.abort()
      } catch {
        // Told by the poll when it lasts.
      }
      await sleep(this.options.reconcileMs, signal)
    }
  }

  private async keepSaving(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.options.saveMs, signal)
      await this.save()
    }
  }

  private async save(): Promise<void> {
    const { positions, disk } = this.options
    if (positions === undefined || !this.isDirty) return
    this.isDirty = false
    for (const { id, place } of this.followed.values()) this.kept.set(id, place.keep())
    try {
      await writePlaces(disk, positions, this.kept)
    } catch (error) {
      this.isDirty = true
      this.tell(`${positions} cannot be written: ${(error as Error).message}`, new AbortController().signal)
    }
  }
}
