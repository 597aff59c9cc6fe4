/** How many bytes and entries blocks hold, in all or by time: what index/stats and the volume endpoints count. */
import { type Block, entryStart, lowerBound, relativeTime } from './block.ts'
import { millisOf } from './params.ts'
import type { Instant } from './scan.ts'

export interface Size {
  /** Bytes of lines and structured metadata. */
  bytes: number
  entries: number
}

/** What a block holds in [start, end]. Loki estimates it from whole chunks; this counts. */
export function sizeIn(block: Block, start: Instant, end: Instant): Size {
  const from = relativeTime(block.base, start.seconds, start.nanos)
  const behind = relativeTime(block.base, end.seconds, end.nanos) + 1
  if (block.min >= from && block.max < behind) return { bytes: block.used, entries: block.count }
  const size = { bytes: 0, entries: 0 }
  if (block.max < from || block.min >= behind) return size
  eachEntry(block, from, behind, (_, bytes) => {
    size.bytes += bytes
    size.entries++
  })
  return size
}

/** Adds a block's bytes in [start, end] to buckets of `stepMs`, the first of which begins at `firstMs`. */
export function addBytes(
  buckets: Float64Array,
  block: Block,
  start: Instant,
  end: Instant,
  firstMs: number,
  stepMs: number,
): void {
  const from = relativeTime(block.base, start.seconds, start.nanos)
  const behind = relativeTime(block.base, end.seconds, end.nanos) + 1
  const shiftMs = block.base * 1000 - firstMs
  const bucketOf = (time: number) =>
    Math.min(buckets.length - 1, Math.max(0, Math.floor((time / 1e6 + shiftMs) / stepMs)))
  if (block.max < from || block.min >= behind) return
  if (block.min >= from && block.max < behind && bucketOf(block.min) === bucketOf(block.max)) {
    buckets[bucketOf(block.min)]! += block.used
    return
  }
  eachEntry(block, from, behind, (time, bytes) => {
    buckets[bucketOf(time)]! += bytes
  })
}

function eachEntry(block: Block, from: number, behind: number, visit: (time: number, bytes: number) => void): void {
  const first = block.sorted ? lowerBound(block, from) : 0
  for (let i = first; i < block.count; i++) {
    const time = block.times[i]!
    if (time >= from && time < behind) visit(time, block.ends[2 * i + 1]! - entryStart(block, i))
    else if (block.sorted && time >= behind) return
  }
}

/** Rounded as Loki rounds the bounds of an index question: start down and end up to a millisecond. */
export function toMilliseconds(start: Instant, end: Instant): { fromMs: number; throughMs: number } {
  return { fromMs: Math.floor(millisOf(start)), throughMs: Math.ceil(millisOf(end)) }
}
