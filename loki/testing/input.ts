/** A test's entries: streams as they were written, and raw lines as a normalizer made them. Times from the test's start. */

import { NANOS_PER_MS, type TestEntry, type TestStream } from './target.ts'
import type { EntryInput, RawInput, StreamInput, Test } from './testfile.ts'

/** One event of a raw log as it would be pushed. */
export interface NormalizedEntry extends TestEntry {
  readonly labels: ReadonlyMap<string, string>
}

/** Raw text → entries in input order. Throws with words for people (an unknown format, a zone that is none). */
export type Normalize = (raw: {
  readonly text: string
  readonly service: string | undefined
  readonly node: string | undefined
  readonly env: string | undefined
  readonly format: string
  readonly timezone: string
  /** The time of lines that have none. */
  readonly now: bigint
}) => Promise<readonly NormalizedEntry[]>

export interface InputOptions {
  readonly test: Test
  readonly start: bigint
  readonly intervalMs: number
  readonly normalize: Normalize
  /** Reads a file named in the test. */
  readonly readFile: (path: string) => string
}

/** More entries than this in one test are a mistake in `count`. */
const MAX_ENTRIES = 1_000_000

export async function buildInput(options: InputOptions): Promise<TestStream[]> {
  const { test } = options
  const streams = test.input_streams.map((input) => streamOf(input, options))
  for (const raw of test.raw_lines) streams.push(...(await rawStreams(raw, options)))
  return streams
}

function streamOf(input: StreamInput, { start, intervalMs }: InputOptions): TestStream {
  const entries: TestEntry[] = []
  let nextMs = 0
  for (const written of input.lines) {
    const times = timesOf(written, nextMs, intervalMs)
    if (entries.length + times.length > MAX_ENTRIES) throw new Error(`a stream has more than ${MAX_ENTRIES} entries`)
    const own = 'structured_metadata' in written ? written.structured_metadata : undefined
    for (const [index, ms] of times.entries()) {
      entries.push({
        time: start + BigInt(ms) * NANOS_PER_MS,
        line: numbered(written.line, index),
        metadata: metadataOf(input.structured_metadata, own, index),
      })
    }
    nextMs = (times.at(-1) ?? nextMs - intervalMs) + intervalMs
  }
  return { labels: input.stream, entries }
}

/** Milliseconds from the start. A line that says nothing stands one interval behind the one before. */
function timesOf(entry: EntryInput, nextMs: number, intervalMs: number): number[] {
  if (!('every' in entry)) return [nextMs]
  const { at, from, every, count, until } = entry
  if (at !== undefined) return Array.from({ length: count ?? 1 }, (_, i) => at + i * (every ?? 0))
  if (every === undefined && count === undefined && until === undefined) return [from ?? nextMs]
  const first = from ?? 0
  const gap = every ?? intervalMs
  const repeats = until === undefined ? (count ?? 1) : gap === 0 ? 1 : Math.floor((until - first) / gap) + 1
  if (repeats > MAX_ENTRIES) throw new Error(`an entry is repeated more than ${MAX_ENTRIES} times`)
  return Array.from({ length: Math.max(0, Math.min(repeats, count ?? repeats)) }, (_, i) => first + i * gap)
}

function numbered(text: string, index: number): string {
  return text.includes('{{') ? text.replace(/\{\{\s{0,9}\.i\s{0,9}\}\}/g, String(index)) : text
}

function metadataOf(
  all: ReadonlyMap<string, string> | undefined,
  own: ReadonlyMap<string, string> | undefined,
  index: number,
): ReadonlyMap<string, string> {
  return new Map([...(all ?? []), ...(own ?? [])].map(([name, value]) => [name, numbered(value, index)]))
}

async function rawStreams(
  raw: RawInput,
  { start, intervalMs, normalize, readFile }: InputOptions,
): Promise<TestStream[]> {
  const text = raw.text ?? readFile(raw.file ?? '')
  const { service, node, env, format, timezone } = raw
  const entries = await normalize({ text, service, node, env, format, timezone, now: start })
  const first = entries.reduce((least, { time }) => (time < least ? time : least), entries[0]?.time ?? start)
  const timeOf = (entry: NormalizedEntry, index: number) => {
    if (raw.every !== undefined || raw.from !== undefined) {
      return start + BigInt((raw.from ?? 0) + index * (raw.every ?? intervalMs)) * NANOS_PER_MS
    }
    return raw.at === undefined ? entry.time : entry.time - first + start + BigInt(raw.at) * NANOS_PER_MS
  }
  return streamsOf(entries.map((entry, index) => ({ ...entry, time: timeOf(entry, index) })))
}

/** Entries by their labels, in the order in which they came. */
export function streamsOf(entries: readonly NormalizedEntry[]): TestStream[] {
  const streams = new Map<string, { labels: ReadonlyMap<string, string>; entries: TestEntry[] }>()
  for (const { labels, time, line, metadata } of entries) {
    const key = JSON.stringify([...labels])
    let stream = streams.get(key)
    if (stream === undefined) streams.set(key, (stream = { labels, entries: [] }))
    stream.entries.push({ time, line, metadata })
  }
  return [...streams.values()]
}
