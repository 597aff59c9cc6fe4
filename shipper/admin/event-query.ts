/** Which events a request asks for: its parameters, and the filter that the log takes. */
import {
  EVENT_NAMES,
  EVENT_SOURCES,
  type EventName,
  type EventSource,
  type LogEvent,
  SEVERITIES,
  type Severity,
} from '../events/event.ts'
import { formatInstant, toMillis } from '../terms/instant.ts'
import { instant, listOf, text, type Values } from './parameters.ts'

/** All that is given must hold. Times in milliseconds since the epoch. */
export interface EventFilter {
  readonly severities?: readonly Severity[]
  readonly sources?: readonly EventSource[]
  readonly events?: readonly EventName[]
  readonly workload?: string
  readonly container?: string
  readonly rule?: string
  readonly pattern?: string
  /** In the message, whatever its case. */
  readonly text?: string
  readonly since?: number
  readonly until?: number
}

export const EVENT_PARAMETERS = {
  severity: listOf(SEVERITIES, 'How loud.'),
  source: listOf(EVENT_SOURCES, 'Who says it: logscan (rules) or patterns (the miner).'),
  event: listOf(EVENT_NAMES, 'What happened.'),
  workload: text("The record's service."),
  container: text('Container, file or input.', 4096),
  rule: text('Id of a rule.'),
  pattern: text('Id of a pattern.'),
  q: text('Text in the message, whatever its case.', 1024),
  since: instant('Not older than this:'),
  until: instant('Older than this:'),
} as const

export function filterOf(query: Values<typeof EVENT_PARAMETERS>): EventFilter {
  const { severity, source, event, workload, container, rule, pattern, q, since, until } = query
  const all = {
    severities: severity,
    sources: source,
    events: event,
    workload,
    container,
    rule,
    pattern,
    text: q,
    since,
    until,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Whether an event that just came is one of those. */
export function isWanted({ severity, source, event, message, metadata, time }: LogEvent, filter: EventFilter): boolean {
  const { severities, sources, events, workload, container, rule, pattern, text: part, since, until } = filter
  return (
    (severities?.includes(severity) ?? true) &&
    (sources?.includes(source) ?? true) &&
    (events?.includes(event) ?? true) &&
    (workload === undefined || metadata.workload === workload) &&
    (container === undefined || metadata.container === container) &&
    (rule === undefined || metadata.rule_id === rule) &&
    (pattern === undefined || metadata.pattern_id === pattern) &&
    (since === undefined || toMillis(time) >= since) &&
    (until === undefined || toMillis(time) < until) &&
    (part === undefined || message.toLowerCase().includes(part.toLowerCase()))
  )
}

/** An event as the API shows it. */
export function eventJson({ seq, time, source, event, severity, message, metadata }: LogEvent): object {
  return { seq, time: formatInstant(time), source, event, severity, message, metadata }
}
