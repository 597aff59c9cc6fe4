/** Fills rows with what happened, and with what happens: history first, then the stream from there on. */
import { ask, isAborted, openStream } from './api.ts'
import type { EventRows } from './eventrows.ts'
import { eventQuery } from './model/eventfilter.ts'
import { createFeed, MAX_ALL, readEvent } from './model/feed.ts'
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

export function createEventFeed({ rows, params, changed, came, failed }: EventFeedOptions): EventFeed {
  const feed = createFeed()
  let asking = new AbortController()
  let state: FollowState | 'asking' = 'asking'
  let why = ''
  let next: number | undefined
  let batch: EventJson[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    timer = undefined
    const fresh = feed.add(batch)
    came(batch)
    batch = []
    rows.prepend(fresh, Math.max(feed.shown.length, fresh.length))
    changed()
  }
  const take = (data: string) => {
    const event = readEvent(data)
    if (event === undefined) return
    batch = batch.length >= MAX_BATCH ? [...batch.slice(1), event] : [...batch, event]
    timer ??= setTimeout(draw, DRAW_MS)
  }
  const become = (now: typeof state, reason = '') => {
    state = now
    why = reason
    changed()
  }
  const run = async (signal: AbortSignal) => {
    become('asking')
    const page = await ask<Page>('GET', `/events?${eventQuery(params(), { limit: PAGE })}`, { signal })
    if (signal.aborted) return
    rows.clear()
    rows.append(feed.addOlder(page.events))
    next = page.next ?? undefined
    changed()
    // What has an end has no "from now on".
    if (params().has('until')) return become('refused', 'this range has an end')
    const query = eventQuery(params())
    await follow({
      open: (lastId, ended) => openStream(`/events/stream?${query}`, { 'Last-Event-ID': lastId }, ended),
      // From 0 where there is none: what came between the two questions is not missed.
      lastId: String(feed.newest),
      message: ({ data }) => take(data),
      state: become,
      sleep,
      random: Math.random,
      signal,
    })
  }
  const stop = () => {
    asking.abort()
    clearTimeout(timer)
    timer = undefined
    batch = []
  }
  return {
    get state() {
      return state
    },
    get why() {
      return why
    },
    get isPaused() {
      return feed.isPaused
    },
    get waiting() {
      return feed.waiting
    },
    get isEmpty() {
      return feed.shown.length === 0
    },
    get hasOlder() {
      return next !== undefined && feed.shown.length < MAX_ALL
    },
    start() {
      stop()
      asking = new AbortController()
      const { signal } = asking
      feed.clear()
      next = undefined
      run(signal).catch((error) => {
        if (signal.aborted || isAborted(error)) return
        become('refused', '')
        failed(error)
      })
    },
    pause() {
      feed.pause()
      changed()
    },
    resume() {
      const fresh = feed.resume()
      rows.prepend(fresh, Math.max(feed.shown.length, fresh.length))
      changed()
    },
    async older() {
      const { signal } = asking
      const page = await ask<Page>('GET', `/events?${eventQuery(params(), { limit: PAGE, before: String(next) })}`, {
        signal,
      })
      if (signal.aborted) return
      rows.append(feed.addOlder(page.events))
      next = page.next ?? undefined
      changed()
    },
    stop,
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
