/** The spool's way to the batch: its frames are events already, each with what its sender said of it. */
import type { BatchBuilder, Progress } from './batch/builder.ts'
import { type Interpreter, messageOf } from './interpret.ts'
import type { Flow } from './origin-flow.ts'
import type { PatternWatch } from './patterns/patterns.ts'
import type { Known } from './record.ts'
import type { Watch } from './scan/scanner.ts'
import { type Entry, type EntryPlace, EntryReader } from './spool/entry.ts'
import { payloadOf } from './spool/frame.ts'
import { type Level, readLevel } from './terms/level.ts'

export interface EntryFlowOptions {
  /** Reads one sender's events: it remembers which formats they have. */
  readonly interpreterOf: (place: EntryPlace) => Interpreter
  readonly builder: BatchBuilder
  readonly progress: Progress
  readonly onUnreadable: () => void
  /** Names the pattern of each record's message; undefined: patterns are off. */
  readonly patterns?: PatternWatch | undefined
  /** Reads beside the flow, for each sender by itself. */
  readonly watchOf?: ((place: EntryPlace) => Watch) | undefined
}

/** What is remembered of a sender. */
interface Sender {
  readonly interpreter: Interpreter
  readonly watch: Watch | undefined
}

/** Senders that are remembered at a time. */
const MAX_SENDERS = 1000

export class EntryFlow implements Flow {
  readonly counts = { lines: 0, empty: 0, truncated: 0, split: 0 }
  readonly formats = new Map<string, number>()
  records = 0
  private readonly options: EntryFlowOptions
  private readonly entries = new EntryReader()
  private readonly senders = new Map<EntryPlace, Sender>()

  constructor(options: EntryFlowOptions) {
    this.options = options
  }

  /** Whole frames. */
  data(bytes: Uint8Array, offset: number): void {
    const frames = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < frames.length; ) {
      const payload = payloadOf(frames, at)
      at = payload.byteOffset - frames.byteOffset + payload.length
      const entry = this.entries.read(payload)
      if (entry === undefined) {
        this.options.onUnreadable()
        this.options.builder.advance(this.options.progress, offset + at)
      } else this.take(entry, offset + at)
    }
  }

  idle(): void {}

  end(): void {
    for (const { watch } of this.senders.values()) watch?.end()
    this.senders.clear()
  }

  private take({ time, place, metadata, text }: Entry, end: number): void {
    const { builder, progress } = this.options
    this.counts.lines++
    if (text.trim() === '' && metadata.length === 0) {
      this.counts.empty++
      builder.advance(progress, end)
      return
    }
    const level = levelOf(metadata)
    const known = metadata.length === 0 ? place.labels : [...metadata.filter(isNoLevel), ...place.labels]
    const around = level === undefined ? place.around : { ...place.around, level }
    const runtime = { time, stream: undefined, known, place: around }
    const { interpreter, watch } = this.senderOf(place)
    const message = messageOf(text, runtime)
    const record = interpreter.record(message)
    watch?.see(record, () => interpreter.textOf(record, message), { position: `spool:${end}` })
    this.options.patterns?.see(record)
    builder.add(record, progress, end)
    this.records++
    this.formats.set(record.format, (this.formats.get(record.format) ?? 0) + 1)
  }

  private senderOf(place: EntryPlace): Sender {
    let sender = this.senders.get(place)
    if (sender === undefined) {
      if (this.senders.size >= MAX_SENDERS) this.forgetOldest()
      sender = { interpreter: this.options.interpreterOf(place), watch: this.options.watchOf?.(place) }
      this.senders.set(place, sender)
    }
    return sender
  }

  /** One, not all: cooldowns and buckets of the others go on. */
  private forgetOldest(): void {
    for (const [place, { watch }] of this.senders) {
      watch?.end()
      this.senders.delete(place)
      return
    }
  }
}

/** An entry's own level goes before its stream's. */
function levelOf(metadata: Known): Level | undefined {
  const named = metadata.find(([name]) => LEVEL_NAMES.has(name))
  return named === undefined ? undefined : readLevel(named[1])?.level
}

function isNoLevel([name]: Known[number]): boolean {
  return name !== 'level' && name !== 'detected_level'
}

const LEVEL_NAMES: ReadonlySet<string> = new Set(['level', 'detected_level', 'severity_text', 'severity'])
