/**
 * The deliveries of one trigger, one at a time and in the log's order: a bounded queue, retries with growing waits, then
 * a dead letter. `cursor` says up to where everything is done.
 */
import type { LogEvent } from '../../events/event.ts'
import type { Entry } from '../roster.ts'
import type { Ready } from './attempt.ts'
import type { Limit } from './limit.ts'
import type { Outcome } from './outcome.ts'

export interface TriggerStats {
  /** Events that its filter let through. */
  matched: number
  delivered: number
  /** Given up: dead letters. */
  failed: number
  /** Attempts after the first of an event. */
  retried: number
  /** The queue was full, or it was switched off while they waited. They are still in the event log. */
  dropped: number
  /** Waiting, with the one that is being sent. */
  queued: number
  last_error?: string
  /** RFC 3339. */
  last_delivered_at?: string
}

export interface Runner {
  /** An event of the log; those up to `cursor` are passed over. */
  offer(event: LogEvent): void
  /** New settings; what waits is sent with them. */
  update(entry: Entry): void
  readonly cursor: number
  stats(): TriggerStats
  /** Ends what is under way; the cursor stays before it. */
  stop(): Promise<void>
}

export interface RunnerTools {
  readonly attempt: (entry: Ready, event: LogEvent, stop: AbortSignal) => Promise<Outcome>
  readonly limit: Limit
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random: () => number
  /** The cursor may have moved. */
  readonly onMoved: () => void
  readonly onDead: (entry: Entry, event: LogEvent, attempts: number, outcome: Outcome & { error: string }) => void
}

/** Of waiting events. When it is full the oldest goes: what is new says how things are now. */
export const MAX_QUEUE = 500
const MIN_WAIT_MS = 1000
const MAX_WAIT_MS = 60_000
/** A server may ask for days; nobody waits for a message that long. */
export const MAX_RETRY_AFTER_MS = 300_000

/** `from`: seq of the last event that is none of its business. */
export function startRunner(entry: Entry, from: number, tools: RunnerTools): Runner {
  return new TriggerRunner(entry, from, tools)
}

class TriggerRunner implements Runner {
  private entry: Entry
  private seen: number
  private current: LogEvent | undefined
  private running: Promise<void> | undefined
  private readonly tools: RunnerTools
  private readonly queue: LogEvent[] = []
  private readonly counts: TriggerStats = { matched: 0, delivered: 0, failed: 0, retried: 0, dropped: 0, queued: 0 }
  private readonly stopped = new AbortController()
  /** Ends a wait early: new settings may help, or it is the end. */
  private changed = new AbortController()

  constructor(entry: Entry, from: number, tools: RunnerTools) {
    this.entry = entry
    this.seen = from
    this.tools = tools
  }

  offer(event: LogEvent): void {
    if (event.seq <= this.seen || this.stopped.signal.aborted) return
    this.seen = event.seq
    if (readyOf(this.entry)?.checked.matches(event) === true) this.enqueue(event)
    this.tools.onMoved()
  }

  update(entry: Entry): void {
    this.entry = entry
    this.changed.abort()
    this.changed = new AbortController()
    if (readyOf(entry) !== undefined) return
    this.counts.dropped += this.queue.splice(0).length
    this.tools.onMoved()
  }

  get cursor(): number {
    const waiting = this.current ?? this.queue[0]
    return waiting === undefined ? this.seen : waiting.seq - 1
  }

  stats(): TriggerStats {
    return { ...this.counts, queued: this.queue.length + (this.current === undefined ? 0 : 1) }
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    this.changed.abort()
    await this.running
  }

  /** Starts sending in a turn of its own: whoever appended the event does not wait. */
  private enqueue(event: LogEvent): void {
    this.counts.matched++
    if (this.queue.length >= MAX_QUEUE) this.counts.dropped += this.queue.splice(0, 1).length
    this.queue.push(event)
    this.running ??= Promise.resolve().then(() => this.run())
  }

  private async run(): Promise<void> {
    try {
      while (this.queue.length > 0) {
        this.current = this.queue.shift()!
        await this.deliver(this.current)
        // What was not finished is delivered again after the next start.
        if (this.stopped.signal.aborted) return
        this.current = undefined
        this.tools.onMoved()
      }
    } finally {
      // In the same turn as the last look at the queue: an event that comes now must start it again.
      this.running = undefined
    }
  }

  private async deliver(event: LogEvent): Promise<void> {
    const { counts, tools } = this
    for (let attempts = 1; !this.stopped.signal.aborted; attempts++) {
      const ready = readyOf(this.entry)
      if (ready === undefined || !ready.checked.matches(event)) return void counts.dropped++
      const outcome = await tools.limit(ready.checked.target.origin, () =>
        tools.attempt(ready, event, this.stopped.signal),
      )
      if (this.stopped.signal.aborted) return
      if (outcome.kind === 'delivered') {
        counts.delivered++
        counts.last_delivered_at = new Date(tools.now()).toISOString()
        return
      }
      counts.last_error = outcome.error
      if (outcome.kind === 'refused' || attempts > ready.checked.settings.retries) {
        counts.failed++
        return tools.onDead(this.entry, event, attempts, outcome)
      }
      counts.retried++
      await tools.sleep(waitMs(outcome, attempts, tools.random), this.changed.signal)
    }
  }
}

export function readyOf(entry: Entry): Ready | undefined {
  return entry.checked?.settings.enabled === true ? (entry as Ready) : undefined
}

/** Doubling, half of it by chance, so that many do not come back at once; at least what the server asks for. */
export function waitMs(
  { afterMs = 0 }: { readonly afterMs?: number | undefined },
  attempts: number,
  random: () => number,
) {
  const bound = Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** (attempts - 1))
  return Math.max(bound / 2 + (random() * bound) / 2, Math.min(afterMs, MAX_RETRY_AFTER_MS))
}
