/** A test's own Loki in this process: empty, in memory, without limits, and nothing added to what is pushed. */

import { writeLabels } from '../../shipper/wire/labels.ts'
import { readJsonPush } from '../../shipper/wire/pushjson.ts'
import type { Instant, QueryResult } from '../logql/engine/result.ts'
import { runInstant, runRange } from '../server/ask.ts'
import { OWN_SETTINGS } from '../server/ownsettings.ts'
import { storePush } from '../server/receive.ts'
import type { Settings } from '../server/settings.ts'
import { openStore } from '../server/store.ts'
import type { FoundEntry, Target, TestAnswer, TestStream } from './target.ts'

const QUERY_TIMEOUT_MS = 60_000
const MAX_BYTES = 1024 * 1024 * 1024

const SETTINGS: Settings = {
  ...OWN_SETTINGS,
  limits: {
    ...OWN_SETTINGS.limits,
    max_entries_limit_per_query: 0,
    max_query_length: 0,
    max_query_series: 0,
    query_timeout: QUERY_TIMEOUT_MS,
  },
}

export async function openEmbedded(): Promise<Target> {
  const { limits } = SETTINGS
  const now = Date.now
  const store = openStore({
    dir: undefined,
    fsync: false,
    settings: SETTINGS,
    maxBytes: MAX_BYTES,
    now,
    warn: () => {},
  })
  const tenant = store.tenant('fake')
  const asker = { tenant, limits, now: now() }
  return {
    async push(streams) {
      for (const stream of streams) {
        const push = readJsonPush(Buffer.from(pushJson([stream])), tenant.names)
        const { status, message } = storePush(push, tenant, store, limits)
        if (status !== 204)
          throw new Error(`the entries of ${writeLabels([...stream.labels])} cannot be pushed: ${message}`)
      }
    },
    async range({ query, start, end, stepMs, limit, isForward }) {
      const question = { query, start: instant(start), end: instant(end), stepMs, limit, isBackward: !isForward }
      return answerOf((await runRange(asker, question)).result)
    },
    instant: async (query, time) => answerOf((await runInstant(asker, { query, time: instant(time) })).result),
    close: async () => store.close(),
  }
}

/** The body of Loki's push API. */
export function pushJson(streams: readonly TestStream[]): string {
  return JSON.stringify({
    streams: streams.map(({ labels, entries }) => ({
      stream: Object.fromEntries(labels),
      values: entries.map(({ time, line, metadata }) => [String(time), line, Object.fromEntries(metadata)]),
    })),
  })
}

const NANOS = 1_000_000_000n

function instant(time: bigint): Instant {
  const rest = ((time % NANOS) + NANOS) % NANOS
  return { seconds: Number((time - rest) / NANOS), nanos: Number(rest) }
}

function answerOf(result: QueryResult): TestAnswer {
  switch (result.type) {
    case 'streams': {
      const entries: FoundEntry[] = result.streams.flatMap(({ labels, entries: found }) =>
        found.map(({ seconds, nanos, line }) => ({ time: BigInt(seconds) * NANOS + BigInt(nanos), line, labels })),
      )
      return { kind: 'streams', entries }
    }
    case 'matrix':
      return {
        kind: 'matrix',
        series: result.series.map(({ labels, points }) => ({
          labels,
          samples: points.map(({ ms, value }) => ({ time: ms, value })),
        })),
      }
    case 'vector':
      return {
        kind: 'vector',
        series: result.samples.map(({ labels, ms, value }) => ({ labels, samples: [{ time: ms, value }] })),
      }
    case 'scalar':
      return { kind: 'scalar', series: [{ labels: new Map(), samples: [{ time: result.ms, value: result.value }] }] }
  }
}
