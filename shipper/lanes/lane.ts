/**
 * The express lane: takes JSON, logfmt and evt: lines as bytes and writes their entries as bytes, without a string or an
 * object a line. It takes only what it is certain of; for every other line it returns false, and the general path says
 * what the line means. The first lines of each shape go both ways and are compared: a shape on which the two differ is
 * never taken again.
 */
import type { BatchBuilder, Progress } from '../batch/builder.ts'
import type { StreamClock } from '../batch/clock.ts'
import { LINE_AT, type StreamBuffer } from '../batch/stream.ts'
import { readDuration } from '../normalize/duration.ts'
import type { Surroundings } from '../normalize/normalize.ts'
import { outcomeOfEvent, outcomeOfExitCode, outcomeOfStatus, outcomeOfWord } from '../normalize/outcome.ts'
import type { ParsedLine } from '../record.ts'
import { type Level, readLevel } from '../terms/level.ts'
import { makePlan, NONE, type Plan } from './plan.ts'
import { ESCAPED, NUMBER, Scan, TEXT, TRUE } from './scan.ts'
import { rootShape, type Shape } from './shape.ts'
import { bytesOf, copyAll, copyOf, copySlice, equalSlices, hashSlice, SliceTable, sliceText } from './slices.ts'
import { ByteTime, TimeWriter } from './times.ts'

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
}

/** How many lines of a new shape are compared with the general path. */
const PROBATION_LINES = 4

/** How many lines of a shape are tried before it is left to the general path. */
const MAX_ATTEMPTS = 8

/** Longer lines go the general way, which knows how to cut them. */
const MAX_LINE_BYTES = 64 * 1024

interface LevelEntry {
  readonly level: Level
  readonly text: Uint8Array
}

interface StreamEntry {
  readonly service: Uint8Array
  readonly node: Uint8Array
  readonly env: Uint8Array
  readonly level: LevelEntry
  /** What the written record says of them: ","level":"…","service":"…","node":"…"[,"env":"…"] */
  readonly head: Uint8Array
  readonly stream: StreamBuffer
  readonly clock: StreamClock
  readonly usable: boolean
  readonly next: StreamEntry | undefined
}

const EMPTY: Uint8Array = bytesOf('')
const SUCCESS: Uint8Array = bytesOf('success')
const FAILURE: Uint8Array = bytesOf('failure')
const HEAD = bytesOf('{"timestamp":"')
const DURATION = bytesOf(',"duration_ms":')
const EVT = bytesOf('evt: ')
/** Not a key that the lane takes, so no line's own. */
const EVT_TIME_KEY = '\0time'
/** As the structured formats tell an event's name from a sentence. */
const EVENT_NAME = /^[A-Za-z_][\w.:/-]{0,99}$/
const STREAM_SLOTS = 4096
const MAX_STREAM_ENTRIES = 16_384

export class Lane {
  private readonly options: LaneOptions
  private readonly jsonRoot = rootShape()
  private readonly logfmtRoot = rootShape()
  private readonly evtRoot = rootShape()
  private readonly scan = new Scan()
  private readonly time = new ByteTime()
  private readonly writer = new TimeWriter()
  private readonly probation = new Map<Shape, number>()
  private readonly levels = new Map<string | undefined, SliceTable<LevelEntry | undefined>>()
  private readonly statuses = new SliceTable<Uint8Array>(256, (text) => outcomeBytes(outcomeOfStatus(text)))
  /** Undefined for an event that is a sentence: the general path makes it the message. */
  private readonly events = new SliceTable<Uint8Array | undefined>(1024, (text) =>
    EVENT_NAME.test(text) ? outcomeBytes(outcomeOfEvent(text)) : undefined,
  )
  private readonly service: Uint8Array
  private readonly node: Uint8Array
  private readonly env: Uint8Array
  private readonly defaultLevel: LevelEntry
  private streams: (StreamEntry | undefined)[] = new Array(STREAM_SLOTS).fill(undefined)
  private streamCount = 0
  private generation: number
  private durationText: Uint8Array = EMPTY
  private outcome: Uint8Array = EMPTY
  private readonly plans: Plan[] = []

  constructor(options: LaneOptions) {
    this.options = options
    const { service, node, host, env, level } = options.around
    this.service = bytesOf(service)
    this.node = bytesOf(node ?? host)
    this.env = bytesOf(env ?? '')
    this.defaultLevel = { level, text: bytesOf(level) }
    this.generation = options.builder.generation
  }

