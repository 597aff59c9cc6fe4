/**
 * A test against a Loki that others use too: entries carry a label of their own, and times are moved so that the test's
 * latest is now, because a Loki refuses what is old. Answers come back with the label gone and in the test's times.
 */
import { selectOnly } from './rewrite.ts'
import {
  type FoundSeries,
  type Labels,
  NANOS_PER_MS,
  type Target,
  type TestAnswer,
  type TestEntry,
  type TestSpan,
  type TestStream,
} from './target.ts'

/** A Loki elsewhere. */
export interface Remote {
  push(streams: readonly TestStream[]): Promise<void>
  range: Target['range']
  instant: Target['instant']
}

export interface ShiftOptions {
  readonly span: TestSpan
  /** The value of the label that tells this test's entries from all others. */
  readonly id: string
  /** Milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

const LABEL = 'longship_test'
/** What a Loki with its defaults adds to every entry. */
const ADDED = ['service_name', 'detected_level'] as const
/** So far behind now is the latest entry: clocks differ. */
const MARGIN_MS = 2000
const MAX_WAIT_MS = 60_000
/** What is older Loki reads from its store only, where new entries are once it has flushed them: half an hour by default. */
const UNFLUSHED_MS = 2.5 * 3_600_000
const WHY_OLD = '. They are hours old: a Loki reads such entries when it has flushed them (POST /flush does it at once)'

export function shiftedTarget(remote: Remote, options: ShiftOptions): Target {
  const shift = shiftOf(options.span, options.now())
  const entry = (answer: TestAnswer, query: string) => moved(answer, shift, addedNames(query))
  const narrow = (query: string) => selectOnly(query, LABEL, options.id)
  return {
    async push(streams) {
      const labelled = joined(streams).map(({ labels, entries }) => ({
        labels: new Map([...labels, [LABEL, options.id]]),
        entries: entries.map((one) => ({ ...one, time: one.time + shift })),
      }))
      const count = countEntries(streams)
      if (count === 0) return
      await remote.push(labelled)
      await untilReadable(remote, labelled, count, options)
    },
    async range(question) {
      const { query, start, end } = question
      const asked = { ...question, query: narrow(query), start: start + shift, end: end + shift }
      return entry(await remote.range(asked), query)
    },
    instant: async (query, time) => entry(await remote.instant(narrow(query), time + shift), query),
    close: async () => {},
  }
}

/**
 * Each stream once, its entries in the order of their times: a Loki refuses what is far behind the newest entry of a stream,
 * which two input_streams of a test file that differ in structured metadata only are one of.
 */
function joined(streams: readonly TestStream[]): TestStream[] {
  const byLabels = new Map<string, { readonly labels: Labels; readonly entries: TestEntry[] }>()
  for (const { labels, entries } of streams) {
    const key = JSON.stringify([...labels].sort())
    const known = byLabels.get(key)
    if (known === undefined) byLabels.set(key, { labels, entries: [...entries] })
    else known.entries.push(...entries)
  }
  for (const { entries } of byLabels.values()) entries.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return [...byLabels.values()]
}

/** Nanoseconds to add. A multiple of all steps, so that ranges stand on their steps as before. */
function shiftOf({ latest, stepsMs }: TestSpan, nowMs: number): bigint {
  const grain = stepsMs.reduce((a, b) => (a / gcd(a, b)) * b, 1)
  const distance = nowMs - MARGIN_MS - Number(latest / NANOS_PER_MS)
  return BigInt(Math.floor(distance / grain) * grain) * NANOS_PER_MS
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** Loki keeps one of two entries that are the same in all. */
function countEntries(streams: readonly TestStream[]): number {
  const seen = new Set<string>()
  for (const { labels, entries } of streams) {
    const stream = JSON.stringify([...labels].sort())
    for (const { time, line, metadata } of entries)
      seen.add(JSON.stringify([stream, String(time), line, [...metadata]]))
  }
  return seen.size
}

async function untilReadable(
  remote: Remote,
  streams: readonly TestStream[],
  count: number,
  { id, now, sleep }: ShiftOptions,
): Promise<void> {
  const times = streams.flatMap(({ entries }) => entries.map(({ time }) => time))
  const first = times.reduce((a, b) => (a < b ? a : b))
  const last = times.reduce((a, b) => (a > b ? a : b))
  const seconds = Number((last - first) / 1_000_000_000n) + 2
  const query = `sum(count_over_time({${LABEL}="${id}"}[${seconds}s]))`
  const until = now() + MAX_WAIT_MS
  for (let wait = 50; ; wait = Math.min(1000, wait * 2)) {
    const answer = await remote.instant(query, last + 1_000_000_000n)
    const seen = answer.kind === 'streams' ? 0 : (answer.series[0]?.samples[0]?.value ?? 0)
    if (seen >= count) return
    if (now() >= until) {
      const says = `of ${count} entries pushed, ${seen} can be read after ${MAX_WAIT_MS / 1000} s`
      throw new Error(now() - Number(last / NANOS_PER_MS) > UNFLUSHED_MS ? `${says}${WHY_OLD}` : says)
    }
    await sleep(wait)
  }
}

/** Labels that Loki added; a query that names one means it. */
function addedNames(query: string): readonly string[] {
  return [LABEL, ...ADDED.filter((name) => !query.includes(name))]
}

function moved(answer: TestAnswer, shift: bigint, without: readonly string[]): TestAnswer {
  if (answer.kind === 'streams') {
    const entries = answer.entries.map((one) => ({ ...one, time: one.time - shift, labels: less(one.labels, without) }))
    return { kind: 'streams', entries }
  }
  const shiftMs = Number(shift / NANOS_PER_MS)
  const series = answer.series.map(
    ({ labels, samples }): FoundSeries => ({
      labels: less(labels, without),
      samples: samples.map(({ time, value }) => ({ time: time - shiftMs, value })),
    }),
  )
  return { kind: answer.kind, series }
}

function less(labels: Labels, names: readonly string[]): Labels {
  return new Map([...labels].filter(([name]) => !names.includes(name)))
}
