/** Message → LogRecord: what a line means, in one place for ship, normalize and explain. */
import type { Format } from './formats/format.ts'
import { createMemory, type DetectMemory, detect } from './formats/index.ts'
import { normalize, type Surroundings } from './normalize/normalize.ts'
import { type LogRecord, type Message, ORIGINAL_LINE, type ParsedLine } from './record.ts'
import type { Redactor } from './redact/redact.ts'
import type { Instant } from './terms/instant.ts'

export interface InterpretOptions {
  readonly around: Surroundings
  /** IANA zone for times that carry none. */
  readonly zone: string
  /** Undefined: detect. */
  readonly format: Format | undefined
  /** Undefined: leave secrets where they are. */
  readonly redactor: Redactor | undefined
  readonly now: () => Instant
  /** Fields that every record gets unless its line has them. */
  readonly added?: Readonly<Record<string, string>>
  /** Keep the text as it was read in the field ORIGINAL_LINE, for pushing it as it is. */
  readonly keepOriginal?: boolean
}

/** Reads the messages of one source; remembers which formats fit. */
export class Interpreter {
  private readonly options: InterpretOptions
  private readonly memory: DetectMemory = createMemory()

  constructor(options: InterpretOptions) {
    this.options = options
  }

  parse(message: Message): ParsedLine {
    const { zone, now, format } = this.options
    return detect(message, { zone, now: now() }, this.memory, format)
  }

  record(message: Message): LogRecord {
    return this.recordOf(message, this.parse(message))
  }

  recordOf(message: Message, parsed: ParsedLine): LogRecord {
    const { around, now, redactor, added, keepOriginal } = this.options
    const record = normalize(parsed, message.runtime, now(), around)
    for (const name in added) if (!record.fields.has(name)) record.fields.set(name, added[name])
    const text = message.rest === '' ? message.head : `${message.head}\n${message.rest}`
    if (keepOriginal) record.fields.set(ORIGINAL_LINE, text)
    if (redactor?.mayHold(text)) redactor.redact(record)
    return record
  }
}
