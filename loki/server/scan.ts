/**
 * A tenant's entries as the engine's source: blocks outside the time range are skipped, blocks are gone through in
 * order of time, and the scan gives the event loop its turn every few milliseconds.
 */
import type { StageExpr } from '../logql/ast.ts'
import type { Instant } from '../logql/engine/result.ts'
import type { LogSource, Scan, Turn } from '../logql/engine/source.ts'
import type { Matcher } from '../logql/matcher.ts'
import type { Stage } from '../logql/row.ts'
import type { Hints } from '../logql/stages/hints.ts'
import { createStage } from '../logql/stages/index.ts'
import { orderStages } from '../logql/stages/order.ts'
import { type Block, entryStart, lowerBound, relativeTime, timeOrder } from './block.ts'
import { fittingEntries, wantedOf } from './columns.ts'
import { type Needles, searchBlock, splitNeedles } from './needles.ts'
import { createScanRow, type ScanRow } from './scanrow.ts'
import type { Stream, Tenant } from './tenant.ts'

export type { Instant } from '../logql/engine/result.ts'

/** What a query looked at, for the answer's statistics. */
export interface ScanStats {
  lines: number
  bytes: number
  blocks: number
}

/** `stats` is counted up. */
export function createSource(tenant: Tenant, turn: Turn, stats: ScanStats): LogSource {
  return {
    scan: (query) => scanTenant(tenant, turn, stats, query),
    mayHaveMetadata: (name) => tenant.names.ids.has(name),
  }
}

async function scanTenant(tenant: Tenant, turn: Turn, stats: ScanStats, query: Scan): Promise<void> {
  const { start, end, isBackward } = query
  const { needles, rest } = splitNeedles(orderStages(query.log.stages))
  const pipeline = createPipeline(rest, query.hints)
  const jobs = listJobs(tenant, query)
  const row = createScanRow(tenant.names)
  const wanted = wantedOf(query.log.stages, tenant.names)
  for (const { stream, block } of jobs) {
    // Nanoseconds from the scan's start to the block's base.
    const shift = (block.base - start.seconds) * 1e9 - start.nanos
    if (query.wants?.(block.min + shift, block.max + shift) === false) continue
    stats.blocks++
    row.enter(stream, block)
    const from = lowerBound(block, relativeTime(block.base, start.seconds, start.nanos))
    const to = lowerBound(block, relativeTime(block.base, end.seconds, end.nanos))
    const fitting = fittingEntries(stream, block, wanted)
    if (fitting === 'none') {
      countEntries(block, from, to, stats)
      if (turn.isDue()) await turn.pause()
      continue
    }
    await scanBlock({ query, row, block, shift, pipeline, needles, fitting, from, to, isBackward, turn, stats })
    if (turn.isDue()) await turn.pause()
  }
}

/** Entries of a block that is left out count as looked at, as Loki counts them. */
function countEntries(block: Block, from: number, to: number, stats: ScanStats): void {
  const order = timeOrder(block)
  for (let position = from; position < to; position++) {
    const index = order === undefined ? position : order[position]!
    stats.lines++
    stats.bytes += block.ends[2 * index + 1]! - entryStart(block, index)
  }
}

interface Job {
  readonly stream: Stream
  readonly block: Block
}

function listJobs(tenant: Tenant, { log, start, end, isBackward }: Scan): Job[] {
  const jobs: Job[] = []
  for (const stream of selectStreams(tenant, log.matchers)) {
    for (const block of stream.blocks) if (overlaps(block, start, end)) jobs.push({ stream, block })
  }
  return jobs.sort((a, b) =>
    isBackward
      ? compareEdge(b.block, b.block.max, a.block, a.block.max)
      : compareEdge(a.block, a.block.min, b.block, b.block.min),
  )
}

function compareEdge(a: Block, aTime: number, b: Block, bTime: number): number {
  return a.base === b.base ? aTime - bTime : (a.base - b.base) * 1e9 + (aTime - bTime)
}

/** Whether an entry stays; undefined for a pipeline without stages. */
function createPipeline(exprs: readonly StageExpr[], hints: Hints): Stage | undefined {
  const stages = exprs.map((expr) => createStage(expr, hints))
  if (stages.length < 2) return stages[0]
  return (row) => {
    for (let i = 0; i < stages.length; i++) if (!stages[i]!(row)) return false
    return true
  }
}

interface BlockScan {
  readonly query: Scan
  readonly row: ScanRow
  readonly block: Block
  readonly shift: number
  readonly pipeline: Stage | undefined
  readonly needles: readonly Needles[]
  /** 1 for entries that may stay. */
  readonly fitting: Uint8Array | undefined
  readonly from: number
  readonly to: number
  readonly isBackward: boolean
  readonly turn: Turn
  readonly stats: ScanStats
}

/** The clock is looked at every so many entries. */
const CHECK_EVERY = 256

async function scanBlock(scan: BlockScan): Promise<void> {
  const { query, row, block, shift, pipeline, from, to, isBackward, turn, stats } = scan
  if (to <= from) return
  const order = timeOrder(block)
  const passed = both(searchBlock(block, block.count, scan.needles), scan.fitting)
  for (let step = 0; step < to - from; step++) {
    if ((step & (CHECK_EVERY - 1)) === CHECK_EVERY - 1 && turn.isDue()) await turn.pause()
    const position = isBackward ? to - 1 - step : from + step
    const index = order === undefined ? position : order[position]!
    stats.lines++
    stats.bytes += block.ends[2 * index + 1]! - entryStart(block, index)
    if (passed !== undefined && passed[index] === 0) continue
    row.move(index)
    if (pipeline !== undefined && !pipeline(row)) continue
    if (!query.onEntry(row, block.times[index]! + shift)) return
  }
}

/** 1 where both have it; undefined says nothing. `found` is changed. */
function both(found: Uint8Array | undefined, fitting: Uint8Array | undefined): Uint8Array | undefined {
  if (found === undefined || fitting === undefined) return found ?? fitting
  for (let i = 0; i < found.length; i++) found[i]! &= fitting[i]!
  return found
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
