/** Rules as the API and the page see them. */
import type { NewEvent } from '../events/event.ts'
import type { LogRecord } from '../record.ts'
import type { RuleSettings } from './rule.ts'

export interface RuleView extends RuleSettings {
  readonly id: string
  readonly origin: 'config' | 'folder' | 'api'
  /** The file, of the first two. */
  readonly file?: string
  /** Why it is not in force: its pattern does not compile, it overrides what is not there, its name is taken. */
  readonly error?: string
}

export interface EffectiveRule extends RuleView {
  /** A global rule; one that stands for a global rule in this workload; one of this workload's own. */
  readonly from: 'global' | 'override' | 'own'
}

/** A line as the general path reads it: what a rule is tried on. Redacted. */
export interface SampleLine {
  readonly record: LogRecord
  /** The line as it was read, continuation lines behind \n. */
  readonly text: string
  /** The record as `normalize` prints it. */
  readonly json: unknown
}

/** Reads a sample line. Without it a line is a record with a message and nothing else. */
export type Interpret = (line: string, workload: string | undefined) => SampleLine

export interface RuleTest {
  readonly matched: boolean
  /** Why there is no hit although the pattern may match: disabled, stream, workload, no such field. */
  readonly reason?: string
  /** UTF-16 offsets in `text`. */
  readonly span?: readonly [start: number, end: number]
  readonly captures: Readonly<Record<string, string>>
  readonly spans: Readonly<Record<string, readonly [start: number, end: number]>>
  /** What was matched on; '' when the record has no such field. */
  readonly text: string
  /** The event's message. */
  readonly message: string
  readonly record: unknown
  /** The event that the line would make. */
  readonly event?: NewEvent
}
