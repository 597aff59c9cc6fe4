/**
 * The times that Loki takes, as its refusals taught them, and entries stamped anew to fit. The original time stays in
 * the entry's structured metadata: original_timestamp, and restamped with the reason.
 */
import type { BatchStream } from '../batch/batch.ts'
import type { Instant } from '../terms/instant.ts'
import { readEntry, secondsOf, timeText, writeEntry } from './entry.ts'
import { joined, type Piece, pick, startOf } from './pieces.ts'

export type Misfit = 'too_old' | 'too_new' | 'too_far_behind'

export interface Window {
  /** Loki refused entries older than `oldest` seconds, when our clock said `now` ms. */
  learnOldest(oldest: number, now: number): void
  /** Loki refused an entry of second `at` as too new; its own clock said `lokiNow` ms. */
  learnNewest(at: number, now: number, lokiNow: number): void
  /** Nothing was refused so far: there is nothing to look for. */
  readonly isOpen: boolean
  /** Loki's clock minus ours, ms. */
  readonly skewMs: number
  /** Whether Loki is known to refuse that second; undefined when nothing is known against it. */
  misfit(seconds: number, now: number): 'too_old' | 'too_new' | undefined
  /** The first second that Loki surely takes. */
  oldest(now: number): number
}

/** What Loki's defaults allow: reject_old_samples_max_age. */
const DEFAULT_AGE_S = 168 * 3600
/** A request takes time to arrive, and the window moves on meanwhile. */
const MARGIN_S = 60

export function createWindow(): Window {
  // Both against our own clock, so that a difference between the clocks is part of what was learned.
  let ageS: number | undefined
  let aheadS: number | undefined
  let skewMs = 0
  return {
    learnOldest(oldest, now) {
      ageS = now / 1000 - oldest
    },
    learnNewest(at, now, lokiNow) {
      const ahead = at - now / 1000
      aheadS = aheadS === undefined ? ahead : Math.min(aheadS, ahead)
      skewMs = lokiNow - now
    },
    get isOpen() {
      return ageS === undefined && aheadS === undefined
    },
    get skewMs() {
      return skewMs
    },
    misfit(seconds, now) {
      if (ageS !== undefined && seconds < now / 1000 - ageS) return 'too_old'
      if (aheadS !== undefined && seconds > now / 1000 + aheadS) return 'too_new'
      return undefined
    },
    oldest(now) {
      return Math.ceil(now / 1000 - (ageS ?? DEFAULT_AGE_S)) + MARGIN_S
    },
  }
}

/** Entries of one stream that begin at `from` and follow each other by a nanosecond, in their order. */
export function restamp(stream: BatchStream, why: Misfit, from: number): BatchStream {
  const entries: Uint8Array[] = []
  for (let i = 0; i < stream.ends.length; i++) {
    const entry = readEntry(stream.bytes, startOf(stream, i), stream.ends[i]!)
    const kept = entry.metadata.filter(([name]) => name !== RESTAMPED)
    const isFirst = !kept.some(([name]) => name === ORIGINAL)
    const original: [string, string][] = isFirst ? [[ORIGINAL, timeText(entry.time)]] : []
    const time: Instant = { seconds: from + Math.floor(i / 1e9), nanos: i % 1e9 }
    entries.push(writeEntry({ ...entry, time, metadata: [...kept, [RESTAMPED, why], ...original] }))
  }
  return joined(stream.labels, entries)
}

/** Parts a piece into what fits the window and what is known not to, by reason. */
export function partByWindow(
  piece: Piece,
  window: Window,
  now: number,
): { fit: Piece; misfits: [Misfit, BatchStream][] } {
  const fit: BatchStream[] = []
  const misfits: [Misfit, BatchStream][] = []
  for (const stream of piece) {
    const found = new Map<number, Misfit>()
    for (let i = 0; i < stream.ends.length; i++) {
      const why = window.misfit(secondsOf(stream.bytes, startOf(stream, i), stream.ends[i]!), now)
      if (why !== undefined) found.set(i, why)
    }
    const rest = found.size === 0 ? stream : pick(stream, (i) => !found.has(i))
    if (rest !== undefined) fit.push(rest)
    for (const why of ['too_old', 'too_new'] as const) {
      const part = found.size === 0 ? undefined : pick(stream, (i) => found.get(i) === why)
      if (part !== undefined) misfits.push([why, part])
    }
  }
  return { fit, misfits }
}

const RESTAMPED = 'restamped'
const ORIGINAL = 'original_timestamp'

/** Entries without their structured metadata. The line keeps what it has. */
export function stripMetadata(stream: BatchStream): BatchStream {
  const entries: Uint8Array[] = []
  for (let i = 0; i < stream.ends.length; i++) {
    entries.push(writeEntry({ ...readEntry(stream.bytes, startOf(stream, i), stream.ends[i]!), metadata: [] }))
  }
  return joined(stream.labels, entries)
}
