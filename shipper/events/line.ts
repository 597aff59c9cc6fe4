/**
 * An event as it stands in the log: a CRC-32 in eight hex digits, a blank, the event as JSON, a line end. JSON holds no bare
 * line end, so the next event is found behind any damage, and no damage reads as an event.
 */
import { crc32 } from 'node:zlib'
import type { Instant } from '../terms/instant.ts'
import type { LogEvent, NewEvent } from './event.ts'

/** An event with what only the log knows. */
export interface StoredEvent {
  readonly event: LogEvent
  /** When it was appended, in milliseconds since 1970: its age counts from here, whatever its own time says. */
  readonly at: number
}

export const LINE_END = 10
/** Checksum and blank. */
const HEAD_BYTES = 9

/** A line of more is refused: captures have no bound of their own here. */
export const MAX_LINE_BYTES = 64 * 1024

/** Undefined for an event whose time is none: it could not be read back. */
export function writeLine(event: NewEvent, seq: number, at: number): Buffer | undefined {
  const { seconds, nanos } = event.time
  if (!Number.isSafeInteger(seconds) || !(nanos >= 0 && nanos < 1e9 && Number.isInteger(nanos))) return undefined
  const { source, event: name, severity, message, metadata, key } = event
  const json = JSON.stringify({
    seq,
    at: Math.floor(at),
    time: [seconds, nanos],
    source,
    event: name,
    severity,
    message,
    metadata,
    key,
  })
  const length = Buffer.byteLength(json)
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + length + 1)
  bytes.write(json, HEAD_BYTES)
  bytes[HEAD_BYTES + length] = LINE_END
  bytes.write(`${checksum(bytes.subarray(HEAD_BYTES, HEAD_BYTES + length))} `, 0, 'latin1')
  return bytes
}

/** What stands in bytes[start…end), without its line end; undefined when that is no whole event. */
export function readLine(bytes: Buffer, start: number, end: number): StoredEvent | undefined {
  const json = wholeJson(bytes, start, end)
  if (json === undefined) return undefined
  try {
    const { seq, at, time, ...rest } = JSON.parse(json.toString())
    if (!Number.isSafeInteger(seq) || !Array.isArray(time) || typeof rest.metadata !== 'object') return undefined
    return { at, event: { seq, time: { seconds: time[0], nanos: time[1] }, ...rest } }
  } catch {
    // Another version wrote it.
    return undefined
  }
}

/** What the log must know of an event when it is opened. */
export interface Outline {
  readonly seq: number
  readonly at: number
  readonly time: Instant
}

const OUTLINE = /^\{"seq":(\d{1,16}),"at":(\d{1,16}),"time":\[(-?\d{1,16}),(\d{1,9})\],/
const MAX_OUTLINE_BYTES = 96

/** The same of a line that is not read whole: opening a full log takes a third of the time. */
export function readOutline(bytes: Buffer, start: number, end: number): Outline | undefined {
  if (wholeJson(bytes, start, end) === undefined) return undefined
  const from = start + HEAD_BYTES
  const outline = OUTLINE.exec(bytes.toString('latin1', from, Math.min(end, from + MAX_OUTLINE_BYTES)))
  if (outline === null) return undefined
  const [seq, at, seconds, nanos] = outline.slice(1).map(Number)
  return { seq, at, time: { seconds, nanos } }
}

function wholeJson(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (end - start <= HEAD_BYTES || bytes[start + HEAD_BYTES - 1] !== BLANK) return undefined
  const json = bytes.subarray(start + HEAD_BYTES, end)
  return bytes.toString('latin1', start, start + HEAD_BYTES - 1) === checksum(json) ? json : undefined
}

const BLANK = 0x20

function checksum(json: Buffer): string {
  return crc32(json).toString(16).padStart(8, '0')
}
