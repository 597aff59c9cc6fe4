/** Time as an argument: tests drive it, nothing in a test waits. */
import { sleep } from '../terms/sleep.ts'

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const realClock: Clock = { now: Date.now, sleep }