  /** True when the line is in the batch. `end` excludes the line end; `endOffset` is where the next line starts. */
  take(bytes: Uint8Array, start: number, end: number, endOffset: number): boolean {
    if (end - start > MAX_LINE_BYTES) return false
    const shape = this.shapeOf(bytes, start, end)
    if (shape === undefined || shape.plan === null) return false
    if (this.options.mayHoldSecret(bytes, start, end)) return false
    if (shape.plan === undefined) {
      this.learn(shape, bytes, start, end)
      return false
    }
    const plan = shape.plan
    const level = this.check(plan, bytes)
    if (level === undefined) return false
    const entry = this.streamOf(plan, bytes, level)
    if (entry === undefined || !this.fitsTimes(entry)) return false
    const { builder, progress } = this.options
    builder.makeRoom(LINE_AT + (end - start) + plan.overhead)
    const { stream, clock } = entry
    const onProbation = this.probation.size > 0 && this.probation.has(shape)
    const before = onProbation ? clock.save() : undefined
    clock.next(this.time.seconds, this.time.nanos)
    // Escapes and quotes stand as in the line; each value is written at most twice, in the line and as metadata.
    const room = 2 * (end - start) + plan.overhead + entry.head.length
    const at = stream.begin(clock.entrySeconds, clock.entryNanos, room)
    const lineEnd = this.writeLine(plan, entry, bytes, stream.bytes, at)
    stream.endLine(lineEnd)
    const entryEnd = this.writeMetadata(plan, bytes, stream.bytes, lineEnd)
    const size = entryEnd - stream.used
    if (onProbation && !this.isProven(shape, bytes, start, end, stream, at, lineEnd)) {
      stream.abandon()
      clock.restore(before)
      return false
    }
    stream.finish(entryEnd)
    builder.count(size, progress, endOffset)
    plan.lines++
    return true
  }

