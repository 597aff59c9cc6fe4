/** Which events a request asks for: its parameters, and the filter that the log takes. */
import { EVENT_NAMES, EVENT_SOURCES, SEVERITIES } from '../events/event.ts'
import type { EventFilter } from '../events/filter.ts'
import { instant, listOf, text, type Values } from './parameters.ts'

/** Of no page. */
export type Criteria = Omit<EventFilter, 'before' | 'limit'>

export const EVENT_PARAMETERS = {
  severity: listOf(SEVERITIES, 'How loud.'),
  source: listOf(EVENT_SOURCES, 'Who says it: logscan (rules) or patterns (the miner).'),
  event: listOf(EVENT_NAMES, 'What happened.'),
  workload: text("The record's service."),
  container: text('Container, file or input.', 4096),
  rule: text('Id or name of a rule.'),
  pattern: text('Id of a pattern.'),
  q: text('Text in the message, whatever its case.', 1024),
  since: instant('Not older than this:'),
  until: instant('Older than this:'),
} as const

export function filterOf(query: Values<typeof EVENT_PARAMETERS>): Criteria {
  const { severity, source, event, workload, container, rule, pattern, q, since, until } = query
  return {
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
}
