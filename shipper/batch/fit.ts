/** Cuts a record so that its line fits Loki: the longest texts lose their ends, and the record says how much. */
import type { LogRecord, TextField } from '../record.ts'
import { TEXT_FIELDS } from '../record.ts'
import { type Value, valueText } from '../terms/json.ts'

/** Loki rejects a line over max_line_size (256 KiB by default); a margin for what restamping may add. */
export const MAX_LINE_BYTES = 256 * 1024 - 512

const MARK = '…[truncated]'

export interface Fitted {
  readonly line: string
  readonly truncated: boolean
}

/** The record's line, at most MAX_LINE_BYTES as UTF-8. Changes the record when it has to cut. */
export function fitLine(record: LogRecord, write: (record: LogRecord) => string): Fitted {
  const line = write(record)
  // A UTF-16 unit takes at most three bytes of UTF-8: short lines need no measuring.
  if (line.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(line) <= MAX_LINE_BYTES) return { line, truncated: false }
  // What was cut off before, when it was read, is gone as well.
  const before = Buffer.byteLength(line) + (Number(record.fields.get(GONE)) || 0)
  for (let limit = 64 * 1024; limit >= 64; limit /= 2) {
    cutTexts(record, limit)
    record.fields.set(GONE, before)
    const bytes = Buffer.byteLength(write(record))
    if (bytes <= MAX_LINE_BYTES) return countGone(record, before - bytes, write)
  }
  // Tens of thousands of short fields: keep the record's own, and count what went.
  const dropped = record.fields.size
  record.fields = new Map([
    [GONE, before],
    ['truncated_fields', dropped],
  ])
  return countGone(record, before - Buffer.byteLength(write(record)), write)
}

const GONE = 'truncated_bytes'

function countGone(record: LogRecord, bytes: number, write: (record: LogRecord) => string): Fitted {
  record.fields.set(GONE, bytes)
  return { line: write(record), truncated: true }
}

function cutTexts(record: LogRecord, limit: number): void {
  for (const field of TEXT_FIELDS) {
    const text = record.text[field as TextField]
    if (text !== undefined) record.text[field as TextField] = cut(text, limit)
  }
  record.service = cut(record.service, limit)
  record.node = cut(record.node, limit)
  for (const [name, value] of record.fields) {
    const text = longText(value)
    if (text !== undefined && text.length > limit) record.fields.set(name, cut(text, limit))
  }
}

function longText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value !== null && typeof value === 'object' ? valueText(value) : undefined
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - MARK.length).toWellFormed()}${MARK}`
}
