/**
 * One log format. Add one: a file that exports a Format, its entry in index.ts, its samples in test/formats/<name>.txt.
 * `parse` gets one event and returns undefined when the line is not of this format; it never throws, whatever the line
 * holds, and takes time linear in its length (no nested quantifiers: log content is hostile).
 */
import type { ParsedLine } from '../record.ts'
import type { TimeOptions } from '../terms/time.ts'

export interface ParseOptions extends TimeOptions {
  /** Continuation lines of this event, joined by \n; '' for most. */
  readonly rest: string
}

export interface Format {
  /** snake_case, also the file's name with - for _. Becomes the record's `format`. */
  readonly name: string
  /** For the documentation's table: "nginx access log (common, combined)". */
  readonly title: string
  /**
   * The characters a line of this format can start with, as the inside of a RegExp class ("{", "0-9", "A-Za-z[").
   * Undefined: any. A line that starts with another is not offered to the format, which is what makes detection fast.
   */
  readonly starts: string | undefined
  /** True for the general ones (json, logfmt, general, plain): tried last, never remembered, may take others' samples. */
  readonly fallback?: boolean
  /** head: the event's first line, without colour codes and line end. */
  parse(head: string, options: ParseOptions): ParsedLine | undefined
}
