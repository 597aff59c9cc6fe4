/** A rule's match in a record → the event that says so. */
import { createHash } from 'node:crypto'
import { cutText } from '../events/cut.ts'
import type { EventMetadata, NewEvent } from '../events/event.ts'
import type { LogRecord } from '../record.ts'
import { formatInstant } from '../terms/instant.ts'
import type { Match } from './compile.ts'
import { isLine, messageOf, type Said } from './field.ts'
import type { Rule } from './rule.ts'

/** Where a record came from. */
export interface Place {
  readonly container: string
  readonly stream: 'stdout' | 'stderr'
  /** Tells it from every other record, of the same text and time too, and is the same when it is read again after a restart. */
  readonly position: string | undefined
}

/** `said`: what was matched on. All of it is redacted already. */
export function hitEvent(
  rule: Rule,
  record: LogRecord,
  said: Said,
  line: () => string,
  match: Match,
  place: Place,
): NewEvent {
  return {
    time: record.timestamp,
    source: 'logscan',
    event: 'rule_hit',
    severity: rule.severity,
    message: eventMessage(said.at, record, line),
    metadata: metadataOf(rule, record, said.text, match, place),
    key: keyOf(rule, record, line(), place),
  }
}

/** The line where the match is in it, else the message. */
export function eventMessage(at: string, record: LogRecord, line: () => string): string {
  return cutText(isLine(at) ? line() : messageOf(record, line))
}

function metadataOf(rule: Rule, record: LogRecord, text: string, match: Match, place: Place): EventMetadata {
  const { text: texts, service, node, level } = record
  return {
    workload: service,
    container: place.container,
    rule_id: rule.id,
    rule_name: rule.name,
    stream: place.stream,
    captures: capturesOf(text, match),
    node,
    level,
    correlation_id: texts.correlation_id,
    trace_id: texts.trace_id,
  }
}

/** By name. A group may be called __proto__: fromEntries makes it a member like any other. */
export function capturesOf(text: string, { captures }: Match): Readonly<Record<string, string>> {
  return Object.fromEntries(captures.map(({ name, start, end }) => [name, cutText(text.slice(start, end))]))
}

/** The same for a record that is read again. A time of reading differs then, and is no part of it. */
function keyOf(rule: Rule, record: LogRecord, line: string, { container, position }: Place): string {
  const time = record.timestamp_source === 'read' ? '' : formatInstant(record.timestamp)
  const parts = [rule.id, position ?? container, time, line]
  return createHash('sha256').update(parts.join('\0')).digest('base64url')
}