  /** How many lines it took, for telemetry. */
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
    while (
      nameEnd < end &&
      bytes[nameEnd] > 0x20 &&
      bytes[nameEnd] < 0x7f &&
      bytes[nameEnd] !== 0x22 &&
      bytes[nameEnd] !== 0x5c
    )
      nameEnd++
    if (bytes[nameEnd] !== 0x20 || nameEnd === nameStart) return undefined
    const shape = this.scan.json(bytes, nameEnd + 1, end, this.evtRoot)
    if (shape === undefined) return undefined
    const { types, starts, ends } = this.scan
    const { depth } = shape
    types[depth] = TEXT
    starts[depth] = start
    ends[depth] = start + 19
    types[depth + 1] = TEXT
    starts[depth + 1] = nameStart
    ends[depth + 1] = nameEnd
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
    shape.plan = isReadable ? makePlan(keys, parsed, rename, this.options.around, timeIndex) : null
    if (shape.plan !== null) {
      this.probation.set(shape, PROBATION_LINES)
      this.plans.push(shape.plan)
    } else if (shape.attempts++ < MAX_ATTEMPTS) {
      // A value of this one line may have been the reason: the next may tell.
      shape.plan = undefined
    }
  }

  /** Whether every value is of a kind that the plan can write; reads time, outcome and duration, and returns the level. */
  private check(plan: Plan, bytes: Uint8Array): LevelEntry | undefined {
    const { types, starts, ends } = this.scan
    const allowed = plan.types
    for (let index = 0; index < allowed.length; index++)
      if (((allowed[index] >> types[index]) & 1) === 0) return undefined
    for (const index of plan.filled) if (starts[index] === ends[index]) return undefined
    const { time } = plan
    if (!this.time.read(bytes, starts[time], ends[time], plan.zoneless)) return undefined
    if (!this.readOutcome(plan, bytes) || !this.readDuration(plan, bytes)) return undefined
    if (plan.level === NONE) return this.defaultLevel
    const first = bytes[starts[plan.level]]
    if ((first >= 0x41 && first <= 0x5a) !== plan.isUpperLevel) return undefined
    return this.levelTable(plan).get(bytes, starts[plan.level], ends[plan.level])
  }

  private levelTable(plan: Plan): SliceTable<LevelEntry | undefined> {
    let table = this.levels.get(plan.scale)
    if (table === undefined) {
      table = new SliceTable<LevelEntry | undefined>(128, (text) => {
        const match = readLevel(/^\d+$/.test(text) ? Number(text) : text, plan.scale)
        return match?.exact ? { level: match.level, text: bytesOf(match.level) } : undefined
      })
      this.levels.set(plan.scale, table)
    }
    return table
  }

  /** Same order as normalize: outcome, success, status, exit code, event. False: the general path must. */
  private readOutcome(plan: Plan, bytes: Uint8Array): boolean {
    const { types, starts, ends } = this.scan
    const from = plan.outcomeFrom
    this.outcome = EMPTY
    if (from.outcome !== NONE) {
      const word = sliceText(bytes, starts[from.outcome], ends[from.outcome])
      if (outcomeOfWord(word) !== word) return false
      this.outcome = outcomeBytes(word)
    } else if (from.success !== NONE) {
      this.outcome = types[from.success] === TRUE ? SUCCESS : FAILURE
    }
    if (this.outcome === EMPTY && from.status !== NONE) {
      this.outcome = this.statuses.get(bytes, starts[from.status], ends[from.status])
    }
    if (this.outcome === EMPTY && from.exitCode !== NONE) {
      this.outcome = outcomeBytes(
        outcomeOfExitCode(Number(sliceText(bytes, starts[from.exitCode], ends[from.exitCode]))),
      )
    }
    if (from.event === NONE) return true
    const ofEvent = this.events.get(bytes, starts[from.event], ends[from.event])
    if (this.outcome === EMPTY) this.outcome = ofEvent ?? EMPTY
    return ofEvent !== undefined
  }

  private readDuration(plan: Plan, bytes: Uint8Array): boolean {
    this.durationText = EMPTY
    const { duration } = plan
    if (duration === NONE) return true
    const start = this.scan.starts[duration]
    const end = this.scan.ends[duration]
    if (plan.durationUnit === 1 && isCanonicalNumber(bytes, start, end)) {
      this.durationText = bytes.subarray(start, end)
      return true
    }
    const text = sliceText(bytes, start, end)
    if (plan.isDurationDerived && !isWhole(bytes, start, end)) return false
    const ms = readDuration(this.scan.types[duration] === NUMBER ? Number(text) : text, plan.durationUnit)
    if (ms === undefined) return false
    this.durationText = bytesOf(String(ms))
    // duration_ms written as 250.0 is 250 in the record; as text it would stay beside it.
    return plan.durationUnit !== 1 || this.scan.types[duration] === NUMBER
  }

  /** Lines that came too late for their stream get extra metadata: the general path's work. */
  private fitsTimes(entry: StreamEntry): boolean {
    return entry.usable && !entry.clock.isLate(this.time.seconds)
  }

  private streamOf(plan: Plan, bytes: Uint8Array, level: LevelEntry): StreamEntry | undefined {
    const { starts, ends } = this.scan
    const { builder } = this.options
    if (this.generation !== builder.generation || this.streamCount > MAX_STREAM_ENTRIES) {
      this.streams.fill(undefined)
      this.streamCount = 0
      this.generation = builder.generation
    }
    const service: Uint8Array = plan.service === NONE ? this.service : bytes
    const serviceStart = plan.service === NONE ? 0 : starts[plan.service]
    const serviceEnd = plan.service === NONE ? service.length : ends[plan.service]
    const node: Uint8Array = plan.node === NONE ? this.node : bytes
    const nodeStart = plan.node === NONE ? 0 : starts[plan.node]
    const nodeEnd = plan.node === NONE ? node.length : ends[plan.node]
    const env: Uint8Array = plan.env === NONE ? this.env : bytes
    const envStart = plan.env === NONE ? 0 : starts[plan.env]
    const envEnd = plan.env === NONE ? env.length : ends[plan.env]
    const slot =
      (hashSlice(node, nodeStart, nodeEnd) ^ (serviceEnd - serviceStart) ^ (level.text[0] << 4)) & (STREAM_SLOTS - 1)
    for (let entry = this.streams[slot]; entry !== undefined; entry = entry.next) {
      if (
        entry.level === level &&
        equalSlices(node, nodeStart, nodeEnd, entry.node) &&
        equalSlices(service, serviceStart, serviceEnd, entry.service) &&
        equalSlices(env, envStart, envEnd, entry.env)
      ) {
        return entry
      }
    }
    return this.addStream(
      slot,
      level,
      copyOf(service, serviceStart, serviceEnd),
      copyOf(node, nodeStart, nodeEnd),
      copyOf(env, envStart, envEnd),
    )
  }

  private addStream(
    slot: number,
    level: LevelEntry,
    service: Uint8Array,
    node: Uint8Array,
    env: Uint8Array,
  ): StreamEntry {
    const { builder, progress } = this.options
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
    const labels = builder.labelsOf(text(service), text(node), level.level, env.length === 0 ? undefined : text(env))
    const entry: StreamEntry = {
      service,
      node,
      env,
      level,
      head: bytesOf(
        `","level":"${level.level}","service":"${text(service)}","node":"${text(node)}"${env.length > 0 ? `,"env":"${text(env)}"` : ''}`,
      ),
      stream: builder.stream(labels.text),
      clock: progress.clocks.of(labels.text),
      usable: labels.demoted.length === 0 && isPlain(service) && isPlain(node) && isPlain(env),
      next: this.streams[slot],
    }
    this.streams[slot] = entry
    this.streamCount++
    return entry
  }

  private writeLine(plan: Plan, entry: StreamEntry, bytes: Uint8Array, out: Uint8Array, at: number): number {
    const { types, starts, ends } = this.scan
    at = copyAll(out, at, HEAD)
    at = this.writer.write(out, at, this.time.seconds, this.time.nanos)
    at = copyAll(out, at, entry.head)
    for (let step = 0; step < plan.texts.length; step++) {
      const { index, prefix } = plan.texts[step]
      if (index === NONE) {
        if (this.outcome.length === 0) continue
        at = copyAll(out, copyAll(out, at, prefix), this.outcome)
      } else {
        at = copySlice(out, copyAll(out, at, prefix), bytes, starts[index], ends[index])
      }
      out[at++] = 0x22
    }
    if (this.durationText.length > 0) at = copyAll(out, copyAll(out, at, DURATION), this.durationText)
    at = copyAll(out, at, plan.formatText)
    for (let step = 0; step < plan.extras.length; step++) {
      const { index, prefix } = plan.extras[step]
      at = copyAll(out, at, prefix)
      const quoted = types[index] <= ESCAPED
      if (quoted) out[at++] = 0x22
      at = copySlice(out, at, bytes, starts[index], ends[index])
      if (quoted) out[at++] = 0x22
    }
    out[at++] = 0x7d
    return at
  }

  private writeMetadata(plan: Plan, bytes: Uint8Array, out: Uint8Array, at: number): number {
    const { starts, ends } = this.scan
    for (let step = 0; step < plan.metadata.length; step++) {
      const { index, prefix } = plan.metadata[step]
      if (index === NONE) {
        const value = step === plan.durationAt ? this.durationText : this.outcome
        if (value.length > 0) at = writePair(out, at, prefix, value, 0, value.length)
      } else if (ends[index] > starts[index]) {
        at = writePair(out, at, prefix, bytes, starts[index], ends[index])
      }
    }
    return copyAll(out, at, plan.formatPair)
  }

  private isProven(
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

function writePair(
  out: Uint8Array,
  at: number,
  prefix: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const length = end - start
  const body = prefix.length + (length < 0x80 ? 1 : 2) + length
  out[at++] = 0x1a
  at = copyAll(out, writeVarint(out, at, body), prefix)
  return copySlice(out, writeVarint(out, at, length), bytes, start, end)
}

/** Lengths up to 16,383. */
function writeVarint(out: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    out[at] = value
    return at + 1
  }
  out[at] = (value & 0x7f) | 0x80
  out[at + 1] = value >>> 7
  return at + 2
}

function outcomeBytes(outcome: string | undefined): Uint8Array {
  return outcome === undefined ? EMPTY : outcome === 'success' ? SUCCESS : FAILURE
}

function isTimeKey(key: string, rename: ReadonlyMap<string, string>, parsed: ParsedLine): boolean {
  return !parsed.fields.has(rename.get(key) ?? key) && !parsed.fields.has(key)
}

/** What String(Number(text)) gives back: no leading zero, no trailing one in the fraction, few enough digits. */
function isCanonicalNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  if (length === 0 || length > 12) return false
  let dot = -1
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte === 0x2e && dot === -1) dot = at
    else if (byte < 0x30 || byte > 0x39) return false
  }
  if (dot === end - 1 || dot === start) return false
  if (bytes[start] === 0x30 && length > 1 && dot !== start + 1) return false
  return dot === -1 || (bytes[end - 1] !== 0x30 && end - dot <= 7)
}

function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 15) return false
  for (let at = start; at < end; at++) if (bytes[at] < 0x30 || bytes[at] > 0x39) return false
  return true
}

/** Values that are the same inside JSON quotes. */
function isPlain(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c)
}
