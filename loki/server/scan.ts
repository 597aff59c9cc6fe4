/**
 * Walks the entries of a query's streams through its pipeline: blocks outside the time range are skipped, the walk
 * gives the event loop its turn every few milliseconds, and ends when the client left or the time is up.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LogExpr } from '../logql/ast.ts'
import { QueryError } from '../logql/error.ts'
import type { Matcher } from '../logql/matcher.ts'
import { createRow, type EntrySource, type MovingRow, type Row, type Stage } from '../logql/row.ts'
import { createStage } from '../logql/stages/index.ts'
import { type Block, entryStart, lowerBound, relativeTime, timeOrder } from './block.ts'
import type { Names } from './names.ts'
import { searchBlock, splitNeedles } from './needles.ts'
import type { Stream, Tenant } from './tenant.ts'

export interface Instant {
  readonly seconds: number
  readonly nanos: number
}

/** How long a walk may go on before others get their turn. */
const SLICE_MS = 10

/** What stops a walk: the client's leaving or the query's deadline. */
export interface Turn {
  /** Throws a QueryError when the query is over; waits a turn when its slice is. */
  pause(): Promise<void>
  /** Whether pause() is due: cheap enough to ask often. */
  isDue(): boolean
}

export function createTurn(signal: AbortSignal, timeoutMs: number): Turn {
  const deadline = performance.now() + timeoutMs
  let sliceEnd = performance.now() + SLICE_MS
  return {
    isDue: () => performance.now() >= sliceEnd,
    async pause() {
      await nextTurn()
      if (signal.aborted) throw new QueryError(499, 'the request was cancelled by the client')
      if (performance.now() >= deadline) {
        const message =
          'request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed'
        throw new QueryError(504, message)
      }
      sliceEnd = performance.now() + SLICE_MS
    },
  }
}

/** What a walk did, for the answer's statistics. */
export interface ScanStats {
  lines: number
  bytes: number
  blocks: number
}

/** An entry under the walk's cursor: one object for the whole walk, so keep nothing of it. */
export interface ScanRow extends Row {
  readonly stream: Stream
  readonly block: Block
  readonly index: number
}

/** The streams that a selector selects. */
export function selectStreams(tenant: Tenant, matchers: readonly Matcher[]): Stream[] {
  let candidates: Iterable<Stream> = tenant.streams.values()
  let least = Number.POSITIVE_INFINITY
  for (const matcher of matchers) {
    if (matcher.op !== '=' || matcher.value === '') continue
    const streams = tenant.index.get(matcher.name)?.get(matcher.value)
    if (streams === undefined) return []
    if (streams.size < least) {
      least = streams.size
      candidates = streams
    }
  }
  const selected: Stream[] = []
  for (const stream of candidates) {
    if (matchers.every((matcher) => matcher.matches(labelOf(stream, matcher.name)))) selected.push(stream)
  }
  return selected
}

function labelOf(stream: Stream, name: string): string {
  for (const label of stream.labels) if (label[0] === name) return label[1]
  return ''
}

/** Whether a stream has an entry in [start, end). */
export function hasEntriesIn(stream: Stream, start: Instant, end: Instant): boolean {
  return stream.blocks.some((block) => overlaps(block, start, end))
}

function overlaps(block: Block, start: Instant, end: Instant): boolean {
  return (
    block.max >= relativeTime(block.base, start.seconds, start.nanos) &&
    block.min < relativeTime(block.base, end.seconds, end.nanos)
  )
}

export interface Walk {
  readonly tenant: Tenant
  readonly expr: LogExpr
  readonly start: Instant
  /** Exclusive. */
  readonly end: Instant
  readonly isBackward: boolean
  readonly turn: Turn
  readonly stats: ScanStats
  /** Whether a block can still matter; asked before each. */
  isWanted?(block: Block): boolean
  /** Takes an entry that passed; returns false to leave the rest of its block. */
  onEntry(row: ScanRow, seconds: number, nanos: number): boolean
}

