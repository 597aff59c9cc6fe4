/**
 * The destination: a batch in, what became of each entry out. At least once: an entry is done when Loki stored it or when
 * it lies in the dead letters; until then its batch is not. Never throws for what Loki says or does.
 */
import type { BatchStream } from '../batch/batch.ts'
import { classify, type Verdict } from './classify.ts'
import { createClient } from './client.ts'
import { type DeadLetter, type DeadLetterOptions, type DeadLetters, openDeadLetters } from './dead-letters.ts'
import { type Body, type Compression, type Encoding, encoder } from './encode.ts'
import { createEndpoint, type EndpointOptions } from './endpoint.ts'
import { createStreamMemory } from './memory.ts'
import { countBytes, countEntries, type Piece } from './pieces.ts'
import type { Delivery, Destination } from './push.ts'
import { throttle } from './rate.ts'
import { type Backoff, type Clock, systemClock, withBackoff } from './retry.ts'
import { type Job, plan, type Refusal, type Triage, triageStep } from './triage.ts'
import { createWindow } from './window.ts'

export interface DestinationOptions extends EndpointOptions {
  /** auto: protobuf, where the native snappy is missing JSON. */
  readonly encoding?: Encoding | undefined
  /** auto: none on loopback, else snappy, where that is missing gzip. */
  readonly compression?: Compression | undefined
  /** Entries that Loki finds too old, too new or too far behind: stamped anew (clamp, the default), or dead letters. */
  readonly outOfWindow?: 'clamp' | 'reject' | undefined
  /** Without them, what Loki refuses is counted and reported only. */
  readonly deadLetters?: DeadLetterOptions | undefined
  /** Bytes a second, undefined: no limit. */
  readonly rateLimitBytes?: number | undefined
  readonly backoff?: Backoff | undefined
  /** Ends: wrong configuration (401, 403, 404, redirects, certificates) is given up after a few tries. */
  readonly once?: boolean | undefined
  /** Give up when nothing went through for so long. Undefined: never, files can be read again. */
  readonly giveUpAfterMs?: number | undefined
  readonly report?: ((event: PushEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** For the log and the counters; never needed for delivery. */
export type PushEvent =
  | {
      readonly kind: 'sent'
      readonly bytes: number
      readonly entries: number
      readonly verdict: Verdict['kind']
      /** How long Loki took to answer. */
      readonly tookMs: number
    }
  | {
      readonly kind: 'failing'
      readonly cause: string
      readonly reason: string
      readonly attempt: number
      readonly waitMs: number
    }
  | { readonly kind: 'recovered'; readonly attempts: number; readonly downMs: number }
  | { readonly kind: 'rejected'; readonly reason: string; readonly detail: string; readonly entries: number }
  | { readonly kind: 'restamped'; readonly entries: number }
  | { readonly kind: 'dead_letters_failing'; readonly message: string }

export const BACKOFF: Backoff = { minMs: 500, maxMs: 30_000 }
const SLOW_BACKOFF: Backoff = { minMs: 5_000, maxMs: 60_000 }
const SETUP_TRIES = 5

/** Throws LongshipError for options that cannot be used. */
export function createDestination(options: DestinationOptions): Destination {
  const endpoint = createEndpoint(options)
  const client = createClient(endpoint)
  const { clock = systemClock, backoff = BACKOFF, report = () => {} } = options
  const { encoding = 'auto', compression = 'auto' } = options
  const encode = encoder({ encoding, compression, isLoopback: endpoint.isLoopback })
  const limit = throttle(options.rateLimitBytes, clock)
  const health = { lastDelivered: 0, failures: 0, downSince: 0 }
  const triage: Triage = {
    window: createWindow(),
    memory: createStreamMemory(),
    outOfWindow: options.outOfWindow ?? 'clamp',
    setupTries: options.once === true ? SETUP_TRIES : undefined,
    giveUpAfterMs: options.giveUpAfterMs,
    lastDelivered: () => health.lastDelivered,
    failingSince: () => (health.failures === 0 ? clock.now() : health.downSince),
    now: () => clock.now(),
  }

  const post = async ({ piece, body }: Parcel, signal: AbortSignal): Promise<Verdict> => {
    if (limit !== undefined) await limit(countBytes(piece), signal)
    const began = clock.now()
    const verdict = classify(await client.post(body, signal), clock.now())
    const tookMs = clock.now() - began
    report({ kind: 'sent', bytes: body.length, entries: countEntries(piece), verdict: verdict.kind, tookMs })
    return verdict
  }
  const send = withBackoff(post, {
    backoff,
    slowBackoff: options.once === true ? backoff : SLOW_BACKOFF,
    clock,
    onRetry(verdict, attempt, waitMs) {
      if (health.failures++ === 0) health.downSince = clock.now()
      report({ kind: 'failing', cause: verdict.cause, reason: verdict.reason, attempt, waitMs })
    },
  })
  const recovered = () => {
    if (health.failures === 0) return
    report({ kind: 'recovered', attempts: health.failures, downMs: clock.now() - health.downSince })
    health.failures = 0
  }

  const bury = burial(options, clock, backoff, report)

  /** One request and what follows from it: jobs that wait are put where the step says. */
  const advance = async (jobs: Waiting[], tally: Tally, signal: AbortSignal): Promise<string | undefined> => {
    const { job, body = await encode(job.piece) } = jobs.shift()!
    const verdict = await send({ piece: job.piece, body }, job.attempts + 1, signal)
    if (verdict.kind === 'retry' && signal.aborted) return undefined
    if (verdict.kind !== 'retry') recovered()
    const step = triageStep(job, verdict, triage)
    if (step.delivered.length > 0) health.lastDelivered = clock.now()
    for (const stream of step.delivered) triage.memory.acknowledge(stream, health.lastDelivered)
    tally.delivered += countEntries(step.delivered)
    if (step.restamped > 0) report({ kind: 'restamped', entries: step.restamped })
    const failure = await bury.write(step.refused, tally, signal)
    jobs.unshift(...step.again.map((again) => ({ job: again })))
    for (const later of step.later) jobs.push({ job: later, body: later.piece === job.piece ? body : undefined })
    return failure ?? step.gaveUp
  }

  return {
    async deliver(batch, signal): Promise<Delivery> {
      const tally: Tally = { delivered: 0, rejected: new Map() }
      const { jobs: planned, restamped } = plan(batch.streams.filter(hasEntries), triage)
      if (restamped > 0) report({ kind: 'restamped', entries: restamped })
      const jobs: Waiting[] = planned.map((job) => ({ job }))
      while (jobs.length > 0 && !signal.aborted) {
        const failure = await advance(jobs, tally, signal)
        if (failure !== undefined) return { ...tally, done: false, gaveUp: `${endpoint.url.href}: ${failure}` }
      }
      return { ...tally, done: tally.delivered + sum(tally.rejected.values()) === batch.entries }
    },
    async close() {
      client.close()
      bury.close()
    },
  }
}

interface Parcel {
  readonly piece: Piece
  readonly body: Body
}

interface Waiting {
  readonly job: Job
  /** As it was sent before. */
  readonly body?: Body | undefined
}

interface Tally {
  delivered: number
  readonly rejected: Map<string, number>
}

/** Refused entries into the dead letters and the count; an entry that lies in neither Loki nor there is not done. */
function burial(options: DestinationOptions, clock: Clock, backoff: Backoff, report: (event: PushEvent) => void) {
  const letters = options.deadLetters && openDeadLetters(options.deadLetters, () => clock.now())
  return {
    /** Says why, where it was given up. Aborted: what is not written is not counted. */
    async write(refused: readonly Refusal[], tally: Tally, signal: AbortSignal): Promise<string | undefined> {
      for (const { code, detail, stream } of refused) {
        for (let attempt = 1; letters !== undefined; attempt++) {
          const message = tryWrite(letters, { reason: code, detail, stream })
          if (message === undefined) break
          const text = `dead letters ${options.deadLetters?.path} cannot be written: ${message}`
          report({ kind: 'dead_letters_failing', message: text })
          if (options.once === true && attempt >= SETUP_TRIES) return text
          await clock.sleep(Math.min(backoff.maxMs, backoff.minMs * 2 ** Math.min(attempt - 1, 30)), signal)
          if (signal.aborted) return undefined
        }
        report({ kind: 'rejected', reason: code, detail, entries: stream.ends.length })
        tally.rejected.set(code, (tally.rejected.get(code) ?? 0) + stream.ends.length)
      }
      return undefined
    },
    close: () => letters?.close(),
  }
}

function tryWrite(letters: DeadLetters, letter: DeadLetter): string | undefined {
  try {
    letters.write(letter)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function hasEntries(stream: BatchStream): boolean {
  return stream.ends.length > 0
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
