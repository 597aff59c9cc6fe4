/**
 * Blocks of one origin → events: lines cut, container wrappings off, fragments joined, continuation lines with their
 * event. Order stays that of the origin within a stream; stdout is never joined with stderr.
 */
import type { Message } from '../record.ts'
import { canContinue } from './continuation.ts'
import { looksCri, parseCri } from './cri.ts'
import { looksDocker, parseDocker, type Wrapped } from './docker.ts'
import { Fragments } from './fragments.ts'
import { LineSplitter, MAX_LINE_BYTES } from './lines.ts'
import { type AssembledEvent, EventAssembler, type Line } from './multiline.ts'
import { decodeText, isAsciiBlock } from './text.ts'

export const FRAMINGS = ['auto', 'docker', 'cri', 'lines', 'journal'] as const

export type Framing = (typeof FRAMINGS)[number]

export interface FramerOptions {
  /** auto: each line is looked at; the others take only what they say, and a line that is not so stays as it is. */
  readonly framing: Framing
  /** False: a line is an event. */
  readonly multiline: boolean
  readonly maxLineBytes?: number
}

export interface FramedEvent {
  readonly message: Message
  /** What may be committed once this event, and all before it, are delivered: nothing held stands before it. */
  readonly end: number
  /** Physical lines it was made of, empty ones and fragments included. */
  readonly lines: number
  /** Bytes that did not fit into the line limit and are gone; the record says so. */
  readonly cut: number
}

export interface FramerSink {
  event(event: FramedEvent): void
  /**
   * The express lane: a line that stands alone (the next one does not continue it), as bytes that are valid during the
   * call only. True: taken; false: it comes as an event. `endOffset` may be committed as FramedEvent.end.
   */
  line?(bytes: Uint8Array, start: number, end: number, endOffset: number): boolean
}

/** lines = Σ event.lines + lines taken by the express lane + empty + held. */
export interface FramerCounts {
  /** Physical lines read, the empty ones included. */
  lines: number
  empty: number
  /** Lines, or joined fragments, that were longer than the limit. */
  truncated: number
  /** Events that were split at the multi-line limits. */
  split: number
}

/**
 * An event may wait for so many lines of the container's other stream: a trace on stderr is often interleaved with
 * stdout, but a last line there must not hold back what is read after it.
 */
const MAX_INTERLEAVED_LINES = 32

interface Stream {
  readonly fragments: Fragments
  readonly assembler: EventAssembler
  /** Number of the last line that came in it. */
  lastLine: number
  /** Where the first fragment stood. */
  fragmentStart: number
}

/** Blocks in, events out. One per origin. */
export interface Framer {
  readonly counts: FramerCounts
  /** Everything before it was emitted. */
  readonly position: number
  /** bytes[0] stands at `offset` of the origin; blocks are contiguous. */
  push(bytes: Uint8Array, offset: number, sink: FramerSink): void
  /** Nothing new for a while: events that only waited for a continuation go out. A line without its end stays. */
  idle(sink: FramerSink): void
  /** The origin brings no more: everything goes out. */
  end(sink: FramerSink): void
}

export class LineFramer implements Framer {
  readonly counts: FramerCounts = { lines: 0, empty: 0, truncated: 0, split: 0 }
  readonly #options: FramerOptions
  readonly #max: number
  readonly #splitter: LineSplitter
  /** Of plain lines '', of containers by stream. */
  readonly #streams = new Map<string, Stream>()
  readonly #plain: Stream
  #block: Uint8Array | undefined
  #ascii = false
  #sink: FramerSink = { event() {} }
  #express: FramerSink['line']
  /** The line before, waiting for the next to show that it stands alone; in #block. heldStart < 0: none. */
  #heldStart = -1
  #heldEnd = 0
  #heldOffset = 0
  /** Where the next line starts; everything before it is emitted or held. */
  #at = 0
  /** Events that are complete, but started behind one that is still held: events come out in the order they started. */
  readonly #finished: AssembledEvent[] = []
  #begun = false

  constructor(options: FramerOptions) {
    this.#options = options
    this.#max = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#splitter = new LineSplitter(this.#max)
    this.#plain = this.#stream('')
  }

  get position(): number {
    let position = this.#finished[0]?.start ?? this.#at
    for (const stream of this.#streams.values()) {
      if (stream.fragments.holds) position = Math.min(position, stream.fragmentStart)
      position = Math.min(position, stream.assembler.heldFrom ?? position)
    }
    return position
  }

