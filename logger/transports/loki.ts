/**
 * Lines straight to Loki, on the shipper's delivery: batches, retries, triage of Loki's answers. Logging only puts a line
 * into a bounded queue; reading, encoding and sending happen in slices between the program's own work. At least once:
 * what is not acknowledged when the process ends is spooled, and shipped at the next start.
 */
import { createDestination, type PushEvent } from '../../shipper/push/deliver.ts'
import type { EndpointOptions } from '../../shipper/push/endpoint.ts'
import type { Destination } from '../../shipper/push/push.ts'
import type { LogLevel } from '../levels.ts'
import { idleClock } from './clock.ts'
import { Courier } from './courier.ts'
import { atExit } from './exit.ts'
import type { BatchMaker } from './records.ts'
import { type FlushResult, SinkTransport } from './sink.ts'
import { createSpool } from './spool.ts'

/** How lines wait, whatever carries them. */
export interface QueueOptions {
  readonly level?: LogLevel
  /** Names of fields that become labels beside service, node, level and env. Each value is a stream: keep them few. */
  readonly labels?: readonly string[]
  /** A line waits at most so long before it is sent; default 1000. */
  readonly maxWaitMs?: number
  /** Memory for lines that wait; default 64 MiB. What does not fit goes to the spool. */
  readonly maxQueueBytes?: number
  /** Folder for what could not be delivered; default .longship/spool, false: none. */
  readonly spool?: string | false
  /** Of one process' spool file; default 256 MiB. */
  readonly maxSpoolBytes?: number
  /** Names the spool's files, so that services share a folder; default SERVICE_NAME, else logger. */
  readonly service?: string
  /** What goes wrong (Loki away, lines refused), at most once in ten seconds a kind; default: a line on standard error. */
  readonly onProblem?: (problem: string) => void
  /** First and longest wait after a failure in milliseconds; default 500 and 30,000. */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number }
}

export interface LokiOptions extends EndpointOptions, QueueOptions {}

const DEFAULT_WAIT_MS = 1000
const DEFAULT_QUEUE_BYTES = 64 * 1024 * 1024
const DEFAULT_SPOOL = '.longship/spool'
const DEFAULT_SPOOL_BYTES = 256 * 1024 * 1024

/**
 * Throws LongshipError('config') for a URL or header that cannot be used; nothing is sent before the first line.
 * @example createLogger({ service: 'api', transports: [stdoutTransport(), lokiTransport({ url: 'http://loki:3100' })] })
 */
export function lokiTransport(options: LokiOptions): SinkTransport {
  return createCourierTransport(options, (problem) => openDestination(options, problem))
}

/** A transport with a queue, a spool and exits of its own before any destination. */
export function createCourierTransport(options: QueueOptions, open: (problem: Problem) => Destination): SinkTransport {
  const problem = throttled(options.onProblem ?? ((text) => void process.stderr.write(`longship logger: ${text}\n`)))
  const service = options.service ?? process.env.SERVICE_NAME ?? 'logger'
  const { spool: dir = DEFAULT_SPOOL, maxSpoolBytes: maxBytes = DEFAULT_SPOOL_BYTES } = options
  const courier = new Courier({
    destination: open(problem),
    batches: batchMaker(options.labels),
    spool: dir === false ? undefined : createSpool({ dir, service, maxBytes }),
    maxWaitMs: options.maxWaitMs ?? DEFAULT_WAIT_MS,
    maxQueueBytes: options.maxQueueBytes ?? DEFAULT_QUEUE_BYTES,
    problem,
  })
  const forget = atExit(courier)
  return new SinkTransport({
    level: options.level,
    take: (line) => courier.add(line),
    flush: (timeoutMs) => courier.flush(timeoutMs),
    async close(timeoutMs): Promise<FlushResult> {
      const result = await courier.close(timeoutMs)
      forget()
      return result
    },
  })
}

function batchMaker(labels: readonly string[] | undefined): () => Promise<BatchMaker> {
  let made: Promise<BatchMaker> | undefined
  return () => (made ??= import('./records.ts').then(({ createBatchMaker }) => createBatchMaker(labels)))
}

function openDestination(options: LokiOptions, problem: Problem): Destination {
  const { url, tenant, basicAuth, bearerToken, bearerTokenFile, headers, tls, timeoutMs, backoff } = options
  const endpoint = { url, tenant, basicAuth, bearerToken, bearerTokenFile, headers, tls, timeoutMs }
  return createDestination({ ...endpoint, backoff, clock: idleClock, report: (event) => reportTo(problem, event) })
}

function reportTo(problem: Problem, event: PushEvent): void {
  if (event.kind === 'failing') problem(event.kind, `Loki does not take lines, trying on: ${event.reason}`)
  if (event.kind === 'rejected') {
    problem(event.kind, `Loki refused ${event.entries} lines for good (${event.reason}): ${event.detail}`)
  }
}

export type Problem = (kind: string, text: string) => void

const QUIET_MS = 10_000

/** One of a kind in ten seconds; the receiver may throw. */
function throttled(report: (text: string) => void): Problem {
  const last = new Map<string, number>()
  return (kind, text) => {
    const now = Date.now()
    if (now - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return
    last.set(kind, now)
    try {
      report(text)
    } catch {}
  }
}