/** Blocks by their newest (or oldest) time; in a block by time. */
export async function walk(query: Walk): Promise<void> {
  const { tenant, start, end, isBackward } = query
  const { needles, rest } = splitNeedles(query.expr.stages)
  const stages = rest.map(createStage)
  const jobs: { stream: Stream; block: Block }[] = []
  for (const stream of selectStreams(tenant, query.expr.matchers)) {
    for (const block of stream.blocks) if (overlaps(block, start, end)) jobs.push({ stream, block })
  }
  jobs.sort((a, b) =>
    isBackward
      ? compareEdge(b.block, b.block.max, a.block, a.block.max)
      : compareEdge(a.block, a.block.min, b.block, b.block.min),
  )
  const row = createScanRow(tenant.names)
  for (const { stream, block } of jobs) {
    if (query.isWanted?.(block) === false) continue
    query.stats.blocks++
    row.enter(stream, block)
    const count = block.count
    const order = timeOrder(block)
    const from = lowerBound(block, relativeTime(block.base, start.seconds, start.nanos))
    const to = Math.min(count, lowerBound(block, relativeTime(block.base, end.seconds, end.nanos)))
    await walkBlock(query, row, stages, searchBlock(block, count, needles), order, from, to)
    if (query.turn.isDue()) await query.turn.pause()
  }
}

function compareEdge(a: Block, aTime: number, b: Block, bTime: number): number {
  return a.base === b.base ? aTime - bTime : (a.base - b.base) * 1e9 + (aTime - bTime)
}

/** The clock is looked at every so many entries. */
const CHECK_EVERY = 256

async function walkBlock(
  query: Walk,
  row: WalkRow,
  stages: readonly Stage[],
  passed: Uint8Array | undefined,
  order: Uint32Array | undefined,
  from: number,
  to: number,
): Promise<void> {
  const { block } = row
  const { stats, isBackward, turn } = query
  for (let step = 0; step < to - from; step++) {
    if ((step & (CHECK_EVERY - 1)) === CHECK_EVERY - 1 && turn.isDue()) await turn.pause()
    const position = isBackward ? to - 1 - step : from + step
    const index = order === undefined ? position : order[position]!
    stats.lines++
    stats.bytes += block.ends[2 * index + 1]! - entryStart(block, index)
    if (passed !== undefined && passed[index] === 0) continue
    row.move(index)
    if (!stages.every((stage) => stage(row))) continue
    const time = block.times[index]!
    const second = Math.floor(time / 1e9)
    if (!query.onEntry(row, block.base + second, time - second * 1e9)) return
  }
}

interface WalkRow extends ScanRow {
  enter(stream: Stream, block: Block): void
  move(index: number): void
}

function createScanRow(names: Names): WalkRow {
  let stream!: Stream
  let block!: Block
  let index = 0
  const source: EntrySource = {
    line: () => block.bytes.toString('utf8', entryStart(block, index), block.ends[2 * index]),
    lineLength: () => block.ends[2 * index]! - entryStart(block, index),
    timestamp: () => BigInt(block.base) * 1_000_000_000n + BigInt(block.times[index]!),
    streamLabel: (name) => labelOf(stream, name) || undefined,
    eachStreamLabel(visit) {
      for (const [name, value] of stream.labels) visit(name, value)
    },
    metadata: (name) => metadataValue(names, block, index, name),
    eachMetadata(visit) {
      eachPair(block, index, (id, start, end) => {
        visit(names.list[id]!, block.bytes.toString('utf8', start, end))
        return true
      })
    },
  }
  const row: MovingRow = createRow(source)
  return Object.defineProperties(row, {
    stream: { get: () => stream },
    block: { get: () => block },
    index: { get: () => index },
    enter: {
      value(nextStream: Stream, nextBlock: Block) {
        stream = nextStream
        block = nextBlock
      },
    },
    move: {
      value(next: number) {
        index = next
        row.reset()
      },
    },
  }) as unknown as WalkRow
}

function metadataValue(names: Names, block: Block, index: number, name: string): string | undefined {
  if (block.ends[2 * index] === block.ends[2 * index + 1]) return undefined
  const wanted = names.ids.get(name)
  if (wanted === undefined) return undefined
  let value: string | undefined
  eachPair(block, index, (id, start, end) => {
    if (id !== wanted) return true
    value = block.bytes.toString('utf8', start, end)
    return false
  })
  return value
}

function eachPair(block: Block, index: number, onPair: (id: number, start: number, end: number) => boolean): void {
  const { bytes } = block
  let at = block.ends[2 * index]!
  const stop = block.ends[2 * index + 1]!
  while (at < stop) {
    let id = 0
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      id |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      length |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    if (!onPair(id, at, at + length)) return
    at += length
  }
}
