/**
 * winston-loki, kept for those who have it, as the wire behind our own queue, spool and exits. What is closed off: a batch
 * that blocks all others, and memory without bound (its batching is off, refused lines are found by halving); labels that
 * are no text; flush() that waits for a timer and resolves when sending failed; identical lines of a millisecond that Loki
 * takes for one; handlers and timers that keep or end the process. Its own protobuf mode drops metadata: JSON is forced.
 */
import type { BatchStream } from '../../shipper/batch/batch.ts'
import { LongshipError } from '../../shipper/errors.ts'
import { readEntry, text } from '../../shipper/push/entry.ts'
import { scanLabels } from '../../shipper/push/labels.ts'
import { slice, startOf } from '../../shipper/push/pieces.ts'
import type { Destination } from '../../shipper/push/push.ts'
import { idleClock } from './clock.ts'
import { createCourierTransport, type Problem, type QueueOptions } from './loki.ts'
import type { SinkTransport } from './sink.ts'

/** The class that `require('winston-loki')` gives; 6.1. */
export type WinstonLoki = new (options: {
  readonly host: string
  readonly json: boolean
  readonly batching: boolean
  readonly gracefulShutdown: boolean
  readonly replaceTimestamp: boolean
  readonly timeout: number
  readonly basicAuth?: string
  readonly headers?: object
}) => object

export interface WinstonLokiOptions extends QueueOptions {
  readonly host: string
  /** user:password */
  readonly basicAuth?: string
  /** X-Scope-OrgID belongs here. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds; default 10,000. */
  readonly timeout?: number
}

/** What of it is used; not part of its types. */
interface Batcher {
  pushLogEntry(entry: { labels: Record<string, string>; entries: readonly object[] }): Promise<unknown>
}

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Throws LongshipError('config') for a class that is not winston-loki's.
 * @example import LokiTransport from 'winston-loki'; winstonLokiTransport(LokiTransport, { host: 'http://loki:3100' })
 */
export function winstonLokiTransport(Transport: WinstonLoki, options: WinstonLokiOptions): SinkTransport {
  const { host, basicAuth, headers, timeout = DEFAULT_TIMEOUT_MS } = options
  const credentials = basicAuth === undefined ? {} : { basicAuth }
  const safe = { json: true, batching: false, gracefulShutdown: false, replaceTimestamp: false, timeout }
  const inner = new Transport({ host, ...credentials, headers: { ...headers }, ...safe }) as { batcher?: Batcher }
  const { batcher } = inner
  if (typeof batcher?.pushLogEntry !== 'function') {
    throw new LongshipError('config', 'the class must be that of winston-loki 6.1: require("winston-loki")')
  }
  return createCourierTransport(options, (problem) => destinationOf(batcher, options, problem))
}

function destinationOf(batcher: Batcher, { backoff }: WinstonLokiOptions, problem: Problem): Destination {
  const { minMs, maxMs } = backoff ?? { minMs: 500, maxMs: 30_000 }
  /** How many entries Loki refused for good; undefined when it was aborted. */
  const send = async (stream: BatchStream, signal: AbortSignal): Promise<number | undefined> => {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const failure = await batcher.pushLogEntry(entryOf(stream)).then(() => undefined, failureOf)
      if (failure === undefined) return 0
      if (failure.isFinal) return refuse(stream, failure.message, signal)
      problem('failing', `Loki does not take lines, trying on: ${failure.message}`)
      await idleClock.sleep(Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30)) * Math.random(), signal)
    }
    return undefined
  }
  /** One of several may be bad: halves tell which, and the others arrive. */
  const refuse = async (stream: BatchStream, why: string, signal: AbortSignal): Promise<number | undefined> => {
    const { length } = stream.ends
    if (length === 1) {
      problem('rejected', `Loki refused a line for good: ${why}`)
      return 1
    }
    const first = await send(slice(stream, 0, length >> 1), signal)
    const second = first === undefined ? undefined : await send(slice(stream, length >> 1, length), signal)
    return second === undefined ? undefined : first! + second
  }
  return {
    async deliver(batch, signal) {
      let rejected = 0
      for (const stream of batch.streams) {
        const refused = await send(stream, signal)
        if (refused === undefined) return { delivered: 0, rejected: new Map(), done: false }
        rejected += refused
      }
      return { delivered: batch.entries - rejected, rejected: new Map([['refused', rejected]]), done: true }
    },
    close: () => Promise.resolve(),
  }
}

function failureOf(error: { readonly statusCode?: number; readonly message?: string }) {
  const { statusCode = 0, message = 'no answer' } = error
  return { isFinal: statusCode >= 400 && statusCode < 500 && ![401, 403, 404, 408, 429].includes(statusCode), message }
}

/** Its times are milliseconds: `nanos`, in the metadata, keeps lines of one apart. */
function entryOf(stream: BatchStream) {
  const entries = Array.from({ length: stream.ends.length }, (_, i) => {
    const { time, line, metadata } = readEntry(stream.bytes, startOf(stream, i), stream.ends[i]!)
    const rest = { ...Object.fromEntries(metadata), nanos: String(time.nanos) }
    return { ts: time.seconds * 1000 + Math.floor(time.nanos / 1e6), line: text(line), rest }
  })
  return { labels: Object.fromEntries(scanLabels(stream.labels)?.labels ?? []), entries }
}
