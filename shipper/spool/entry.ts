/**
 * What an input hands over: one event's text and what came with it. In the spool: version, time, lengths, the place and
 * the metadata as JSON, the text. A place is the same for many entries, and is read once.
 */
import type { Known, RuntimePlace } from '../record.ts'
import type { Instant } from '../terms/instant.ts'

/** Where entries of one sender come from: the same object for all of them. */
export interface EntryPlace {
  /** Name of the input: syslog, loki, otlp. */
  readonly input: string
  /** What the record falls back to when the text names none. */
  readonly around: RuntimePlace
  /** Labels of the sender beyond those: fields of the record unless the text has them. */
  readonly labels: Known
}

export interface Entry {
  /** The sender's, else when it arrived. */
  readonly time: Instant
  readonly place: EntryPlace
  readonly metadata: Known
  readonly text: string
}

const VERSION = 1
/** Version, seconds, nanoseconds, bytes of the place, bytes of the metadata. */
const HEAD_BYTES = 1 + 8 + 4 + 4 + 4

const written = new WeakMap<EntryPlace, Buffer>()

/** Bytes that writeEntry will need, but for what JSON escapes in metadata. */
export function entryBytes({ place, metadata, text }: Entry): number {
  let bytes = HEAD_BYTES + bytesOfPlace(place).length + Buffer.byteLength(text)
  for (const [name, value] of metadata) bytes += name.length + value.length + PAIR_BYTES
  return bytes
}

/** ["",""], */
const PAIR_BYTES = 8

export function writeEntry({ time, place, metadata, text }: Entry): Buffer {
  const placeBytes = bytesOfPlace(place)
  const metadataText = metadata.length === 0 ? '' : JSON.stringify(metadata)
  const metadataBytes = Buffer.byteLength(metadataText)
  const textAt = HEAD_BYTES + placeBytes.length + metadataBytes
  const bytes = Buffer.allocUnsafe(textAt + Buffer.byteLength(text))
  bytes[0] = VERSION
  bytes.writeDoubleLE(time.seconds, 1)
  bytes.writeUInt32LE(time.nanos, 9)
  bytes.writeUInt32LE(placeBytes.length, 13)
  bytes.writeUInt32LE(metadataBytes, 17)
  placeBytes.copy(bytes, HEAD_BYTES)
  bytes.write(metadataText, HEAD_BYTES + placeBytes.length)
  bytes.write(text, textAt)
  return bytes
}

function bytesOfPlace(place: EntryPlace): Buffer {
  let bytes = written.get(place)
  if (bytes === undefined) {
    bytes = Buffer.from(JSON.stringify([place.input, place.around, place.labels]))
    written.set(place, bytes)
  }
  return bytes
}

/** Senders have few places, and short ones; those of one that makes up more, or megabytes of labels, are read again and again. */
const MAX_PLACES = 1000
const MAX_PLACES_BYTES = 16 * 1024 * 1024

export class EntryReader {
  private readonly places = new Map<string, EntryPlace>()
  private placesBytes = 0

  /** Undefined for what another version wrote. */
  read(bytes: Buffer): Entry | undefined {
    if (bytes[0] !== VERSION || bytes.length < HEAD_BYTES) return undefined
    const metadataAt = HEAD_BYTES + bytes.readUInt32LE(13)
    const textAt = metadataAt + bytes.readUInt32LE(17)
    return {
      time: { seconds: bytes.readDoubleLE(1), nanos: bytes.readUInt32LE(9) },
      place: this.place(bytes.toString('latin1', HEAD_BYTES, metadataAt)),
      metadata: textAt === metadataAt ? [] : JSON.parse(bytes.toString('utf8', metadataAt, textAt)),
      text: bytes.toString('utf8', textAt),
    }
  }

  private place(latin1: string): EntryPlace {
    let place = this.places.get(latin1)
    if (place === undefined) {
      const [input, around, labels] = JSON.parse(Buffer.from(latin1, 'latin1').toString('utf8'))
      place = { input, around, labels }
      if (this.places.size >= MAX_PLACES || this.placesBytes > MAX_PLACES_BYTES) {
        this.places.clear()
        this.placesBytes = 0
      }
      this.placesBytes += latin1.length
      this.places.set(latin1, place)
    }
    return place
  }
}
