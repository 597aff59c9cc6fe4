/** One origin's way from bytes to the batch: the express lane for what it is certain of, the general path for the rest. */
import type { BatchBuilder, Progress } from './batch/builder.ts'
import { createFramer, type FramedEvent, type Framer, type FramerOptions, type FramerSink } from './framing/index.ts'
import type { Interpreter } from './interpret.ts'
import type { Lane } from './lanes/lane.ts'
import type { PatternWatch } from './patterns/patterns.ts'
import type { Watch } from './scan/scanner.ts'

/** What happens to one origin's bytes. */
export interface Flow {
  data(bytes: Uint8Array, offset: number): void
  idle(): void
  end(): void
  /** Records made. */
  readonly records: number
  /** The same by format. */
  readonly formats: ReadonlyMap<string, number>
  readonly counts: Framer['counts']
}

export interface OriginFlowOptions {
  readonly framing: FramerOptions
  readonly interpreter: Interpreter
  readonly builder: BatchBuilder
  readonly progress: Progress
  /** Undefined: every line goes the general way. */
  readonly lane: Lane | undefined
  /** Names the pattern of each record's message; undefined: patterns are off. */
  readonly patterns?: PatternWatch | undefined
  /** Reads beside the flow. */
  readonly watch?: Watch | undefined
  /** See Place.position, by where in the origin an event ends. Undefined: offsets are of this run. */
  readonly positionOf?: ((end: number) => string) | undefined
}

export class OriginFlow implements FramerSink, Flow {
  private readonly made = new Map<string, number>()
  private readonly options: OriginFlowOptions
  private readonly framer: Framer
  readonly line: FramerSink['line']

  constructor(options: OriginFlowOptions) {
    this.options = options
    this.framer = createFramer(options.framing)
    const { lane } = options
    this.line =
      lane &&
      ((bytes, start, end, endOffset) => {
        const isTaken = lane.take(bytes, start, end, endOffset)
        if (isTaken) options.interpreter.passed()
        return isTaken
      })
  }

  data(bytes: Uint8Array, offset: number): void {
    const { lane, watch } = this.options
    if (lane === undefined || watch === undefined) this.framer.push(bytes, offset, this)
    else {
      watch.block(bytes)
      try {
        this.framer.push(bytes, offset, this)
      } finally {
        // The reader fills it again.
        watch.block(undefined)
      }
    }
    this.advance()
  }

  idle(): void {
    this.framer.idle(this)
    this.advance()
  }

  end(): void {
    this.framer.end(this)
    this.advance()
    this.options.watch?.end()
  }

  event({ message, end, cut }: FramedEvent): void {
    const { interpreter, builder, progress, watch, positionOf } = this.options
    const record = interpreter.record(message)
    if (cut > 0) record.fields.set('truncated_bytes', cut)
    this.options.patterns?.see(record)
    watch?.see(record, () => interpreter.textOf(record, message), {
      stream: message.runtime?.stream,
      position: positionOf?.(end),
    })
    builder.add(record, progress, end)
    this.made.set(record.format, (this.made.get(record.format) ?? 0) + 1)
  }

  /** Records made, on either way. */
  get records(): number {
    let records = 0
    for (const count of this.formats.values()) records += count
    return records
  }

  /** The same by format. */
  get formats(): Map<string, number> {
    const formats = this.options.lane?.formats ?? new Map<string, number>()
    for (const [format, count] of this.made) formats.set(format, (formats.get(format) ?? 0) + count)
    return formats
  }

  get counts(): Framer['counts'] {
    return this.framer.counts
  }

  /** Empty lines make no record: what is read past them is as done as what stands before. */
  private advance(): void {
    const { builder, progress } = this.options
    if (this.framer.position > progress.offset) builder.advance(progress, this.framer.position)
  }
}
