/** Waiting before the next try: exponential backoff with full jitter, as a wrapper around whatever is tried. */

import { sleep } from '../terms/sleep.ts'
import type { Verdict } from './classify.ts'

export interface Backoff {
  /** Upper bound of the first wait; doubles with each failure. */
  readonly minMs: number
  readonly maxMs: number
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** 0 ≤ random() < 1 */
  random(): number
}

type Retry = Verdict & { kind: 'retry' }

export interface RetryOptions {
  readonly backoff: Backoff
  /** For what will not pass until someone changes something: no reason to hurry. */
  readonly slowBackoff: Backoff
  readonly clock: Clock
  readonly onRetry?: (verdict: Retry, attempt: number, waitMs: number) => void
}

export type Send<T> = (what: T, signal: AbortSignal) => Promise<Verdict>

/**
 * Tries once, and after a `retry` waits as long as that failure asks for, so that whoever tries again need not wait.
 * `attempt` counts from 1. How often is the caller's to say: files can be read again, so shipping never gives up by itself.
 */
export function withBackoff<T>(send: Send<T>, options: RetryOptions) {
  return async (what: T, attempt: number, signal: AbortSignal): Promise<Verdict> => {
    const verdict = await send(what, signal)
    if (verdict.kind !== 'retry' || signal.aborted) return verdict
    const waitMs = waitAfter(verdict, attempt, options)
    options.onRetry?.(verdict, attempt, waitMs)
    await options.clock.sleep(waitMs, signal)
    return verdict
  }
}

/** Full jitter (0 to the doubled bound), except that what Loki asks for with Retry-After is the least. */
function waitAfter(verdict: Retry, attempt: number, options: RetryOptions): number {
  const { minMs, maxMs } = verdict.cause === 'setup' ? options.slowBackoff : options.backoff
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30))
  const jitter = options.clock.random() * bound
  return verdict.afterMs === undefined ? jitter : verdict.afterMs + options.clock.random() * minMs
}

/** The real one. */
export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep,
}
