/** The event log's way to the batch. No scanner and no miner is here to be called: what was found is never searched again. */
import type { BatchBuilder, Progress } from './batch/builder.ts'
import { writeRecord } from './batch/line.ts'
import type { LogEvent } from './events/event.ts'
import { LINE_END, readLine } from './events/line.ts'
import { eventRecord } from './events/record.ts'
import type { Flow } from './origin-flow.ts'
import { ORIGINAL_LINE } from './record.ts'
import type { Redactor } from './redact/redact.ts'

export interface EventFlowOptions {
  readonly env: string | undefined
  readonly redactor: Redactor
  readonly builder: BatchBuilder
  readonly progress: Progress
  /** Lines are pushed as they were read: an event was never read, and is its record. */
  readonly keepOriginal: boolean
  /** A line that is no whole event. */
  readonly onUnreadable: () => void
}

export class EventFlow implements Flow {
  readonly counts = { lines: 0, empty: 0, truncated: 0, split: 0 }
  readonly formats = new Map<string, number>()
  records = 0
  private readonly options: EventFlowOptions

  constructor(options: EventFlowOptions) {
    this.options = options
  }

  /** Whole lines of the log; `offset`: the number of the last event before them. */
  data(bytes: Uint8Array, offset: number): void {
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(LINE_END, at)
      if (end < 0) return
      const event = readLine(lines, at, end)?.event
      this.counts.lines++
      if (event === undefined) this.options.onUnreadable()
      else if (event.seq > offset) this.take(event)
      at = end + 1
    }
  }

  idle(): void {}

  end(): void {}

  private take(event: LogEvent): void {
    const { env, redactor, builder, progress, keepOriginal } = this.options
    const record = eventRecord(event, env)
    // The message was redacted when it was found; a capture may be a piece of the text as it was read.
    if (redactor.mayHold(`${event.message}\n${JSON.stringify(event.metadata)}`)) redactor.redact(record)
    if (keepOriginal) record.fields.set(ORIGINAL_LINE, writeRecord(record))
    builder.add(record, progress, event.seq)
    this.records++
    this.formats.set(record.format, this.records)
  }
}
