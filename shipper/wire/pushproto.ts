/**
 * Reads Loki's push.proto (grafana/loki pkg/push/push.proto): PushRequest{streams=1{labels=1, entries=2{timestamp=1
 * {seconds=1, nanos=2}, line=2, structuredMetadata=3{name=1, value=2}}}}. One pass, no object an entry: this bends
 * the house's size rule because every byte that a shipper sends goes through it.
 */
import { appendBytes, appendVarint } from './bytes.ts'
import { type Names, pushedNameIdAt } from './names.ts'
import { type Cursor, cursor, readInt64, readLength, readVarint, skip, WireError } from './protobuf.ts'
import { addEntry, addPair, addStream, createPush, type Push, PushError, type PushedStream } from './pushed.ts'

/** Throws a PushError (400) when the bytes are no PushRequest. */
export function readProtoPush(bytes: Buffer, names: Names): Push {
  const push = createPush()
  try {
    const c = cursor(bytes)
    while (c.at < c.end) {
      const tag = readVarint(c)
      if (tag === 0x0a) readStream(c, readLength(c), push, names)
      else skip(c, tag)
    }
  } catch (error) {
    if (error instanceof WireError) throw new PushError(400, error.message)
    throw error
  }
  return push
}

function readStream(outer: Cursor, end: number, push: Push, names: Names): void {
  const c = cursor(outer.bytes, outer.at, end)
  const stream = addStream(push, '', outer.bytes)
  while (c.at < end) {
    const tag = readVarint(c)
    if (tag === 0x0a) {
      const stop = readLength(c)
      stream.labels = c.bytes.toString('utf8', c.at, stop)
      c.at = stop
    } else if (tag === 0x12) {
      readEntry(c, readLength(c), stream, names)
    } else skip(c, tag)
  }
  outer.at = end
}

function readEntry(outer: Cursor, end: number, stream: PushedStream, names: Names): void {
  const c = cursor(outer.bytes, outer.at, end)
  let seconds = 0
  let nanos = 0
  let lineStart = end
  let lineEnd = end
  let pairs = 0
  let metadataSize = 0
  const metadataStart = stream.metadata.used
  while (c.at < end) {
    const tag = readVarint(c)
    if (tag === 0x0a) {
      const stop = readLength(c)
      const time = cursor(c.bytes, c.at, stop)
      while (time.at < stop) {
        const field = readVarint(time)
        if (field === 0x08) seconds = readInt64(time)
        else if (field === 0x10) nanos = readInt64(time)
        else skip(time, field)
      }
      c.at = stop
    } else if (tag === 0x12) {
      lineEnd = readLength(c)
      lineStart = c.at
      c.at = lineEnd
    } else if (tag === 0x1a) {
      metadataSize += readPair(c, readLength(c), stream, names)
      pairs++
    } else skip(c, tag)
  }
  if (nanos < 0 || nanos > 999_999_999) {
    throw new PushError(400, `timestamp: seconds:${seconds} nanos:${nanos}: nanos not in range [0, 1e9)`)
  }
  // time.Time's UnixNano, in which Loki counts, ends in the year 2262.
  if (Math.abs(seconds) > 9_223_372_036) throw new PushError(400, `timestamp: seconds:${seconds} out of range`)
  addEntry(stream, seconds, nanos, lineStart, lineEnd, metadataStart, pairs, metadataSize)
  outer.at = end
}

/** Returns the pair's size as Loki counts it: bytes of the name and of the value. */
function readPair(outer: Cursor, end: number, stream: PushedStream, names: Names): number {
  const c = outer
  let nameStart = c.at
  let nameEnd = c.at
  let valueStart = c.at
  let valueEnd = c.at
  while (c.at < end) {
    const tag = readVarint(c)
    if (tag !== 0x0a && tag !== 0x12) {
      skip(c, tag)
      continue
    }
    const stop = readLength(c)
    if (tag === 0x0a) {
      nameStart = c.at
      nameEnd = stop
    } else {
      valueStart = c.at
      valueEnd = stop
    }
    c.at = stop
  }
  if (c.at !== end) throw new WireError('unexpected EOF')
  const id = pushedNameIdAt(names, c.bytes, nameStart, nameEnd)
  if (typeof id !== 'number') throw new PushError(500, id.error)
  if (isAscii(c.bytes, valueStart, valueEnd)) {
    // As addPair does, without making a text of it.
    if (valueEnd > valueStart) {
      appendVarint(stream.metadata, id)
      appendVarint(stream.metadata, valueEnd - valueStart)
      appendBytes(stream.metadata, c.bytes, valueStart, valueEnd)
    }
  } else addPair(stream.metadata, names, names.list[id]!, c.bytes.toString('utf8', valueStart, valueEnd))
  return nameEnd - nameStart + valueEnd - valueStart
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! >= 0x80) return false
  return true
}
