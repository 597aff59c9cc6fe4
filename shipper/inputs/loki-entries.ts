/** A push to Loki → entries: labels say where a line comes from, structured metadata what is known about it. */
import type { Entry } from '../spool/entry.ts'
import { readLabels } from '../wire/labels.ts'
import type { Names } from '../wire/names.ts'
import { cursor, readVarint } from '../wire/protobuf.ts'
import { type Push, PushError, type PushedStream } from '../wire/pushed.ts'
import { placeOf } from './place.ts'

/** Throws a PushError (400) for labels that Loki would refuse. */
export function entriesOfPush(push: Push, names: Names): Entry[] {
  return push.streams.flatMap((stream) => entriesOfStream(stream, names))
}

function entriesOfStream(stream: PushedStream, names: Names): Entry[] {
  const labels = readLabels(stream.labels)
  if (!Array.isArray(labels)) throw new PushError(400, `couldn't parse labels: ${labels.error}`)
  if (labels.length === 0) throw new PushError(400, 'error at least one label pair is required per stream')
  const place = placeOf('loki', labels)
  const entries: Entry[] = []
  for (let i = 0; i < stream.count; i++) {
    entries.push({
      time: { seconds: stream.seconds[i], nanos: stream.nanos[i] },
      place,
      metadata: metadataOf(stream, i, names),
      text: stream.lines.toString('utf8', stream.ranges[4 * i], stream.ranges[4 * i + 1]),
    })
  }
  return entries
}

function metadataOf(stream: PushedStream, index: number, names: Names): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  const c = cursor(stream.metadata.bytes, stream.ranges[4 * index + 2], stream.ranges[4 * index + 3])
  while (c.at < c.end) {
    const name = names.list[readVarint(c)]
    const length = readVarint(c)
    pairs.push([name, c.bytes.toString('utf8', c.at, c.at + length)])
    c.at += length
  }
  return pairs
}
