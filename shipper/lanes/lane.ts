/**
 * The express lane: takes JSON, logfmt and evt: lines as bytes and writes their entries as bytes, without a string or an
 * object a line. It takes only what it is certain of; for every other line it returns false, and the general path says
 * what the line means. The first lines of each shape go both ways and are compared: a shape on which the two differ is
 * never taken again.
 */
import type { BatchBuilder, Progress } from '../batch/builder.ts'
import { LINE_AT, type StreamBuffer } from '../batch/stream.ts'
import type { Surroundings } from '../normalize/normalize.ts'
import type { ParsedLine } from '../record.ts'
import { Glimpse, type LaneWatch } from './glimpse.ts'
import { PATTERN_BYTES, type PatternSink, writePattern } from './pattern.ts'
import { makePlan, NONE, type Plan } from './plan.ts'
import { ESCAPED, Scan, TEXT } from './scan.ts'
import { rootShape, type Shape } from './shape.ts'
import { bytesOf, equalSlices, sliceText, viewOf } from './slices.ts'
import { type StreamEntry, StreamTable } from './streams.ts'
import { LineValues } from './values.ts'
import { EntryWriter } from './writer.ts'

/** What the lane needs of the general path. */
export interface LaneOptions {
  readonly builder: BatchBuilder
  readonly around: Surroundings
  readonly progress: Progress
  /** Whether times without a zone are UTC. */
  readonly isUtc: boolean
  /** True when redaction might have something to do. */
  readonly mayHoldSecret: (bytes: Uint8Array, start: number, end: number) => boolean
  /** The general path's reading of a line, and its format's table of names. */
  readonly parse: (text: string) => { readonly parsed: ParsedLine; readonly rename: ReadonlyMap<string, string> }
  /** The line that the general path would write for this text. */
  readonly write: (text: string) => string
  /** Who names the patterns of messages. */
  readonly patterns?: PatternSink | undefined
  /** Whoever reads beside the flow, and what is done with a line whose record is wanted. */
  readonly watched?: { readonly watch: LaneWatch; readonly see: (text: string, endOffset: number) => void } | undefined
}

/** How many lines of a new shape are compared with the general path. */
const PROBATION_LINES = 4

/** How many lines of a shape are tried before it is left to the general path. */
const MAX_ATTEMPTS = 8

/** Longer lines go the general way: it cuts what is too long for a line, or for a metadata value. */
const MAX_LINE_BYTES = 8192
const MAX_METADATA_BYTES = 2048

/** Values are copied four bytes at a time. */
const SLACK_BYTES = 4

const EVT = bytesOf('evt: ')

/** Not a key that the lane takes, so no line's own. */
const EVT_TIME_KEY = '\0time'

export class Lane {
  private readonly options: LaneOptions
  private readonly jsonRoot = rootShape()
  private readonly logfmtRoot = rootShape()
  private readonly evtRoot = rootShape()
  private readonly scan = new Scan()
  private readonly values: LineValues
  private readonly streams: StreamTable
  private readonly writer = new EntryWriter()
  private readonly probation = new Map<Shape, number>()
  private readonly plans: Plan[] = []
  private readonly glimpse: Glimpse | undefined
  private block: Uint8Array | undefined
  private view: DataView = viewOf(EVT)

  constructor(options: LaneOptions) {
    this.options = options
    this.values = new LineValues(options.around.level)
    this.streams = new StreamTable(options.builder, options.progress, options.around, options.patterns)
    this.glimpse = options.watched && new Glimpse(options.watched.watch, this.scan, this.values)
  }

  /** True when the line is in the batch. `end` excludes the line end; `endOffset` is where the next line starts. */
  take(bytes: Uint8Array, start: number, end: number, endOffset: number): boolean {
    if (end - start > MAX_LINE_BYTES || end + SLACK_BYTES > bytes.length) return false
    const shape = this.shapeOf(bytes, start, end)
    if (shape === undefined || shape.plan === null) return false
    if (this.options.mayHoldSecret(bytes, start, end)) return false
    if (shape.plan === undefined) {
      this.learn(shape, bytes, start, end)
      return false
    }
    return this.write(shape, shape.plan, bytes, start, end, endOffset)
  }

  /** How many lines it took. */
  get lines(): number {
    return this.plans.reduce((lines, plan) => lines + plan.lines, 0)
  }

  /** The same by format. */
  get formats(): Map<string, number> {
    const formats = new Map<string, number>()
    for (const { format, lines } of this.plans) formats.set(format, (formats.get(format) ?? 0) + lines)
    return formats
  }

  private shapeOf(bytes: Uint8Array, start: number, end: number): Shape | undefined {
    const first = bytes[start]
    if (first === 0x7b) return this.scan.json(bytes, start, end, this.jsonRoot)
    if (first >= 0x30 && first <= 0x39) return this.evtShape(bytes, start, end)
    if (first >= 0x61 && first <= 0x7a) return this.scan.logfmt(bytes, start, end, this.logfmtRoot)
    return undefined
  }

