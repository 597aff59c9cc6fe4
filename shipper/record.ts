/**
 * What flows: bytes → Message → ParsedLine → LogRecord → Batch → Delivery. One type a stage hands to the next.
 * Flowing records have every field present (undefined where the line had none), so that their shape never changes.
 */
import type { Instant } from './terms/instant.ts'
import type { Fields } from './terms/json.ts'
import type { Level, LevelScale } from './terms/level.ts'

/** What a container runtime knew of a line (Docker json-file, CRI). */
export interface Runtime {
  readonly time: Instant | undefined
  readonly stream: 'stdout' | 'stderr' | undefined
  /** Labels and variables of the container that Docker's json-file driver writes beside each line (tag, env, labels). */
  readonly attrs?: ReadonlyMap<string, string>
  /** What a sender said of its line (labels, structured metadata): fields of the record unless the line has them. */
  readonly known?: Known
  /** What a sender said of where its line comes from: goes before what is configured, and after what the line says. */
  readonly place?: RuntimePlace
}

/** Names and values beside a line, in the order in which they came. */
export type Known = readonly (readonly [name: string, value: string])[]

export interface RuntimePlace {
  readonly service?: string
  readonly node?: string
  readonly env?: string
  readonly level?: Level
  readonly host?: string
}

/** One event's text: its first line, and the lines that belong to it (a stack trace, a continued statement). */
export interface Message {
  readonly head: string
  /** Continuation lines joined by \n, '' for most events. */
  readonly rest: string
  readonly runtime: Runtime | undefined
}

/** What a format found in a message. Names are the line's own, or the record's where the format knows the meaning. */
export interface ParsedLine {
  readonly format: string
  /** The line's own time; undefined when it carried none that can be read. */
  readonly time: Instant | undefined
  /** What a number under `level` means; undefined: guess. */
  readonly scale?: LevelScale
  readonly fields: Fields
}

/** Where a record's time came from: the line itself, the container runtime, or the clock when it was read. */
export type TimestampSource = 'line' | 'runtime' | 'read'

/** Identifiers: looked up often, never labels. Always text. */
export const IDENTIFIERS = [
  'correlation_id',
  'trace_id',
  'span_id',
  'request_id',
  'thread_id',
  'job_id',
  'workspace_id',
] as const

/** The record's own text fields after the four required ones, in the order in which they are written. */
export const TEXT_FIELDS = [
  'event',
  'message',
  'logger',
  ...IDENTIFIERS,
  'operation',
  'step',
  'status',
  'outcome',
  'error',
  'error_type',
  'error_code',
  'stack',
] as const

export type TextField = (typeof TEXT_FIELDS)[number]

/** Fields that go to Loki as structured metadata as well as into the line: what panels filter and group by. */
export const METADATA_FIELDS = [
  ...IDENTIFIERS,
  'event',
  'operation',
  'step',
  'status',
  'outcome',
  'duration_ms',
  'error_type',
] as const

/** The field that holds the whole text when lines are pushed as they were read; redacted like any other. No line's own. */
export const ORIGINAL_LINE = '\0original'

/** One log event. See schema/record.schema.json for the written form. */
export interface LogRecord {
  timestamp: Instant
  timestamp_source: TimestampSource
  level: Level
  service: string
  node: string
  /** Deployment environment, a label when the line or the configuration names one. */
  env: string | undefined
  text: Record<TextField, string | undefined>
  /** Milliseconds. */
  duration_ms: number | undefined
  format: string
  /** Of the message's template, while patterns are mined: structured metadata only, never in the line. */
  pattern_id?: string | undefined
  /** Everything else that the line carried, under its own name. Never holds a name of the record. */
  fields: Fields
}
