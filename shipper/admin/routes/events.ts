/** Events: the log, newest first, and what comes, as server-sent events. */
import { eventJson } from '../../events/json.ts'
import { EVENT_PARAMETERS, filterOf } from '../event-query.ts'
import { EVENT_STREAM_TYPE, ok, operation } from '../operation.ts'
import { whole } from '../parameters.ts'
import { ProblemError } from '../problem.ts'
import { API_PREFIX } from './prefix.ts'

const TAG = 'events'
const SEQ = 'A sequence number.'
const DEFAULT_LIMIT = 100

export const events = [
  operation({
    id: 'listEvents',
    method: 'GET',
    path: `${API_PREFIX}/events`,
    tag: TAG,
    summary: 'The event log, newest first',
    description: 'Parameters are joined by AND. next is the value of before that leads to the next page.',
    query: {
      ...EVENT_PARAMETERS,
      before: whole(`${SEQ} Events that stand before it.`, 1, Number.MAX_SAFE_INTEGER),
      limit: whole('At most so many.', 1, 1000, DEFAULT_LIMIT),
    },
    answer: { status: 200, description: 'Events, newest first.', schema: 'EventList' },
    refuses: [],
    run({ query }, { events }) {
      const { before, limit = DEFAULT_LIMIT } = query
      const found = events.find({ ...filterOf(query), before, limit })
      return ok({ events: found.events.map(eventJson), ...(found.next !== undefined && { next: found.next }) })
    },
  }),
  operation({
    id: 'streamEvents',
    method: 'GET',
    path: `${API_PREFIX}/events/stream`,
    tag: TAG,
    summary: 'Events as they come, as server-sent events',
    description:
      'Each has id (its sequence number), event: log_event and data (the event as JSON). A comment comes every 15 s. With Last-Event-ID, or after, it begins behind that event, with since at that time, else with what comes. A reader that does not keep up is cut off.',
    query: {
      ...EVENT_PARAMETERS,
      after: whole(`${SEQ} Begins behind it; Last-Event-ID goes before.`, 0, Number.MAX_SAFE_INTEGER),
    },
    headers: {
      'Last-Event-ID': {
        description: `${SEQ} Begins behind it, without a gap or a double.`,
        schema: { type: 'integer', minimum: 0 },
      },
    },
    answer: { status: 200, description: 'Events without an end.', type: EVENT_STREAM_TYPE, schema: 'EventStream' },
    refuses: ['busy'],
    run({ query, request }, { openStream, events }) {
      const asked =
        lastEventId(request.headers['last-event-id']) ?? query.after ?? (query.since === undefined ? undefined : 0)
      // Of a log that is gone: numbers began anew, and nothing behind it would ever come.
      const after = asked === undefined ? undefined : Math.min(asked, events.stats().newest_seq)
      const start = { after, filter: filterOf(query) }
      return { type: EVENT_STREAM_TYPE, stream: (response) => openStream(request, response, start) }
    },
  }),
]

/** Empty as browsers send it before the first one came. */
function lastEventId(given: string | string[] | undefined): number | undefined {
  if (given === undefined || given === '') return undefined
  const text = String(given)
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const message = 'Last-Event-ID must be the id of an event: a whole number.'
  throw new ProblemError('invalid', message, [{ path: 'Last-Event-ID', message }])
}