  /** 2026/05/05 12:30:11 evt: name {…}: time and name become the last two values of the scan. */
  private evtShape(bytes: Uint8Array, start: number, end: number): Shape | undefined {
    if (end - start < 28 || bytes[start + 4] !== 0x2f) return undefined
    const nameStart = start + 25
    if (bytes[start + 19] !== 0x20 || !equalSlices(bytes, start + 20, nameStart, EVT)) return undefined
    let nameEnd = nameStart
    while (nameEnd < end && isNameByte(bytes[nameEnd])) nameEnd++
    if (bytes[nameEnd] !== 0x20 || nameEnd === nameStart) return undefined
    const shape = this.scan.json(bytes, nameEnd + 1, end, this.evtRoot)
    if (shape === undefined) return undefined
    this.scan.set(shape.depth, TEXT, start, start + 19)
    this.scan.set(shape.depth + 1, TEXT, nameStart, nameEnd)
    return shape
  }

  private learn(shape: Shape, bytes: Uint8Array, start: number, end: number): void {
    const { parsed, rename } = this.options.parse(sliceText(bytes, start, end))
    const keys = shape.names()
    // The time and name of an evt: line stand before its object, and in the scan behind it.
    const isEvt = bytes[start] !== 0x7b && parsed.format === 'evt'
    if (isEvt) keys.push(EVT_TIME_KEY, 'event')
    const timeIndex = isEvt ? shape.depth : keys.findIndex((key) => isTimeKey(key, rename, parsed))
    const isReadable = parsed.time !== undefined && timeIndex !== NONE && (!isEvt || this.options.isUtc)
    const plan = isReadable ? makePlan(keys, parsed, rename, this.options.around, timeIndex) : null
    if (plan !== null) {
      shape.plan = plan
      this.probation.set(shape, PROBATION_LINES)
      this.plans.push(plan)
    } else if (++shape.attempts === MAX_ATTEMPTS) {
      // Until then a value of this one line may have been the reason.
      shape.plan = null
    }
  }

  private write(shape: Shape, plan: Plan, bytes: Uint8Array, start: number, end: number, endOffset: number): boolean {
    const { scan, values, writer } = this
    const { builder, progress } = this.options
    const source = this.viewOf(bytes)
    if (!values.read(plan, scan, bytes, source) || !this.hasShortMetadata(plan, end - start)) return false
    const entry = this.streams.find(plan, scan, bytes, values.level, values.placeLength)
    const { stream, clock } = entry
    // Lines that came too late for their stream get extra metadata: the general path's work.
    if (!entry.usable || clock.isLate(values.time.seconds)) return false
    const isProven = this.probation.size === 0 || !this.probation.has(shape)
    const before = isProven ? undefined : clock.save()
    // Each value is written at most twice, in the line and as metadata.
    const room = 2 * (end - start) + plan.overhead + entry.head.length + PATTERN_BYTES
    builder.makeRoom(LINE_AT + room)
    clock.next(values.time.seconds, values.time.nanos)
    const at = stream.begin(clock.entrySeconds, clock.entryNanos, room)
    const lineEnd = writer.line(plan, entry, scan, values, source, stream.view, at)
    if (!isProven && !this.proves(shape, bytes, start, end, stream, at, lineEnd)) {
      clock.restore(before)
      return false
    }
    stream.endLine(lineEnd)
    const metadataEnd = writer.metadata(plan, scan, values, source, stream.view, lineEnd)
    const entryEnd = writePattern(stream.view, metadataEnd, this.patternOf(plan, entry, bytes))
    const size = entryEnd - stream.used
    stream.finish(entryEnd)
    progress.clocks.lastSeconds = values.time.seconds
    progress.clocks.lastNanos = values.time.nanos
    builder.count(size, progress, endOffset)
    plan.lines++
    if (this.glimpse?.wants(plan, entry, bytes, start, end)) {
      this.options.watched?.see(sliceText(bytes, start, end), endOffset)
    }
    return true
  }

  private patternOf({ mined }: Plan, { group }: StreamEntry, bytes: Uint8Array): string {
    if (group === undefined || mined === NONE) return ''
    const { types, starts, ends } = this.scan
    const { seconds, nanos } = this.values.time
    return group.take(bytes, starts[mined], ends[mined], types[mined] === ESCAPED, seconds, nanos)
  }

  private viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.block) {
      this.block = bytes
      this.view = viewOf(bytes)
    }
    return this.view
  }

  private hasShortMetadata(plan: Plan, length: number): boolean {
    if (length <= MAX_METADATA_BYTES) return true
    const { starts, ends } = this.scan
    return plan.metadata.every(({ index }) => index === NONE || ends[index] - starts[index] <= MAX_METADATA_BYTES)
  }

  /** Compares what was written with what the general path writes; a shape on which they differ is given up. */
  private proves(
    shape: Shape,
    bytes: Uint8Array,
    start: number,
    end: number,
    stream: StreamBuffer,
    at: number,
    lineEnd: number,
  ): boolean {
    const wrote = Buffer.from(stream.bytes.subarray(at, lineEnd)).toString()
    if (wrote !== this.options.write(sliceText(bytes, start, end))) {
      shape.plan = null
      this.probation.delete(shape)
      return false
    }
    const left = (this.probation.get(shape) as number) - 1
    if (left === 0) this.probation.delete(shape)
    else this.probation.set(shape, left)
    return true
  }
}

function isTimeKey(key: string, rename: ReadonlyMap<string, string>, parsed: ParsedLine): boolean {
  return !parsed.fields.has(rename.get(key) ?? key) && !parsed.fields.has(key)
}

/** Printable, no space, quote or backslash. */
function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
}
