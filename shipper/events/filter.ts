/** What one can ask of events, in one table: what must hold, and which bytes an event that holds has in its line. */
import { toMillis } from '../terms/instant.ts'
import type { EventName, EventSource, LogEvent, Severity } from './event.ts'

/** All that is given must hold; an empty list asks for nothing. */
export interface EventFilter {
  readonly severities?: readonly Severity[] | undefined
  readonly sources?: readonly EventSource[] | undefined
  readonly events?: readonly EventName[] | undefined
  readonly workload?: string | undefined
  readonly container?: string | undefined
  /** Id or name. */
  readonly rule?: string | undefined
  /** Id. */
  readonly pattern?: string | undefined
  /** Stands in the message, upper and lower case alike. */
  readonly text?: string | undefined
  /** The event's own time in milliseconds: from `since` on, before `until`. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Numbers below this one: the next page. */
  readonly before?: number | undefined
  /** Up to MAX_FOUND. */
  readonly limit: number
}

/** Events of one answer. */
export const MAX_FOUND = 1000

export type Criterion = Exclude<keyof EventFilter, 'before' | 'limit'>

interface Field<Wanted> {
  holds(event: LogEvent, wanted: Wanted): boolean
  /** One of these stands in the line of each event that holds; undefined: nothing can be said. */
  needles?(wanted: Wanted): string[] | undefined
}

/** The rarest first: lines are looked for by the first that is asked for. */
export const FIELDS: { readonly [name in Criterion]: Field<NonNullable<EventFilter[name]>> } = {
  pattern: { holds: ({ metadata }, wanted) => metadata.pattern_id === wanted, needles: (wanted) => [quoted(wanted)] },
  rule: {
    holds: ({ metadata }, wanted) => metadata.rule_id === wanted || metadata.rule_name === wanted,
    needles: (wanted) => [quoted(wanted)],
  },
  container: { holds: ({ metadata }, wanted) => metadata.container === wanted, needles: (wanted) => [quoted(wanted)] },
  workload: { holds: ({ metadata }, wanted) => metadata.workload === wanted, needles: (wanted) => [quoted(wanted)] },
  severities: {
    holds: ({ severity }, wanted) => wanted.includes(severity),
    needles: (wanted) => wanted.map((each) => `"severity":${quoted(each)}`),
  },
  events: {
    holds: ({ event }, wanted) => wanted.includes(event),
    needles: (wanted) => wanted.map((each) => `"event":${quoted(each)}`),
  },
  sources: {
    holds: ({ source }, wanted) => wanted.includes(source),
    needles: (wanted) => wanted.map((each) => `"source":${quoted(each)}`),
  },
  since: { holds: ({ time }, wanted) => toMillis(time) >= wanted },
  until: { holds: ({ time }, wanted) => toMillis(time) < wanted },
  text: { holds: ({ message }, wanted) => message.toLowerCase().includes(wanted.toLowerCase()) },
}

/** What a filter asks for, but for its page: name and what is wanted. */
export function asked(filter: EventFilter): [Criterion, never][] {
  return (Object.keys(FIELDS) as Criterion[]).flatMap((name) => {
    const wanted = filter[name]
    const isNothing = wanted === undefined || (Array.isArray(wanted) && wanted.length === 0)
    return isNothing ? [] : [[name, wanted as never] as [Criterion, never]]
  })
}

/** Whether an event is one of those that are asked for; of no page. */
export function matcherOf(filter: Omit<EventFilter, 'limit' | 'before'>): (event: LogEvent) => boolean {
  const tests = asked({ ...filter, limit: 0 })
  return (event) => tests.every(([name, wanted]) => FIELDS[name].holds(event, wanted))
}

/** As it stands in JSON. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
