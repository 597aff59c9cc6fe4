/** Log queries: the newest (or oldest) entries that pass, in streams by their labels. */
import type { LogExpr } from '../ast.ts'
import { createBest } from './best.ts'
import { createLabelReader, type EntryLabels } from './entrylabels.ts'
import { sortAsGo } from './gosort.ts'
import { hintsOfLogs } from './needs.ts'
import type { Instant, Labels, ResultEntry, ResultStream } from './result.ts'
import type { EntryRow, LogSource } from './source.ts'
import { createHashReader } from './streamhash.ts'

export interface LogQuestion {
  readonly expr: LogExpr
  readonly start: Instant
  /** Exclusive. */
  readonly end: Instant
  /** Entries at most. */
  readonly limit: number
  readonly isBackward: boolean
  /** Entries closer than this to the one before are left out; nanoseconds, 0 for none. */
  readonly interval: number
  /** Streams by the labels of the stored streams only, whatever labels their entries have besides (categorize-labels). */
  readonly isCategorized: boolean
}

interface Found {
  /** Nanoseconds from the query's start. */
  readonly time: number
  /** Tells entries of one time apart: their streams' hashes, then their labels, then the order in which the scan met them. */
  readonly hash: bigint
  readonly sequence: number
  readonly timestamp: bigint
  readonly line: string
  readonly labels: EntryLabels
}

export async function findLogs(source: LogSource, question: LogQuestion): Promise<ResultStream[]> {
  const { expr, start, end, limit, isBackward, interval } = question
  const direction = isBackward ? -1 : 1
  const compare = (a: Found, b: Found) => direction * (a.time - b.time) || compareEqual(a, b)
  const best = createBest<Found>(interval > 0 ? Number.POSITIVE_INFINITY : limit, compare)
  const labelsOf = createLabelReader()
  const hashOf = createHashReader()
  const isRepeated = createRepeatTest()
  let sequence = 0
  const isLate = (time: number) => best.isFull() && direction * (time - best.worst()!.time) > 0
  await source.scan({
    log: expr,
    hints: hintsOfLogs(expr),
    start,
    end,
    isBackward,
    wants: (oldest, newest) => !isLate(isBackward ? newest : oldest),
    onEntry(row, time) {
      if (isLate(time)) return false
      const labels = labelsOf(row)
      if (isRepeated(row, time, labels)) return true
      const found = {
        time,
        hash: hashOf(row),
        sequence: sequence++,
        timestamp: row.timestamp(),
        line: row.line(),
        labels,
      }
      if (!best.isFull() || compare(found, best.worst()!) < 0) best.add(found)
      return true
    },
  })
  const found = best.sorted()
  const given = interval > 0 ? thin(found, interval, isBackward, limit) : found
  const groups = groupByLabels(given, question.isCategorized)
  for (const group of groups) orderTies(group.entries, isBackward)
  return groups
}

/**
 * Loki's merge iterators drop what a stream has twice at one time, and look at it as the stages left it: entries that
 * line_format made equal are one. A stream's entries come in order of time.
 */
function createRepeatTest(): (row: EntryRow, time: number, labels: EntryLabels) => boolean {
  interface Seen {
    readonly labels: EntryLabels
    readonly line: string
  }
  const last = new Map<EntryRow['stream'], { time: number; readonly entries: Seen[] }>()
  return (row, time, labels) => {
    const seen = { labels, line: row.line() }
    const known = last.get(row.stream)
    if (known === undefined) {
      last.set(row.stream, { time, entries: [seen] })
      return false
    }
    if (known.time !== time) {
      known.time = time
      known.entries.length = 0
    } else if (known.entries.some((entry) => entry.labels === labels && entry.line === seen.line)) return true
    // More of one time than this are not looked at: each would be compared with all.
    if (known.entries.length < MAX_COMPARED) known.entries.push(seen)
    return false
  }
}

const MAX_COMPARED = 1000

function compareEqual(a: Found, b: Found): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1
  if (a.labels.text !== b.labels.text) return a.labels.text < b.labels.text ? -1 : 1
  return a.sequence - b.sequence
}

/** Loki's readStreams: an entry is given when it is an interval away from the last one that was. */
function thin(found: readonly Found[], interval: number, isBackward: boolean, limit: number): Found[] {
  const kept: Found[] = []
  for (const entry of found) {
    const last = kept.at(-1)
    const distance = last === undefined ? interval : (entry.time - last.time) * (isBackward ? -1 : 1)
    if (distance >= interval) kept.push(entry)
    if (kept.length === limit) break
  }
  return kept
}

interface Group {
  readonly labels: Labels
  readonly entries: ResultEntry[]
}

function groupByLabels(found: readonly Found[], isCategorized: boolean): Group[] {
  const groups = new Map<string, Group>()
  for (const { timestamp, line, labels } of found) {
    const key = isCategorized ? labels.streamText : labels.text
    let group = groups.get(key)
    if (group === undefined) {
      groups.set(key, (group = { labels: isCategorized ? labels.stream : labels.all, entries: [] }))
    }
    const nanos = ((timestamp % NANOS) + NANOS) % NANOS
    const seconds = Number((timestamp - nanos) / NANOS)
    group.entries.push({ seconds, nanos: Number(nanos), line, metadata: labels.metadata, parsed: labels.parsed })
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, group]) => group)
}

const NANOS = 1_000_000_000n

/**
 * Loki's front end asks hour by hour and sorts what a stream has in each, twice (pkg/logql/accumulator.go): entries of
 * one time, in order so far, end up where Go's sort leaves them.
 */
function orderTies(entries: ResultEntry[], isBackward: boolean): void {
  const direction = isBackward ? -1 : 1
  const isBefore = (a: Instant, b: Instant) => direction * (a.seconds - b.seconds || a.nanos - b.nanos) <= 0
  const hourOf = ({ seconds }: Instant) => Math.floor(seconds / 3600)
  for (let start = 0, end = 0; start < entries.length; start = end) {
    const hour = hourOf(entries[start]!)
    let hasTies = false
    for (end = start + 1; end < entries.length && hourOf(entries[end]!) === hour; end++) {
      hasTies ||= entries[end]!.seconds === entries[end - 1]!.seconds && entries[end]!.nanos === entries[end - 1]!.nanos
    }
    if (!hasTies) continue
    const part = entries.slice(start, end)
    sortAsGo(part, isBefore)
    sortAsGo(part, isBefore)
    for (const [index, entry] of part.entries()) entries[start + index] = entry
  }
}
