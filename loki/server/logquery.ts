/** Answers log queries: the newest (or oldest) entries that pass, grouped by their labels. */
import type { LogExpr } from '../logql/ast.ts'
import type { Block } from './block.ts'
import { relativeTime } from './block.ts'
import { compareText, writeLabels } from './labels.ts'
import { type Instant, type ScanRow, type ScanStats, type Turn, walk } from './scan.ts'
import type { Tenant } from './tenant.ts'

export interface LogQuery {
  readonly tenant: Tenant
  readonly expr: LogExpr
  readonly start: Instant
  /** Exclusive. */
  readonly end: Instant
  /** Entries at most. */
  readonly limit: number
  readonly isBackward: boolean
  /** Entries closer than this to the one before are left out; nanoseconds, 0 for none. */
  readonly interval: number
  readonly turn: Turn
  readonly stats: ScanStats
}

/** Labels of an entry, by where they came from. */
export interface EntryLabels {
  /** All of them, by name: what Loki answers as `stream`. */
  readonly all: ReadonlyMap<string, string>
  readonly stream: ReadonlyMap<string, string>
  readonly metadata: ReadonlyMap<string, string>
  readonly parsed: ReadonlyMap<string, string>
  /** Loki's text of `all`: what entries and series are grouped by. */
  readonly text: string
}

export interface FoundEntry {
  readonly seconds: number
  readonly nanos: number
  /** Tells entries of one time apart: the order in which the walk met them. */
  readonly sequence: number
  readonly line: string
  readonly labels: EntryLabels
}

export async function runLogQuery(query: LogQuery): Promise<FoundEntry[]> {
  const keep = query.interval > 0 ? Number.POSITIVE_INFINITY : query.limit
  const best = createBest(keep, query.isBackward)
  const seen = new Map<string, EntryLabels>()
  let sequence = 0
  await walk({
    ...query,
    isWanted: (block) => best.wants(block),
    onEntry(row, seconds, nanos) {
      if (!best.isBetter(seconds, nanos)) return false
      best.add({ seconds, nanos, sequence: sequence++, line: row.line(), labels: labelsOf(row, seen) })
      return true
    },
  })
  const found = best.sorted()
  return query.interval > 0 ? thin(found, query.interval, query.isBackward, query.limit) : found
}

/** Loki's readStreams: an entry is given when it is an interval away from the last one that was. */
function thin(found: readonly FoundEntry[], interval: number, isBackward: boolean, limit: number): FoundEntry[] {
  const kept: FoundEntry[] = []
  for (const entry of found) {
    const last = kept.at(-1)
    const distance = last === undefined ? interval : (entry.seconds - last.seconds) * 1e9 + entry.nanos - last.nanos
    if ((isBackward && last !== undefined ? -distance : distance) >= interval) kept.push(entry)
    if (kept.length === limit) break
  }
  return kept
}

/** The best `limit` entries so far: a heap whose top is the first to go. */
function createBest(limit: number, isBackward: boolean) {
  const heap: FoundEntry[] = []
  const isWorse = (a: FoundEntry, b: FoundEntry) => {
    const order = a.seconds - b.seconds || a.nanos - b.nanos
    return order === 0 ? a.sequence > b.sequence : isBackward ? order < 0 : order > 0
  }
  const isBetter = (seconds: number, nanos: number) => {
    if (heap.length < limit) return true
    const order = seconds - heap[0]!.seconds || nanos - heap[0]!.nanos
    return isBackward ? order > 0 : order < 0
  }
  return {
    isBetter,
    wants(block: Block): boolean {
      if (heap.length < limit) return true
      const worst = relativeTime(block.base, heap[0]!.seconds, heap[0]!.nanos)
      return isBackward ? block.max > worst : block.min < worst
    },
    add(entry: FoundEntry): void {
      if (heap.length < limit) siftUp(heap, entry, isWorse)
      else siftDown(heap, entry, isWorse)
    },
    sorted: () => heap.sort((a, b) => (isWorse(a, b) ? 1 : -1)),
  }
}

type IsWorse = (a: FoundEntry, b: FoundEntry) => boolean

function siftUp(heap: FoundEntry[], entry: FoundEntry, isWorse: IsWorse): void {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isWorse(entry, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = entry
}

function siftDown(heap: FoundEntry[], entry: FoundEntry, isWorse: IsWorse): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isWorse(heap[child + 1]!, heap[child]!)) child++
    if (!isWorse(heap[child]!, entry)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = entry
}

/** The labels of the row's entry; entries with the same ones share them. */
export function labelsOf(row: ScanRow, seen: Map<string, EntryLabels>): EntryLabels {
  const key = labelsKey(row)
  const known = seen.get(key)
  if (known !== undefined) return known
  const by = {
    stream: new Map<string, string>(),
    metadata: new Map<string, string>(),
    parsed: new Map<string, string>(),
  }
  row.each((name, value, category) => by[category].set(name, value))
  row.eachError((name, value) => by.parsed.set(name, value))
  const all = sortedMap([...by.stream, ...by.metadata, ...by.parsed])
  const labels: EntryLabels = {
    all,
    stream: by.stream,
    metadata: sortedMap([...by.metadata]),
    parsed: sortedMap([...by.parsed]),
    text: writeLabels([...all]),
  }
  seen.set(key, labels)
  return labels
}

function labelsKey(row: ScanRow): string {
  let key = ''
  row.each((name, value, category) => {
    key += `\u0001${category}\u0002${name}\u0002${value}`
  })
  return row.error === '' ? key : `${key}\u0003${row.error}\u0002${row.details}`
}

function sortedMap(pairs: readonly (readonly [string, string])[]): Map<string, string> {
  return new Map([...new Map(pairs)].sort((a, b) => compareText(a[0], b[0])))
}
