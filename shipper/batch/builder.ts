/** Fills batches: records in, each into its stream; a Batch out when size or count say so, or when asked. */
import { type LogRecord, METADATA_FIELDS, type TextField } from '../record.ts'
import type { Origin } from '../sources/source.ts'
import { formatInstant, type Instant } from '../terms/instant.ts'
import { valueText } from '../terms/json.ts'
import type { Batch, BatchPosition } from './batch.ts'
import { OriginClocks } from './clock.ts'
import { fitLine } from './fit.ts'
import { LabelGuard, type LabelOptions, type LabelSet, PLAIN_LABELS } from './labels.ts'
import { LINE_AT, StreamBuffer } from './stream.ts'

export interface BuilderOptions {
  readonly maxBytes: number
  readonly maxEntries: number
  readonly labels: LabelOptions
  /** The record as the line that is pushed. */
  readonly write: (record: LogRecord) => string
}

/** What an origin has put into batches so far. */
export interface Progress {
  readonly origin: Origin
  readonly clocks: OriginClocks
  /** Everything before this offset is in a batch. */
  offset: number
}

/** A structured-metadata value longer than this stays in the line only: Loki takes 64 KiB an entry in all. */
const MAX_METADATA_BYTES = 2048

/** Streams are forgotten when there are more: their buffers are memory, and Loki's own default limit is 5,000. */
const MAX_STREAMS = 5000

/** One batch is sent while the next is sealed. */
const MAX_SPARE = 2

export class BatchBuilder {
  private readonly options: BuilderOptions
  private readonly guard: LabelGuard
  private readonly ownNames: readonly string[]
  private readonly streams = new Map<string, StreamBuffer>()
  private readonly labelSets = new Map<string, LabelSet>()
  private readonly touched = new Set<Progress>()
  private readonly sealed: Batch[] = []
  private readonly spare: Buffer[] = []
  /** Grows when cached StreamBuffers must be asked for again. */
  generation = 0
  entries = 0
  bytes = 0
  /** Lines cut to Loki's max_line_size, entries moved because they came too late: for telemetry. */
  truncated = 0
  late = 0

  constructor(options: BuilderOptions) {
    this.options = options
    this.guard = new LabelGuard(options.labels)
    this.ownNames = options.labels.allow.filter((name) => !PLAIN_LABELS.includes(name))
  }

  /** True when labels are only such as every record has. */
  get hasPlainLabels(): boolean {
    return this.ownNames.length === 0
  }

  /** Nothing waits to be taken, no entry and no position. */
  get isEmpty(): boolean {
    return this.entries === 0 && this.touched.size === 0 && this.sealed.length === 0
  }

  get demotions(): number {
    return this.guard.demotions
  }

  /** Adds one record; `end` is where its text ends in its origin. */
  add(record: LogRecord, progress: Progress, end: number): void {
    const labels = this.labelsOf(record.service, record.node, record.level, record.env, this.ownLabels(record))
    const fitted = fitLine(record, this.options.write)
    if (fitted.truncated) this.truncated++
    const line = Buffer.from(fitted.line)
    const clock = progress.clocks.of(labels.text)
    const pairs = metadataOf(record, labels)
    const { seconds, nanos } = timeOf(record, progress.clocks)
    if (clock.isLate(seconds)) {
      this.late++
      pairs.push(['restamped', 'too_far_behind'], ['original_timestamp', formatInstant(record.timestamp)])
    }
    const encoded = encodePairs(pairs)
    const size = LINE_AT + line.length + encoded.length
    // Before the clock moves: a batch that is sealed here carries the clocks as they stood at its own last entry.
    this.makeRoom(size)
    clock.next(seconds, nanos)
    const stream = this.stream(labels.text)
    const at = stream.begin(clock.entrySeconds, clock.entryNanos, size)
    stream.bytes.set(line, at)
    stream.endLine(at + line.length)
    stream.bytes.set(encoded, at + line.length)
    stream.finish(at + line.length + encoded.length)
    this.count(size, progress, end)
  }

  /** `own`: labels beyond those that every record has. */
  labelsOf(
    service: string,
    node: string,
    level: string,
    env: string | undefined,
    own: readonly [string, string][] = [],
  ): LabelSet {
    let key = `${service}\0${node}\0${level}\0${env ?? ''}`
    for (const [name, value] of own) key += `\0${name}\0${value}`
    let labels = this.labelSets.get(key)
    if (labels === undefined) {
      if (this.labelSets.size >= MAX_STREAMS) this.labelSets.clear()
      labels = this.guard.labels(
        new Map([['service', service], ['node', node], ['level', level], ['env', env ?? ''], ...own]),
      )
      this.labelSets.set(key, labels)
    }
    return labels
  }

  private ownLabels(record: LogRecord): [string, string][] {
    const own: [string, string][] = []
    for (const name of this.ownNames) {
      const value = record.text[name as TextField] ?? record.fields.get(name)
      if (value !== undefined && value !== null) own.push([name, valueText(value)])
    }
    return own
  }

  stream(labels: string): StreamBuffer {
    let stream = this.streams.get(labels)
    if (stream === undefined) {
      stream = new StreamBuffer(labels)
      this.streams.set(labels, stream)
    }
    return stream
  }

