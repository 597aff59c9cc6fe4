/** One step of an operation (system E): its messages, its errors with advice, its end with how long it took. */
import type { Fields } from '../context.ts'
import { rounded, ticks } from '../durations.ts'
import { failureOf } from '../failure.ts'
import type { Logger } from '../logger.ts'
import type { End } from './operation.ts'

/** What an operator should know beside the error; error_type and error_code override those of the error. */
export interface Advice {
  readonly error_type?: string
  readonly error_code?: string
  readonly retry_possible?: boolean
  readonly recovery_suggestion?: string
}

export class StepContext {
  readonly step: string
  readonly #logger: Logger
  readonly #onEnd: (status: End) => void
  readonly #startedAt = ticks()
  #hasFailed = false
  #isOver = false

  constructor(logger: Logger, step: string, fields: Fields, onEnd: (status: End) => void) {
    this.step = step
    this.#logger = logger
    this.#onEnd = onEnd
    logger.info(`Step ${step} started`, { event: 'step_start', status: 'started', ...fields })
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  info(message: string, fields: Fields = {}): void {
    this.#logger.info(message, { event: 'step_info', ...fields })
  }

  warn(message: string, fields: Fields = {}): void {
    this.#logger.warn(message, { event: 'step_info', ...fields })
  }

  /** The step will end as failed, unless endStep says otherwise (a retry helped). */
  error(error: unknown, advice: Advice & Fields = {}): void {
    this.#hasFailed = true
    this.#logger.error(`${this.step} failed`, { event: 'step_error', ...failureOf(error), ...advice })
  }

  success(message: string, fields: Fields = {}): void {
    this.#logger.info(message, { event: 'step_info', outcome: 'success', ...fields })
  }

  /** A duration in milliseconds, measured by the caller. */
  logDuration(name: string, durationMs: number): void {
    const message = `${name} took ${rounded(durationMs)} ms`
    this.#logger.info(message, { event: 'step_duration', name, duration_ms: rounded(durationMs) })
  }

  /** An attempt under its own step, attempt-1; for retry(). */
  attempt(fields: { readonly attempt_number: number; readonly status: string } & Fields): void {
    const name = `attempt-${fields.attempt_number}`
    const line = { event: 'step_info', ...fields, step: name }
    if (fields.status === 'completed') this.#logger.info(name, line)
    else this.#logger.warn(name, line)
  }

  /** What failed was tried again with success: the step will not end as failed for it. */
  recover(): void {
    this.#hasFailed = false
  }

  /** Logs step_end once. */
  endStep(status: End = this.#hasFailed ? 'failed' : 'completed', fields: Fields = {}): void {
    if (this.#isOver) return
    this.#isOver = true
    const end = { event: 'step_end', status, duration_ms: rounded(ticks() - this.#startedAt), ...fields }
    if (status === 'failed') this.#logger.error(`Step ${this.step} failed`, end)
    else this.#logger.info(`Step ${this.step} ${status}`, end)
    this.#onEnd(status)
  }

  /** Nobody ended it before its scope closed. */
  abandon(): void {
    this.endStep('failed', { error: 'the step was never ended', error_type: 'never_ended' })
  }

  [Symbol.dispose](): void {
    if (!this.#isOver) this.abandon()
  }
}
