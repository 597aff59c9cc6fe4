/** The spool's files: each holds the frames from the offset in its name on, and is deleted whole. */
import { join } from 'node:path'
import type { Disk } from './disk.ts'
import { HEADER_BYTES, seeFrame } from './frame.ts'

export interface Segment {
  readonly path: string
  /** Offset of its first byte in the spool. */
  readonly start: number
  /** Bytes that count: written and synced. */
  size: number
}

const NAME = /^(\d{16})\.spool$/

/** Offsets stay below 2^53, which has 16 digits. */
export function segmentPath(folder: string, start: number): string {
  return join(folder, `${String(start).padStart(16, '0')}.spool`)
}

/** What is there, oldest first. A segment ends where the next begins, whatever a failed write left behind it. */
export function listSegments(disk: Disk, folder: string): Segment[] {
  const starts = disk.list(folder).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  const segments = starts
    .map(Number)
    .sort((a, b) => a - b)
    .map((start) => ({ path: segmentPath(folder, start), start, size: disk.size(segmentPath(folder, start)) }))
  segments.forEach((segment, i) => {
    const next = segments[i + 1]
    if (next !== undefined) segment.size = Math.min(segment.size, next.start - segment.start)
  })
  return segments
}

/** Where the last whole frame of a segment ends, in bytes of the file: what stands behind it was being written. */
export function wholeBytes(disk: Disk, segment: Segment): number {
  const bytes = Buffer.allocUnsafe(segment.size)
  const length = disk.read(segment.path, bytes, 0)
  let end = 0
  for (let at: number | undefined = 0; at !== undefined; at = nextFrame(bytes, at, length, segment.start)) {
    for (let sight = seeFrame(bytes, at, length, segment.start + at); sight.kind === 'whole'; ) {
      at = end = sight.end
      sight = seeFrame(bytes, at, length, segment.start + at)
    }
  }
  return end
}

/** The first whole frame behind `at`, or undefined. `start`: where bytes[0] stands in the spool. */
export function nextFrame(bytes: Buffer, at: number, end: number, start: number): number | undefined {
  for (let from = at + 1; from + HEADER_BYTES <= end; from++) {
    if (seeFrame(bytes, from, end, start + from).kind === 'whole') return from
  }
  return undefined
}
