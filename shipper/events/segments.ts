/** The log's files: each holds the events from the number in its name on, and is deleted whole. Only this is in memory. */
import { join } from 'node:path'
import { toMillis } from '../terms/instant.ts'
import { EVENT_FILE_SUFFIX } from '../terms/own-files.ts'
import type { EventDisk } from './disk.ts'
import { LINE_END, type Outline, readOutline } from './line.ts'

export interface Segment {
  readonly path: string
  /** Its first event's number. */
  readonly start: number
  /** Its last event's number; below `start` as long as there is none. */
  last: number
  events: number
  /** Bytes that count: whole events. */
  size: number
  /** When its first and its last event were appended. */
  firstAt: number
  lastAt: number
  /** Times of its events: the earliest and the latest. */
  since: number
  until: number
}

const NAME = /^(\d{16})\.longship-events$/

/** Numbers stay below 2^53, which has 16 digits. */
export function newSegment(folder: string, start: number): Segment {
  return {
    path: join(folder, `${String(start).padStart(16, '0')}${EVENT_FILE_SUFFIX}`),
    start,
    last: start - 1,
    events: 0,
    size: 0,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: Number.NEGATIVE_INFINITY,
    since: Number.POSITIVE_INFINITY,
    until: Number.NEGATIVE_INFINITY,
  }
}

/** Oldest first, as their names say; nothing of them is read yet. */
export function listSegments(disk: EventDisk, folder: string): Segment[] {
  const starts = disk.list(folder).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  return starts
    .map(Number)
    .sort((a, b) => a - b)
    .map((start) => newSegment(folder, start))
}

/** Books an event that stands in the segment. */
export function addEvent(segment: Segment, { seq, at, time: instant }: Outline, bytes: number): void {
  const time = toMillis(instant)
  segment.last = seq
  segment.events++
  segment.size += bytes
  segment.firstAt = Math.min(segment.firstAt, at)
  segment.lastAt = Math.max(segment.lastAt, at)
  segment.since = Math.min(segment.since, time)
  segment.until = Math.max(segment.until, time)
}

/** What was found in a file besides its events. */
export interface Damage {
  /** Lines that are no event, or none in its place: passed over. */
  readonly lines: number
  /** Bytes behind the last whole event. */
  readonly tail: number
}

/** Reads a segment's file and books what it holds. Throws the disk's errors. */
export function scanSegment(disk: EventDisk, segment: Segment): Damage {
  const bytes = readSegment(disk, segment, disk.size(segment.path))
  let lines = 0
  let end = 0
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf(LINE_END, at)
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1
    const outline = lineEnd < 0 ? undefined : readOutline(bytes, at, lineEnd)
    if (outline === undefined || outline.seq <= segment.last) lines++
    else {
      addEvent(segment, outline, 0)
      end = next
    }
    at = next
  }
  segment.size = end
  return { lines, tail: bytes.length - end }
}

export function readSegment(disk: EventDisk, { path }: Segment, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size)
  return bytes.subarray(0, disk.read(path, bytes, 0))
}
