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
export function startRunner(first: Entry, from: number, tools: RunnerTools): Runner {
  let entry = first
  let seen = from
  let current: LogEvent | undefined
  let running: Promise<void> | undefined
  const queue: LogEvent[] = []
  const counts: TriggerStats = { matched: 0, delivered: 0, failed: 0, retried: 0, dropped: 0, queued: 0 }
  const stopped = new AbortController()
  /** Ends a wait early: new settings may help, or it is the end. */
  let changed = new AbortController()

  const run = async () => {
    while (queue.length > 0) {
      current = queue.shift()!
      await deliver(current)
      // What was not finished is delivered again after the next start.
      if (stopped.signal.aborted) return
      current = undefined
      tools.onMoved()
    }
  }
  const start = () => {
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined
      })
  }
  const deliver = async (event: LogEvent) => {
    for (let attempts = 1; ; attempts++) {
      const ready = readyOf(entry)
      if (ready === undefined || !ready.checked.matches(event)) return void counts.dropped++
      const outcome = await tools.limit(() => tools.attempt(ready, event, stopped.signal))
      if (stopped.signal.aborted) return
      if (outcome.kind === 'delivered') {
        counts.delivered++
        counts.last_delivered_at = new Date(tools.now()).toISOString()
        return
      }
      counts.last_error = outcome.error
      if (outcome.kind === 'refused' || attempts > ready.checked.settings.retries) {
        counts.failed++
        return tools.onDead(entry, event, attempts, outcome)
      }
      counts.retried++
      await tools.sleep(waitMs(outcome, attempts, tools.random), changed.signal)
      if (stopped.signal.aborted) return
    }
  }
  return {
    offer(event) {
      if (event.seq <= seen || stopped.signal.aborted) return
      seen = event.seq
      if (readyOf(entry)?.checked.matches(event) === true) {
        counts.matched++
        if (queue.length >= MAX_QUEUE) counts.dropped += queue.splice(0, 1).length
        queue.push(event)
        start()
      }
      tools.onMoved()
    },
    update(next) {
      entry = next
      changed.abort()
      changed = new AbortController()
      if (readyOf(entry) !== undefined) return
      counts.dropped += queue.splice(0).length
      tools.onMoved()
    },
    get cursor() {
      const waiting = current ?? queue[0]
      return waiting === undefined ? seen : waiting.seq - 1
    },
    stats: () => ({ ...counts, queued: queue.length + (current === undefined ? 0 : 1) }),
    async stop() {
      stopped.abort()
      changed.abort()
      await running
    },
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
