/** Which events are wanted, from the page's address to the API's question. */
export { SEVERITIES } from '../../../../shipper/events/event.ts'

/** What happened, and what found it: the API's word and people's. */
export const EVENT_NAMES = [
  ['rule_hit', 'a rule hit'],
  ['new_pattern', 'a new pattern'],
  ['pattern_spike', 'a pattern spike'],
] as const
export const EVENT_SOURCES = [
  ['logscan', 'by rules'],
  ['patterns', 'by patterns'],
] as const

const NAMES = [
  'severity',
  'source',
  'event',
  'workload',
  'container',
  'rule',
  'pattern',
  'q',
  'since',
  'until',
] as const

/** Only what the API knows: the address may hold more. */
export function eventQuery(params: URLSearchParams, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams()
  for (const name of NAMES) for (const value of params.getAll(name)) if (value !== '') query.append(name, value)
  for (const [name, value] of Object.entries(more)) query.set(name, value)
  return query.toString()
}
