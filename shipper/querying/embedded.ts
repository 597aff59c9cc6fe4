/** The embedded engine over files, asked in process. */
import { DEFAULT_LIMITS } from '../../loki/limits.ts'
import type { Instant, QueryResult, StreamsResult } from '../../loki/logql/engine/result.ts'
import { QueryError } from '../../loki/logql/error.ts'
import { type Asker, runInstant, runRange } from '../../loki/server/ask.ts'
import type { Store } from '../../loki/server/store.ts'
import type { Tenant } from '../../loki/server/tenant.ts'
import { type Answer, type Entry, inOrder } from './answer.ts'
import { TENANT } from './load.ts'
import { type Loki, RefusedQuery } from './loki.ts'
import { scanEntries } from './scan-entries.ts'
import { defaultStep, type Range } from './times.ts'

/** Nobody else asks: a page is bounded by what it takes as objects. */
const BATCH = 20_000
/** Ten weeks of minutes. */
const MAX_POINTS = 100_000

const NO_LIMITS = {
  ...DEFAULT_LIMITS,
  max_entries_limit_per_query: 0,
  max_query_length: 0,
  max_query_lookback: 0,
  max_query_range: 0,
  max_query_series: 0,
  /** A day. */
  query_timeout: 86_400_000,
}

/** `name`: what people call the data. Closes the store with itself. */
export function openEmbedded(store: Store, name: string, signal: AbortSignal): Loki {
  const tenant = store.findTenant(TENANT)
  const asker: Asker = { tenant, limits: NO_LIMITS, now: Date.now(), signal }
  return {
    name,
    batch: BATCH,
    maxPoints: MAX_POINTS,
    span: spanOf(tenant),
    range: ({ query, start, end, limit, isForward, stepMs = defaultStep({ start, end }) }) =>
      asked(async () => {
        const question = { query, start: instant(start), end: instant(end), stepMs, limit, isBackward: !isForward }
        return answerOf((await runRange(asker, question)).result, isForward)
      }),
    instant: (query, time) =>
      asked(async () => answerOf((await runInstant(asker, { query, time: instant(time) })).result, false)),
    whole: {
      slices: (range) => slicesOf(tenant, range),
      entries: (query, { start, end }, isForward, hasLabels) =>
        asked(() =>
          scanEntries(tenant, { query, start: instant(start), end: instant(end), isForward, hasLabels, signal }),
        ),
    },
    labels: async () => [...tenant.index.keys()].sort(),
    values: async (label) => [...(tenant.index.get(label)?.keys() ?? [])].sort(),
    close: async () => store.close(),
  }
}

async function asked<Told>(ask: () => Promise<Told>): Promise<Told> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof QueryError) throw new RefusedQuery(error.status, error.message)
    throw error
  }
}

function instant(nanos: bigint): Instant {
  const rest = ((nanos % NANOS) + NANOS) % NANOS
  return { seconds: Number((nanos - rest) / NANOS), nanos: Number(rest) }
}

const NANOS = 1_000_000_000n

function answerOf(result: QueryResult, isForward: boolean): Answer {
  const warnings: string[] = []
  switch (result.type) {
    case 'streams':
      return { kind: 'streams', entries: inOrder(result.streams.flatMap(entriesOf), isForward), warnings }
    case 'matrix': {
      const series = result.series.map(({ labels, points }) => ({ labels, samples: points.map(sampleOf) }))
      return { kind: 'matrix', series, warnings }
    }
    case 'vector': {
      const series = result.samples.map((sample) => ({ labels: sample.labels, samples: [sampleOf(sample)] }))
      return { kind: 'vector', series, warnings }
    }
    case 'scalar':
      return { kind: 'scalar', series: [{ labels: new Map(), samples: [sampleOf(result)] }], warnings }
  }
}

function sampleOf({ ms, value }: { ms: number; value: number }) {
  return { time: Math.round(ms), value }
}

function entriesOf({ labels, entries }: StreamsResult['streams'][0]): Entry[] {
  return entries.map(({ seconds, nanos, line }) => ({ time: BigInt(seconds) * NANOS + BigInt(nanos), line, labels }))
}

/** From the first entry to behind the last one; undefined when there is none. */
function spanOf(tenant: Tenant): Range | undefined {
  let start: bigint | undefined
  let end: bigint | undefined
  for (const stream of tenant.streams.values()) {
    for (const block of stream.blocks) {
      const base = BigInt(block.base) * NANOS
      const first = base + BigInt(block.min)
      const last = base + BigInt(block.max)
      if (start === undefined || first < start) start = first
      if (end === undefined || last > end) end = last
    }
  }
  return start === undefined || end === undefined ? undefined : { start, end: end + 1n }
}

/** Entries in a slice, about: their labels and lines as objects are what a query holds at a time. */
const SLICE_ENTRIES = 4000
/** Of so many entries, the time of one is looked at. */
const SAMPLED_OF = 250

/** The range in parts of about as many entries. */
function slicesOf(tenant: Tenant, { start, end }: Range): Range[] {
  const times: bigint[] = []
  for (const stream of tenant.streams.values()) {
    for (const block of stream.blocks) {
      const base = BigInt(block.base) * NANOS
      for (let at = SAMPLED_OF - 1; at < block.count; at += SAMPLED_OF) {
        const time = base + BigInt(Math.round(block.times[at]!))
        if (time > start && time < end) times.push(time)
      }
    }
  }
  times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const edges = times.filter((time, index) => index % (SLICE_ENTRIES / SAMPLED_OF) === 0 && time !== times[index - 1])
  return [start, ...edges].map((edge, index) => ({ start: edge, end: edges[index] ?? end }))
}
