/** Tries again, and logs attempts as system E does: attempt-N steps that end in completed, retrying or failed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { goDuration } from '../durations.ts'
import type { Advice, StepContext } from './step.ts'

export interface RetryOptions {
  /** How often at most, the first try counted; default 3. */
  readonly maxRetries?: number
  /** Wait between tries in milliseconds, or from the attempt that failed (1, 2, …); default 1000. */
  readonly delayMs?: number | ((attempt: number) => number)
  /** Whether trying again makes sense; default: always. */
  readonly isRetryable?: (error: unknown) => boolean
  /** For the step_error of each failure. */
  readonly advice?: Advice
  readonly sleep?: (ms: number) => Promise<unknown>
}

/**
 * Runs until it succeeds; throws the last error when it does not.
 * @example await retry(step, () => attach(volume), { maxRetries: 3, delayMs: 2000 })
 */
export async function retry<T>(
  step: StepContext,
  run: (attempt: number) => T | Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { maxRetries = 3, delayMs = 1000, isRetryable = () => true, advice, sleep: wait = sleep } = options
  for (let attempt_number = 1; ; attempt_number++) {
    const delay = typeof delayMs === 'number' ? delayMs : delayMs(attempt_number)
    const attempt = { attempt_number, max_retries: maxRetries, retry_delay: goDuration(delay) }
    try {
      const result = await run(attempt_number)
      if (attempt_number > 1) {
        step.attempt({ ...attempt, status: 'completed' })
        step.recover()
      }
      return result
    } catch (error) {
      const retry_possible = attempt_number < maxRetries && isRetryable(error)
      step.error(error, { ...advice, retry_possible })
      step.attempt({ ...attempt, status: retry_possible ? 'retrying' : 'failed' })
      if (!retry_possible) throw error
      await wait(delay)
    }
  }
}
