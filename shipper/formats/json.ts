import type { Fields } from '../terms/json.ts'
import { meaningOf, type Role } from '../terms/keys.ts'
import { readLevel } from '../terms/level.ts'
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
    if (!hasRole(fields, 'message')) firstOf(fields, MESSAGE_KEYS, 'message', () => true)
    if (!hasRole(fields, 'level')) firstOf(fields, LEVEL_KEYS, 'level', (text) => readLevel(text) !== undefined)
  },
})

/** Names that stand for the message or level only where nothing else does. */
const MESSAGE_KEYS = ['log', 'text', 'description', 'summary']
const LEVEL_KEYS = ['priority', 'severity_level', 'prio', 'sev', 'l', 'lev']

/** The first of `keys` with fitting text becomes `name`. */
function firstOf(fields: Fields, keys: readonly string[], name: string, fits: (text: string) => boolean): void {
  for (const key of keys) {
    const value = fields.get(key)
    if (typeof value !== 'string' || value === '' || !fits(value)) continue
    fields.delete(key)
    fields.set(name, value)
    return
  }
}

function hasRole(fields: Fields, role: Role): boolean {
  for (const name of fields.keys()) if (meaningOf(name)?.role === role) return true
  return false
}

/** An `event` with spaces in it is for people; it is the message when the line has no other. */
export function eventOrMessage(fields: Fields): void {
  const event = fields.get('event')
  if (typeof event !== 'string' || isEventName(event)) return
  if (hasRole(fields, 'message')) return
  fields.delete('event')
  fields.set('message', event)
}
