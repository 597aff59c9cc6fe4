/** The destination's side of the contract: a batch in, what became of it out. */
import type { Batch } from '../batch/batch.ts'

/**
 * What became of a whole batch. delivered + rejected = batch.entries, unless it is not done: then the rest is undelivered,
 * and its positions must not be committed.
 */
export interface Delivery {
  readonly delivered: number
  /** Entries Loki will never take, by reason (`line_too_long`, `too_old`, `bad_entry`, …); each is in the dead letters. */
  readonly rejected: ReadonlyMap<string, number>
  readonly done: boolean
  /** Why trying on makes no sense (wrong token, wrong URL; only with `once` or a limit on tries): end, and show this. */
  readonly gaveUp?: string
}

export interface Destination {
  deliver(batch: Batch, signal: AbortSignal): Promise<Delivery>
  close(): Promise<void>
}
