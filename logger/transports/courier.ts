/** Carries lines from the queue, and from spools of earlier lives, to Loki: one batch at a time, in order. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Progress } from '../../shipper/batch/builder.ts'
import type { Destination } from '../../shipper/push/push.ts'
import type { Problem } from './loki.ts'
import { createQueue, type LineQueue } from './queue.ts'
import type { BatchMaker } from './records.ts'
import { newRun } from './run.ts'
import type { FlushResult } from './sink.ts'
import { removeSpool, type Spool, spooledLines } from './spool.ts'

export interface CourierOptions {
  readonly destination: Destination
  /** Loaded when the first line is sent: the shipper's readers are many. */
  readonly batches: () => Promise<BatchMaker>
  readonly spool: Spool | undefined
  readonly maxWaitMs: number
  readonly maxQueueBytes: number
  readonly problem: Problem
}

/** Lines read and encoded at one go, under 1 ms: the program has the event loop between two slices. */
const SLICE = 50
/** Lines of one request at most. */
const BATCH_LINES = 2000
/** So many lines do not wait for the timer. */
const EAGER_LINES = 1000
/** Lines that the queue has no room for go to the spool in blocks: opening a file for each would cost too much. */
const OVERFLOW_LINES = 256

export class Courier {
  readonly #options: CourierOptions
  readonly #queue: LineQueue
  readonly #run = newRun('logger')
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined
  readonly #overflow: string[] = []
  #isWanted = false
  /** Of this round: the lines for which the timer ran go out, however few they are. */
  #isFirst = true
  #isClosed = false
  #lost = 0
  #spooled = 0

  constructor(options: CourierOptions) {
    this.#options = options
    this.#queue = createQueue(options.maxQueueBytes)
    // Spools of earlier lives go out also when nothing is logged.
    if (options.spool !== undefined) this.#arm()
  }

  /** Puts a line into the queue; costs no more than that. Never throws. */
  add(line: string): void {
    if (this.#isClosed) {
      this.#keep([line])
      return
    }
    if (!this.#queue.push(line)) {
      this.#overflow.push(line)
      if (this.#overflow.length >= OVERFLOW_LINES) this.#keep(this.#overflow.splice(0))
    }
    if (this.#sending === undefined) this.#arm()
  }

  /** Sends now; resolves when nothing waits any more, or when the time is over. */
  async flush(timeoutMs: number): Promise<FlushResult> {
    const until = Date.now() + timeoutMs
    this.#isWanted = true
    // This timer holds the process: whoever waits for flush() wants its answer.
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs)
    })
    while (this.isBusy && !this.#isClosed && Date.now() < until) {
      this.#start()
      await Promise.race([over, this.#sending])
      await breathe()
    }
    clearTimeout(timer)
    this.#isWanted = false
    return { pending: this.#pending, lost: this.#lost }
  }

  async close(timeoutMs: number): Promise<FlushResult> {
    if (!this.#isClosed) {
      await this.flush(timeoutMs)
      this.spoolNow()
      await this.#sending
      await this.#options.destination.close()
    }
    return { pending: this.#spooled, lost: this.#lost }
  }

  /** Synchronously, for exits: everything not acknowledged goes to the spool. Twice does nothing more. */
  spoolNow(): void {
    this.#isClosed = true
    this.#abort.abort()
    clearTimeout(this.#timer)
    const left = [...this.#queue.drain(), ...this.#overflow.splice(0)]
    this.#spooled += left.length
    if (left.length > 0) this.#keep(left)
  }

  /** There is something that was not acknowledged. */
  get isBusy(): boolean {
    return this.#pending > 0
  }

  get #pending(): number {
    return this.#queue.lines + this.#overflow.length
  }

  #keep(lines: readonly string[]): void {
    const kept = this.#options.spool?.write(lines) ?? 0
    if (kept === lines.length) return
    this.#lost += lines.length - kept
    this.#options.problem('lost', `${this.#lost} lines lost so far: the queue is full, or the spool cannot be written`)
  }

  /** A few lines wait for others, many do not. */
  #arm(): void {
    if (this.#queue.lines >= EAGER_LINES) {
      this.#start()
    } else if (this.#timer === undefined && !this.#isClosed) {
      this.#timer = setTimeout(() => this.#start(), this.#options.maxWaitMs)
      this.#timer.unref()
    }
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#isClosed || this.#sending !== undefined) return
    this.#sending = this.#send()
      .catch((error: Error) => this.#options.problem('bug', `sending failed: ${error.message}`))
      .finally(() => {
        this.#sending = undefined
        if (this.isBusy) this.#arm()
      })
  }

  async #send(): Promise<void> {
    const { spool } = this.#options
    await this.#sendSpools(spool?.adopt() ?? [])
    while (this.#queue.lines >= EAGER_LINES || (this.#queue.lines > 0 && (this.#isFirst || this.#isWanted))) {
      this.#isFirst = false
      if (!(await this.#deliver(this.#queue.take(BATCH_LINES), this.#run))) return
      this.#queue.done()
    }
    this.#isFirst = true
    // What did not fit while Loki was away.
    if (this.#overflow.length > 0) this.#keep(this.#overflow.splice(0))
    if (this.#queue.lines === 0) await this.#sendSpools(spool?.reclaim() ?? [])
  }

  /** False only when it was aborted: delivery tries on for as long as it takes. */
  async #deliver(lines: readonly string[], run: Progress): Promise<boolean> {
    const batches = await this.#options.batches()
    for (let at = 0; at < lines.length; at += SLICE) {
      for (const batch of batches.add(lines.slice(at, at + SLICE), run)) {
        if (!(await this.#push(batch))) return false
      }
      await breathe()
    }
    for (const batch of batches.take()) if (!(await this.#push(batch))) return false
    return true
  }

  async #push(batch: Parameters<Destination['deliver']>[0]): Promise<boolean> {
    const { rejected, done } = await this.#options.destination.deliver(batch, this.#abort.signal)
    for (const count of rejected.values()) this.#lost += count
    return done
  }

  async #sendSpools(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      try {
        const run = newRun(path)
        for await (const lines of spooledLines(path, BATCH_LINES)) if (!(await this.#deliver(lines, run))) return
        removeSpool(path)
      } catch (error) {
        this.#options.problem('spool', `${path} cannot be read: ${(error as Error).message}`)
      }
    }
  }
}
