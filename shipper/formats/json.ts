import type { Fields } from '../terms/json.ts'
import { meaningOf } from '../terms/keys.ts'
import { jsonDialect } from './json-dialect.ts'
import { isEventName } from './structlog.ts'
import { takeTime } from './time-keys.ts'

/** Any other JSON object. What its keys mean is told by normalize's table; here only the time is taken. */
export const json = jsonDialect({
  name: 'json',
  title: 'JSON, any keys',
  fallback: true,
  times: [],
  take: takeTime,
  finish(fields) {
    eventOrMessage(fields)
  },
})

/** An `event` with spaces in it is for people; it is the message when the line has no other. */
export function eventOrMessage(fields: Fields): void {
  const event = fields.get('event')
  if (typeof event !== 'string' || isEventName(event)) return
  for (const name of fields.keys()) if (meaningOf(name)?.role === 'message') return
  fields.delete('event')
  fields.set('message', event)
}
