/**
 * The streams that Loki took, and the newest time of each. Loki's 204 speaks only for the last stream of a request
 * (pkg/ingester/instance.go): what it may refuse at the ingester (a stream that is new to it: the stream limit; entries far
 * behind their stream's newest: the window) must go in a request of its own, or the refusal is never heard of.
 */
import type { BatchStream } from '../batch/batch.ts'
import { secondsOf } from './entry.ts'
import { startOf } from './pieces.ts'

export interface StreamMemory {
  /** Loki might refuse this stream, and be silent about it, among others. */
  isSuspect(stream: BatchStream, now: number): boolean
  acknowledge(stream: BatchStream, now: number): void
  /** The newest second that was acknowledged, or that a refusal told. */
  newest(labels: string): number | undefined
  learnNewest(labels: string, seconds: number, now: number): void
}

/** Loki's window within a stream is half of max_chunk_age, 1 h; a margin for the second's fraction. */
const WINDOW_S = 3600 - 60
/** Loki forgets an idle stream after chunk_idle_period (30 m): then it counts as a new one against the limit. */
const FORGOTTEN_MS = 25 * 60_000
/** Bounds memory; forgetting costs one request of its own when the stream comes back. */
const MAX_STREAMS = 50_000

export function createStreamMemory(): StreamMemory {
  const streams = new Map<string, { newest: number; seenAt: number }>()
  const remember = (labels: string, seconds: number, now: number) => {
    const known = streams.get(labels)
    if (known !== undefined) {
      known.newest = Math.max(known.newest, seconds)
      known.seenAt = now
      return
    }
    if (streams.size >= MAX_STREAMS) streams.delete(streams.keys().next().value!)
    streams.set(labels, { newest: seconds, seenAt: now })
  }
  return {
    isSuspect(stream, now) {
      const known = streams.get(stream.labels)
      if (known === undefined || now - known.seenAt > FORGOTTEN_MS) return true
      return firstSecond(stream) < known.newest - WINDOW_S
    },
    acknowledge(stream, now) {
      const last = stream.ends.length - 1
      if (last >= 0) remember(stream.labels, secondsOf(stream.bytes, startOf(stream, last), stream.ends[last]!), now)
    },
    newest: (labels) => streams.get(labels)?.newest,
    learnNewest: remember,
  }
}

/** Entries ascend, so the first is the oldest. */
function firstSecond(stream: BatchStream): number {
  return stream.ends.length === 0 ? Number.POSITIVE_INFINITY : secondsOf(stream.bytes, 0, stream.ends[0]!)
}
