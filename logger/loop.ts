/**
 * System B's background loop: a cycle every so often, with the events of its life. Failures back off, too many in a row
 * stop it until reset(); another worker's lease skips a cycle. A cycle that throws never reaches the program.
 */
import { goDuration, ticks } from './durations.ts'
import type { EventFields } from './events/types.ts'
import { failureOf } from './failure.ts'
import type { Logger } from './logger.ts'

export interface LoopOptions {
  readonly logger: Logger
  /** The line's component, and so its node: autosync. */
  readonly component: string
  readonly intervalMs: number
  /** One cycle. Its `events` are logged under the component. */
  readonly cycle: (cycle: Cycle) => unknown
  /** Asks for the right to work; false: another worker has it. Throwing is a lease error, and the cycle is skipped. */
  readonly lease?: () => boolean | Promise<boolean>
  /** Fields of manager_started: target_key, push_batch, … */
  readonly fields?: Readonly<Record<string, unknown>>
  /** After so many failures in a row no cycle is tried until reset(); default 10. */
  readonly maxFailures?: number
  /** First wait after a failure, doubled with each; default the interval, at most 5 minutes. */
  readonly backoffMs?: { readonly first?: number; readonly max?: number }
  readonly clock?: LoopClock
}

export interface LoopClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls back once after so many milliseconds; returns what cancels it. */
  after(ms: number, run: () => void): () => void
}

export interface Cycle {
  /** Logs one of the loop's events: events('pull_complete', { mutations_applied, last_seq }). */
  readonly event: <Name extends string>(name: Name, fields?: EventFields<Name>) => void
  /** Aborted by stop(). */
  readonly signal: AbortSignal
}

export interface Loop {
  /** One cycle now, if nothing forbids it; what the timer calls. Never rejects. */
  tick(): Promise<void>
  /** Forgets failures, so that the next cycle is tried. */
  reset(): void
  /** Ends after the cycle that runs. */
  stop(): Promise<void>
}

const MAX_BACKOFF_MS = 5 * 60_000
const DEFAULT_MAX_FAILURES = 10
/** How often a loop that never fails says that it is well. */
const HEALTHY_EVERY_MS = 5 * 60_000

const systemClock: LoopClock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms)
    // A loop alone must not keep a program running.
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Starts the loop; the first cycle comes after one interval. @example const loop = startLoop({ logger, component: 'autosync', intervalMs: 30_000, cycle: sync }) */
export function startLoop(options: LoopOptions): Loop {
  const { component, intervalMs, clock = systemClock } = options
  const log = options.logger.child({ component })
  const runner = new Runner(options, log, clock)
  let cancel = () => {}
  const schedule = () => {
    cancel = clock.after(intervalMs, () => {
      void runner.tick().then(() => {
        if (!runner.abort.signal.aborted) schedule()
      })
    })
  }
  log.event('manager_started', { poll_interval: goDuration(intervalMs), ...options.fields })
  schedule()
  return {
    tick: () => runner.tick(),
    reset: () => runner.reset(),
    async stop() {
      if (runner.abort.signal.aborted) return
      cancel()
      runner.abort.abort()
      await runner.running
      log.event('manager_stopped')
    },
  }
}

class Runner {
  readonly abort = new AbortController()
  running: Promise<void> | undefined
  readonly #options: LoopOptions
  readonly #log: Logger
  readonly #clock: LoopClock
  #failures = 0
  #backoffUntil = 0
  #healthyAt = Number.NEGATIVE_INFINITY

  constructor(options: LoopOptions, log: Logger, clock: LoopClock) {
    this.#options = options
    this.#log = log
    this.#clock = clock
  }

  /** Cycles never overlap: whoever asks while one runs waits for that one. */
  tick(): Promise<void> {
    this.running ??= this.#tick().finally(() => {
      this.running = undefined
    })
    return this.running
  }

  reset(): void {
    this.#failures = 0
    this.#backoffUntil = 0
  }

  async #tick(): Promise<void> {
    if (this.abort.signal.aborted || this.#isHeldBack() || !(await this.#hasLease())) return
    const startedAt = ticks()
    try {
      await this.#options.cycle({ event: (name, fields) => this.#log.event(name, fields), signal: this.abort.signal })
      this.#succeeded(startedAt)
    } catch (error) {
      this.#failed(error)
    }
  }

  #isHeldBack(): boolean {
    const { maxFailures: max = DEFAULT_MAX_FAILURES } = this.#options
    const consecutive_failures = this.#failures
    if (consecutive_failures >= max) {
      this.#log.event('cycle_skipped_max_failures', { consecutive_failures, max })
      return true
    }
    if (this.#clock.now() >= this.#backoffUntil) return false
    this.#log.event('cycle_skipped_backoff', { backoff_until: iso(this.#backoffUntil), consecutive_failures })
    return true
  }

  async #hasLease(): Promise<boolean> {
    try {
      if (this.#options.lease === undefined || (await this.#options.lease())) return true
      this.#log.event('lease_held')
    } catch (error) {
      this.#log.event('lease_error', { error: failureOf(error).error })
    }
    return false
  }

  #succeeded(startedAt: number): void {
    const now = this.#clock.now()
    if (this.#failures > 0 || now - this.#healthyAt >= HEALTHY_EVERY_MS) {
      this.#log.event('sync_healthy', { last_sync_at: iso(now) })
      this.#healthyAt = now
    }
    this.reset()
    this.#log.event('cycle_complete', { elapsed: goDuration(ticks() - startedAt) })
  }

  #failed(thrown: unknown): void {
    const { first = this.#options.intervalMs, max = MAX_BACKOFF_MS } = this.#options.backoffMs ?? {}
    this.#backoffUntil = this.#clock.now() + Math.min(max, first * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    const { error, error_type, stack } = failureOf(thrown)
    const state = { consecutive_failures: this.#failures, backoff_until: iso(this.#backoffUntil) }
    this.#log.event('failure_recorded', { error, error_type, stack, ...state })
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