  /** Seals the batch in hand when an entry of this size would make it too large. */
  makeRoom(size: number): void {
    if (this.entries > 0 && (this.bytes + size > this.options.maxBytes || this.entries >= this.options.maxEntries)) {
      this.seal()
    }
  }

  /** Books an entry that was written into its stream. */
  count(size: number, progress: Progress, end: number): void {
    this.bytes += size
    this.entries++
    this.advance(progress, end)
  }

  /** Lines up to `end` need no entry (empty ones), or have theirs in the batch. */
  advance(progress: Progress, end: number): void {
    progress.offset = end
    this.touched.add(progress)
  }

  /** Batches that are full, oldest first; with `all` also the one in hand. */
  take(all: boolean): Batch[] {
    if (all && (this.entries > 0 || this.touched.size > 0)) this.seal()
    return this.sealed.splice(0)
  }

  private seal(): void {
    const target = this.room(this.usedBytes())
    const streams = []
    let offset = 0
    for (const stream of this.streams.values()) {
      if (stream.entries === 0) continue
      const drained = stream.drainInto(target, offset)
      offset += drained.bytes.length
      streams.push(drained)
    }
    const positions: BatchPosition[] = [...this.touched].map(({ origin, clocks, offset }) => ({
      origin,
      offset,
      carried: clocks.save(),
    }))
    this.sealed.push({ streams, entries: this.entries, bytes: offset, positions })
    this.touched.clear()
    this.entries = 0
    this.bytes = 0
    if (this.streams.size > MAX_STREAMS) {
      this.streams.clear()
      this.generation++
    }
  }

  /** A batch that nobody needs any more gives its memory back: new buffers of a megabyte keep the collector busy. */
  recycle({ streams }: Batch): void {
    const [first] = streams
    if (first !== undefined && this.spare.length < MAX_SPARE) this.spare.push(Buffer.from(first.bytes.buffer))
  }

  private room(size: number): Buffer {
    const spare = this.spare.pop()
    return spare !== undefined && spare.length >= size ? spare : Buffer.allocUnsafeSlow(Math.ceil(size * 1.25))
  }

  private usedBytes(): number {
    let used = 0
    for (const stream of this.streams.values()) used += stream.used
    return used
  }
}

export function newProgress(origin: Origin, offset: number, carried?: Record<string, unknown>): Progress {
  const clocks = new OriginClocks()
  clocks.restore(carried)
  return { origin, clocks, offset }
}

/** The record's time; of a line without one, that of the line before it. */
function timeOf(record: LogRecord, clocks: OriginClocks): Instant {
  if (record.timestamp_source !== 'read') {
    clocks.lastSeconds = record.timestamp.seconds
    clocks.lastNanos = record.timestamp.nanos
    return record.timestamp
  }
  return clocks.lastSeconds < 0 ? record.timestamp : { seconds: clocks.lastSeconds, nanos: clocks.lastNanos }
}

/** The fields that go to structured metadata, and labels that had to. */
export function metadataOf(record: LogRecord, labels: LabelSet): [string, string][] {
  const pairs: [string, string][] = []
  for (const field of METADATA_FIELDS) {
    const text = field === 'duration_ms' ? record.duration_ms?.toString() : record.text[field]
    if (text !== undefined && text !== '') pairs.push([field, text])
  }
  pairs.push(['format', record.format])
  if (record.pattern_id !== undefined) pairs.push(['pattern_id', record.pattern_id])
  for (const [name, value] of labels.demoted) pairs.push([name, value])
  return pairs
}

/** What encodePairs wrote last. */
let scratch = Buffer.allocUnsafeSlow(16 * 1024)

/** Structured metadata as protobuf LabelPairs: 1a len 0a len name 12 len value. Valid until the next call. */
function encodePairs(pairs: readonly [string, string][]): Uint8Array {
  let at = 0
  for (const [name, value] of pairs) {
    if (value.length > MAX_METADATA_BYTES) continue
    const text = value.toWellFormed()
    const size = Buffer.byteLength(text)
    if (size > MAX_METADATA_BYTES) continue
    const body = lengthSize(name.length) + name.length + lengthSize(size) + size + 2
    if (at + body + 8 > scratch.length) scratch = Buffer.concat([scratch], scratch.length * 2 + body)
    at = putLength(at, 0x1a, body)
    at = putText(putLength(at, 0x0a, name.length), name)
    at = putText(putLength(at, 0x12, size), text)
  }
  return scratch.subarray(0, at)
}

function lengthSize(length: number): number {
  return length < 0x80 ? 1 : 2
}

function putLength(at: number, tag: number, length: number): number {
  scratch[at] = tag
  if (length < 0x80) {
    scratch[at + 1] = length
    return at + 2
  }
  scratch[at + 1] = (length & 0x7f) | 0x80
  scratch[at + 2] = length >>> 7
  return at + 3
}

/** Most values are short and ASCII: a loop is quicker than a call into Node. */
function putText(at: number, text: string): number {
  if (text.length > SHORT_TEXT) return at + scratch.write(text, at)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return at + scratch.write(text, at)
    scratch[at + i] = code
  }
  return at + text.length
}

const SHORT_TEXT = 40
