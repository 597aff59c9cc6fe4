/**
 * System E: an operation of several steps. Each has a start and an end in the log, an end says how it went and how long it
 * took, and whatever is left open when its scope closes is reported as failed: success rates count operation_end.
 */
import { randomUUID } from 'node:crypto'
import { correlationId, type Fields, withContext } from '../context.ts'
import { rounded, ticks } from '../durations.ts'
import { failureOf } from '../failure.ts'
import type { Logger } from '../logger.ts'
import { type Advice, StepContext } from './step.ts'

export interface OperationLoggerOptions {
  /** Default: the context's; a new one when there is none. Given as null: none, and a warning says so. */
  readonly correlationId?: string | null
  readonly jobId?: string
}

/**
 * Starts operations that share a correlation id and a job id.
 * @example const operations = createOperationLogger(logger, { jobId: 'job-100' })
 */
export function createOperationLogger(logger: Logger, options: OperationLoggerOptions = {}): OperationLogger {
  const correlation_id =
    options.correlationId === null ? undefined : (options.correlationId ?? correlationId() ?? randomUUID())
  const ids = { correlation_id, job_id: options.jobId }
  if (correlation_id === undefined) {
    logger.warn('context without correlation id', { event: 'operation_info', ...ids })
  }
  return new OperationLogger(logger, ids)
}

export interface Ids {
  readonly correlation_id: string | undefined
  readonly job_id: string | undefined
}

export class OperationLogger {
  readonly ids: Ids
  readonly #logger: Logger

  constructor(logger: Logger, ids: Ids) {
    this.#logger = logger
    this.ids = ids
  }

  /** Logs operation_start. End it with endOperation, or hold it with `using`. */
  startOperation(operation: string, fields: Fields = {}): OperationContext {
    return new OperationContext(this.#logger, this.ids, operation, fields)
  }

  /**
   * Runs a whole operation: ended as completed, or as failed when `run` throws, which goes on to the caller.
   * @example await operations.run('volume-migration', async (operation) => { … })
   */
  async run<T>(operation: string, run: (operation: OperationContext) => T | Promise<T>, fields?: Fields): Promise<T> {
    const context = this.startOperation(operation, fields)
    return withContext(defined({ ...this.ids, operation }), async () => {
      try {
        const result = await run(context)
        context.endOperation('completed')
        return result
      } catch (error) {
        if (!context.hasFailed) context.logError(error)
        context.endOperation('failed')
        throw error
      }
    })
  }
}

export type End = 'completed' | 'failed'

export class OperationContext {
  readonly operation: string
  readonly ids: Ids
  readonly #logger: Logger
  readonly #startedAt = ticks()
  readonly #open = new Set<StepContext>()
  readonly #children = new Set<OperationContext>()
  readonly #onEnd: () => void
  #steps = 0
  #failureStep: string | undefined
  #hasFailed = false
  #isOver = false

  constructor(logger: Logger, ids: Ids, operation: string, fields: Fields, onEnd: () => void = () => {}) {
    this.#onEnd = onEnd
    this.#logger = logger.child(defined({ ...ids, operation }))
    this.ids = ids
    this.operation = operation
    this.#logger.event('operation_start', { status: 'started', ...fields })
  }

  /** An error was logged, here or in a step. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Something to know about a step that has no start and end of its own. */
  logStep(step: string, message: string, fields: Fields = {}): void {
    this.#logger.info(message, { event: 'step_info', step, ...fields })
  }

  /** The operation counts as failed from now on. Error and advice as in StepContext.error. */
  logError(error: unknown, advice: Advice = {}): void {
    this.#hasFailed = true
    this.#logger.error(`${this.operation} failed`, { event: 'operation_error', ...failureOf(error), ...advice })
  }

  /** A duration in milliseconds, measured by the caller. */
  logDuration(name: string, durationMs: number): void {
    const message = `${name} took ${rounded(durationMs)} ms`
    this.#logger.info(message, { event: 'operation_duration', name, duration_ms: rounded(durationMs) })
  }

  logSuccess(message: string, fields: Fields = {}): void {
    this.#logger.info(message, { event: 'operation_info', outcome: 'success', ...fields })
  }

  /** Logs step_start. End it with endStep, or hold it with `using`. */
  startStep(step: string, fields: Fields = {}): StepContext {
    this.#steps++
    const context = new StepContext(this.#logger.child({ step }), step, fields, (status) => {
      this.#open.delete(context)
      if (status === 'failed') this.fail(step)
    })
    this.#open.add(context)
    return context
  }

  /** Runs a whole step: completed, or failed when `run` throws, which goes on to the caller. */
  async step<T>(name: string, run: (step: StepContext) => T | Promise<T>): Promise<T> {
    const step = this.startStep(name)
    try {
      const result = await withContext({ step: name }, () => run(step))
      step.endStep()
      return result
    } catch (error) {
      if (!step.hasFailed) step.error(error)
      step.endStep('failed')
      throw error
    }
  }

  /** The operation will end as failed, in this step unless one failed before. */
  fail(step: string): void {
    this.#hasFailed = true
    this.#failureStep ??= step
  }

  /** An operation of its own, under the same correlation id. It ends before this one: left open, it is reported as failed. */
  createChildContext(operation: string, fields: Fields = {}): OperationContext {
    const all = { parent_operation: this.operation, ...fields }
    const child = new OperationContext(this.#logger, this.ids, operation, all, () => this.#children.delete(child))
    if (!this.#isOver) this.#children.add(child)
    return child
  }

  /** Logs operation_end once; steps and children left open are ended as failed. Default: failed when something failed. */
  endOperation(status: End = this.#hasFailed ? 'failed' : 'completed', fields: Fields = {}): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onEnd()
    for (const child of this.#children) child[Symbol.dispose]()
    for (const step of this.#open) step.abandon()
    const failed = status === 'failed' || this.#failureStep !== undefined
    const end = {
      event: 'operation_end',
      status: failed ? 'failed' : 'completed',
      total_duration_ms: rounded(ticks() - this.#startedAt),
      total_steps: this.#steps,
      failure_step: failed ? this.#failureStep : undefined,
      ...fields,
    }
    if (failed) this.#logger.error('Operation failed', end)
    else this.#logger.info('Operation completed', end)
  }

  /** `using operation = …`: one that was never ended failed. */
  [Symbol.dispose](): void {
    if (!this.#isOver)
      this.endOperation('failed', { error: 'the operation was never ended', error_type: 'never_ended' })
  }
}

/** Undefined members would take away what the context says. */
export function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
