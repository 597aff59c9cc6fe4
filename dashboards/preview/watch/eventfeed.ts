/** Fills rows with what happened, and with what happens: history first, then the stream from there on. */
import { sleep } from '../../../shipper/terms/sleep.ts'
import { ask, isAborted, openStream } from './api.ts'
import type { EventRows } from './eventrows.ts'
import { eventQuery } from './model/eventfilter.ts'
import { createFeed, type Feed, MAX_ALL, readEvent } from './model/feed.ts'
import { type FollowState, follow } from './model/follow.ts'
import type { EventJson } from './model/shapes.ts'

export interface EventFeedOptions {
  readonly rows: EventRows
  params(): URLSearchParams
  /** Something changed: what came, how the stream does, whether there are older ones. */
  changed(): void
  came(events: readonly EventJson[]): void
  failed(error: unknown): void
}

export interface EventFeed {
  readonly state: FollowState | 'asking'
  readonly why: string
  readonly isPaused: boolean
  readonly waiting: number
  readonly isEmpty: boolean
  readonly hasOlder: boolean
  /** Begins anew, with the filters as they are. */
  start(): void
  pause(): void
  resume(): void
  older(): Promise<void>
  stop(): void
}

const PAGE = '100'
/** Rows are drawn so often at most, however fast events come. */
const DRAW_MS = 150
/** What comes between two drawings beyond this would not be shown anyway. */
const MAX_BATCH = MAX_ALL

interface Page {
  readonly events: readonly EventJson[]
  readonly next?: number | null
}

export function createEventFeed(options: EventFeedOptions): EventFeed {
  return new LiveFeed(options)
}

class LiveFeed implements EventFeed {
  state: FollowState | 'asking' = 'asking'
  why = ''
  private readonly options: EventFeedOptions
  private readonly feed: Feed = createFeed()
  private asking = new AbortController()
  private next: number | undefined
  private batch: EventJson[] = []
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: EventFeedOptions) {
    this.options = options
  }

  get isPaused(): boolean {
    return this.feed.isPaused
  }

  get waiting(): number {
    return this.feed.waiting
  }

  get isEmpty(): boolean {
    return this.feed.shown.length === 0
  }

  get hasOlder(): boolean {
    return this.next !== undefined && this.feed.shown.length < MAX_ALL
  }

  start(): void {
    this.stop()
    this.asking = new AbortController()
    const { signal } = this.asking
    this.feed.clear()
    this.next = undefined
    this.run(signal).catch((error) => {
      if (signal.aborted || isAborted(error)) return
      this.become('refused')
      this.options.failed(error)
    })
  }

  pause(): void {
    this.feed.pause()
    this.options.changed()
  }

  resume(): void {
    this.prepend(this.feed.resume())
    this.options.changed()
  }

  older(): Promise<void> {
    return this.page(this.asking.signal, { before: String(this.next) })
  }

  stop(): void {
    this.asking.abort()
    clearTimeout(this.timer)
    this.timer = undefined
    this.batch = []
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { params, rows } = this.options
    this.become('asking')
    rows.clear()
    await this.page(signal, {})
    if (signal.aborted) return
    // What has an end has no "from now on".
    if (params().has('until')) return this.become('refused', 'this range has an end')
    const query = eventQuery(params())
    await follow({
      open: (lastId, ended) => openStream(`/events/stream?${query}`, { 'Last-Event-ID': lastId }, ended),
      // From 0 where there is none: what came between the two questions is not missed.
      lastId: String(this.feed.newest),
      message: ({ data }) => this.take(data),
      state: (state, why) => this.become(state, why),
      sleep,
      random: Math.random,
      signal,
    })
  }

  /** One more page of history, below what there is. */
  private async page(signal: AbortSignal, more: Readonly<Record<string, string>>): Promise<void> {
    const { params, rows, changed } = this.options
    const query = eventQuery(params(), { limit: PAGE, ...more })
    const { events, next } = await ask<Page>('GET', `/events?${query}`, { signal })
    if (signal.aborted) return
    rows.append(this.feed.addOlder(events))
    this.next = next ?? undefined
    changed()
  }

  private take(data: string): void {
    const event = readEvent(data)
    if (event === undefined) return
    if (this.batch.length >= MAX_BATCH) this.batch.shift()
    this.batch.push(event)
    this.timer ??= setTimeout(() => this.draw(), DRAW_MS)
  }

  private draw(): void {
    this.timer = undefined
    const came = this.batch
    this.batch = []
    this.prepend(this.feed.add(came))
    this.options.came(came)
    this.options.changed()
  }

  private prepend(events: readonly EventJson[]): void {
    this.options.rows.prepend(events, this.feed.shown.length)
  }

  private become(state: FollowState | 'asking', why = ''): void {
    this.state = state
    this.why = why
    this.options.changed()
  }
}
