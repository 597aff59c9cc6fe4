/** An event as a record of Longship's own, the way it stands in Loki: {service="longship", node="logscan"}. */
import type { LogRecord, TextField } from '../record.ts'
import { TEXT_FIELDS } from '../record.ts'
import type { Fields, Value } from '../terms/json.ts'
import type { LogEvent } from './event.ts'

export const EVENT_SERVICE = 'longship'
export const EVENT_NODE = 'logscan'
const FORMAT = 'event'

/**
 * True for a record that says it is an event of Longship's, whatever way it came in: read back from Loki, pushed by another
 * shipper. Rules and patterns must pass it over, or what they find would be found again.
 */
export function isEventRecord({ service, node }: Pick<LogRecord, 'service' | 'node'>): boolean {
  return service === EVENT_SERVICE && node === EVENT_NODE
}

/** The same record each time, so that what is sent again is the same to the byte. */
export function eventRecord(event: LogEvent, env: string | undefined): LogRecord {
  const { correlation_id, trace_id } = event.metadata
  const text = Object.fromEntries(TEXT_FIELDS.map((name) => [name, undefined])) as LogRecord['text']
  const told: [TextField, string | undefined][] = [
    ['event', event.event],
    ['message', event.message],
    ['correlation_id', correlation_id],
    ['trace_id', trace_id],
  ]
  for (const [name, value] of told) text[name] = value
  return {
    timestamp: event.time,
    timestamp_source: 'line',
    level: event.severity,
    service: EVENT_SERVICE,
    node: EVENT_NODE,
    env,
    text,
    duration_ms: undefined,
    format: FORMAT,
    // As on the lines that it was mined from: one filter finds both.
    pattern_id: event.metadata.pattern_id,
    fields: fieldsOf(event),
  }
}

function fieldsOf({ seq, source, severity, metadata }: LogEvent): Fields {
  const fields: Fields = new Map<string, Value>([
    ['event_seq', seq],
    ['source', source],
    ['severity', severity],
    ['workload', metadata.workload],
    ['container', metadata.container],
  ])
  const others: readonly (readonly [name: string, value: Value | undefined])[] = [
    ['workload_node', metadata.node],
    ['workload_level', metadata.level],
    ['stream', metadata.stream],
    ['rule_id', metadata.rule_id],
    ['rule_name', metadata.rule_name],
    ['captures', metadata.captures && new Map(Object.entries(metadata.captures))],
    // pattern and count are words of LogQL: it could not filter fields of these names.
    ['pattern_template', metadata.pattern],
    ['pattern_lines', metadata.count],
    ['pattern_lines_expected', metadata.expected],
  ]
  for (const [name, value] of others) if (value !== undefined) fields.set(name, value)
  return fields
}