  push(bytes: Uint8Array, offset: number, sink: FramerSink): void {
    if (!this.#begun) this.#at = offset
    this.#begun = true
    this.#use(sink, bytes)
    this.#splitter.push(bytes, offset, this.#onLine)
    this.#releaseHeld()
    this.#block = undefined
  }

  idle(sink: FramerSink): void {
    this.#use(sink)
    for (const stream of this.#streams.values()) stream.assembler.flush(this.#onEvent)
    this.#release(Number.POSITIVE_INFINITY)
  }

  end(sink: FramerSink): void {
    this.#use(sink)
    this.#splitter.flush(this.#onLine)
    for (const stream of this.#streams.values()) {
      const joined = stream.fragments.flush()
      if (joined) this.#assemble(stream, { ...joined, start: stream.fragmentStart, end: this.#at })
      stream.assembler.flush(this.#onEvent)
    }
    this.#release(Number.POSITIVE_INFINITY)
  }

  #use(sink: FramerSink, block?: Uint8Array): void {
    this.#sink = sink
    this.#express = sink.line?.bind(sink)
    this.#block = block
    this.#ascii = block !== undefined && isAsciiBlock(block)
  }

  #onLine = (bytes: Uint8Array, start: number, end: number, endOffset: number, cut: number): void => {
    this.counts.lines++
    if (start === end) this.#emptyLine(endOffset)
    else if (!this.#waits(bytes, start, end, endOffset, cut)) this.#textLine(bytes, start, end, endOffset, cut)
  }

  /** Holds a line back for the express lane, after the one that was held has gone its way. False: it is to go as text. */
  #waits(bytes: Uint8Array, start: number, end: number, endOffset: number, cut: number): boolean {
    const wrapped = this.#isWrapped(bytes, start, end)
    const isExpress = !wrapped && cut === 0 && bytes === this.#block && this.#express !== undefined
    if (!isExpress || this.#streams.size > 1) {
      this.#releaseHeld()
      return false
    }
    const may = canContinue(bytes, start, end)
    if (this.#heldStart >= 0) this.#releaseHeld(!may)
    const { assembler } = this.#plain
    if (assembler.heldFrom !== undefined) {
      if (may || assembler.isOpen) return false
      assembler.flush(this.#onEvent)
    }
    this.#heldStart = start
    this.#heldEnd = end
    this.#heldOffset = endOffset
    return true
  }

  #emptyLine(endOffset: number): void {
    this.#releaseHeld(true)
    const { assembler } = this.#plain
    if (assembler.heldFrom === undefined) this.counts.empty++
    else assembler.push(this.#lineOf('', endOffset, 0), this.#onEvent)
    this.#at = endOffset
  }

  /** The held line goes to the express lane when it stands alone and the lane wants it, else it waits as text. */
  #releaseHeld(alone = false): void {
    const start = this.#heldStart
    if (start < 0) return
    this.#heldStart = -1
    if (alone && this.#express!(this.#block!, start, this.#heldEnd, this.#heldOffset)) this.#at = this.#heldOffset
    else this.#textLine(this.#block!, start, this.#heldEnd, this.#heldOffset, 0)
  }

  #isWrapped(bytes: Uint8Array, start: number, end: number): boolean {
    const { framing } = this.#options
    if (framing === 'lines') return false
    return framing !== 'auto' || looksDocker(bytes, start, end) || looksCri(bytes, start, end)
  }

  #textLine(bytes: Uint8Array, start: number, end: number, endOffset: number, cut: number): void {
    const text = decodeText(bytes, start, end, this.#ascii && bytes === this.#block)
    if (cut > 0) this.counts.truncated++
    const wrapped = this.#isWrapped(bytes, start, end) ? this.#unwrap(text) : undefined
    if (wrapped) this.#fragment(wrapped, endOffset)
    else this.#assemble(this.#plain, this.#lineOf(text, endOffset, cut))
  }

  #unwrap(text: string): Wrapped | undefined {
    const { framing } = this.#options
    if (framing === 'docker') return parseDocker(text)
    if (framing === 'cri') return parseCri(text)
    return text.charCodeAt(0) === 123 ? parseDocker(text) : parseCri(text)
  }

  #fragment(wrapped: Wrapped, endOffset: number): void {
    const stream = this.#stream(wrapped.runtime.stream ?? 'unnamed')
    if (!stream.fragments.holds) stream.fragmentStart = this.#at
    stream.lastLine = this.counts.lines
    const start = stream.fragmentStart
    const joined = stream.fragments.push(wrapped)
    if (!joined) {
      this.#at = endOffset
      return
    }
    if (joined.cut > 0) this.counts.truncated++
    this.#assemble(stream, { ...joined, start, end: endOffset })
  }

  #lineOf(text: string, end: number, cut: number): Line {
    return { text, start: this.#at, end, lines: 1, cut, runtime: undefined }
  }

  #assemble(stream: Stream, line: Line): void {
    this.#at = line.end
    stream.lastLine = this.counts.lines
    if (this.#streams.size > 1) this.#flushSilent()
    const { assembler } = stream
    if (line.text.trim() === '' && assembler.heldFrom === undefined) {
      this.counts.empty += line.lines
      return
    }
    assembler.push(line, this.#onEvent)
    if (!this.#options.multiline) assembler.flush(this.#onEvent)
  }

  #flushSilent(): void {
    for (const stream of this.#streams.values()) if (this.#isSilent(stream)) stream.assembler.flush(this.#onEvent)
  }

  #isSilent(stream: Stream): boolean {
    return this.counts.lines - stream.lastLine > MAX_INTERLEAVED_LINES
  }

  #onEvent = (event: AssembledEvent): void => {
    const finished = this.#finished
    let at = finished.length
    while (at > 0 && finished[at - 1]!.start > event.start) at--
    finished.splice(at, 0, event)
    this.#release(this.#barrier())
  }

  /** What started behind this waits: an event of the other stream that may still grow. */
  #barrier(): number {
    let barrier = Number.POSITIVE_INFINITY
    for (const stream of this.#streams.values()) {
      if (this.#streams.size > 1 && this.#isSilent(stream)) continue
      if (stream.fragments.holds) barrier = Math.min(barrier, stream.fragmentStart)
      barrier = Math.min(barrier, stream.assembler.heldFrom ?? barrier)
    }
    return barrier
  }

  #release(barrier: number): void {
    while (this.#finished.length > 0 && this.#finished[0]!.start < barrier) this.#emit(this.#finished.shift()!)
  }

  #emit({ head, rest, runtime, lines, cut }: AssembledEvent): void {
    this.counts.split = 0
    for (const stream of this.#streams.values()) this.counts.split += stream.assembler.split
    this.#sink.event({ message: { head, rest, runtime }, end: this.position, lines, cut })
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name)
    if (!stream) {
      stream = { fragments: new Fragments(this.#max), assembler: new EventAssembler(), fragmentStart: 0, lastLine: 0 }
      this.#streams.set(name, stream)
    }
    return stream
  }
}
