/** Message → LogRecord: what a line means, in one place for ship, normalize and explain. */
import { writeRecord } from './batch/line.ts'
import type { Format } from './formats/format.ts'
import { createMemory, type DetectMemory, detect } from './formats/index.ts'
import { normalize, RESERVED_NAMES, type Surroundings } from './normalize/normalize.ts'
import {
  type LogRecord,
  type Message,
  ORIGINAL_LINE,
  type ParsedLine,
  type Runtime,
  TEXT_FIELDS,
  type TextField,
} from './record.ts'
import type { Redactor } from './redact/redact.ts'
import type { Instant } from './terms/instant.ts'
import type { Fields } from './terms/json.ts'

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
  readonly added?: ReadonlyMap<string, string> | undefined
  /** Keep the text as it was read in the field ORIGINAL_LINE, for pushing it as it is. */
  readonly keepOriginal?: boolean
}

/** Reads the messages of one source; remembers which formats fit. */
export class Interpreter {
  private readonly options: InterpretOptions
  private readonly memory: DetectMemory = createMemory()
  /** Whether the record made last held something that was taken out. */
  private heldSecret = false

  constructor(options: InterpretOptions) {
    this.options = options
  }

  parse(message: Message): ParsedLine {
    const { zone, now, format } = this.options
    return detect(message, { zone, now: now() }, this.memory, format)
  }

  /** A line with a time of its own was read elsewhere: what a line before it said is no longer about the next. */
  passed(): void {
    this.memory.alone = undefined
  }

  record(message: Message): LogRecord {
    return this.recordOf(message, this.parse(message))
  }

  recordOf(message: Message, parsed: ParsedLine): LogRecord {
    const { around, now, redactor, added, keepOriginal } = this.options
    const { runtime } = message
    const record = normalize(parsed, runtime, now(), runtime === undefined ? around : ofRuntime(around, runtime))
    if (runtime !== undefined) addRuntime(record, runtime)
    if (added !== undefined) for (const [name, value] of added) setDefault(record.fields, name, value)
    const text = wholeText(message)
    if (keepOriginal) record.fields.set(ORIGINAL_LINE, text)
    this.heldSecret = redactor !== undefined && (redactor.mayHold(text) || saysMore(runtime)) && redactor.redact(record)
    return record
  }

  /**
   * The text of the record that was read last, as it was read but for its secrets; where those cannot be told to be out
   * of it, the record as JSON.
   */
  textOf(record: LogRecord, message: Message): string {
    const text = wholeText(message)
    return this.heldSecret ? (this.options.redactor?.clean(text) ?? writeRecord(record)) : text
  }
}

/** An event's text: its first line, and the rest. */
export function messageOf(text: string, runtime?: Runtime): Message {
  const end = text.indexOf('\n')
  return end < 0 ? { head: text, rest: '', runtime } : { head: text.slice(0, end), rest: text.slice(end + 1), runtime }
}

function wholeText({ head, rest }: Message): string {
  return rest === '' ? head : `${head}\n${rest}`
}

function saysMore(runtime: Runtime | undefined): boolean {
  return runtime?.attrs !== undefined || (runtime?.known !== undefined && runtime.known.length > 0)
}

/** Docker's json-file driver can write labels of the container beside each line; compose's say which service it is. */
function ofRuntime(around: Surroundings, { attrs, place }: Runtime): Surroundings {
  if (place !== undefined) return { ...around, ...place }
  const service = attrs?.get('com.docker.compose.service') ?? attrs?.get('com.docker.swarm.service.name')
  return service === undefined ? around : { ...around, service }
}

function addRuntime(record: LogRecord, { stream, attrs, known }: Runtime): void {
  const { fields } = record
  if (stream !== undefined) setDefault(fields, 'stream', stream)
  for (const [name, value] of attrs ?? []) setDefault(fields, name, value)
  for (const [name, value] of known ?? []) addKnown(record, name, value)
}

const TEXTS: ReadonlySet<string> = new Set(TEXT_FIELDS)

/** OpenTelemetry's names of them, as Loki and other shippers write them into structured metadata. */
const SENT_AS: ReadonlyMap<string, TextField> = new Map([
  ['event_name', 'event'],
  ['scope_name', 'logger'],
  ['exception_type', 'error_type'],
  ['exception_message', 'error'],
  ['exception_stacktrace', 'stack'],
])

/** A sender's word fills the record's own field of that name; it stays beside one that the line has filled otherwise. */
function addKnown(record: LogRecord, name: string, value: string): void {
  const field = TEXTS.has(name) ? (name as TextField) : SENT_AS.get(name)
  if (field !== undefined) {
    record.text[field] ??= value
    if (record.text[field] === value) return
  } else if (name === 'duration_ms') {
    const number = Number(value)
    if (value !== '' && Number.isFinite(number)) record.duration_ms ??= number
    if (record.duration_ms === number) return
  }
  setDefault(record.fields, name, value)
}

function setDefault(fields: Fields, name: string, value: string): void {
  const kept = RESERVED_NAMES.has(name) ? `${name}_original` : name
  if (!fields.has(kept)) fields.set(kept, value)
}
