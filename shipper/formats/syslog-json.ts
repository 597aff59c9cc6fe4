/** Programs that log JSON through syslog, bare or behind the `@cee:` cookie of the Lumberjack project. */
import { addField, type Fields } from '../terms/json.ts'
import { readJsonText } from './json-tail.ts'

const COOKIE = '@cee:'
/** What the program says of itself is closer to it than what its launcher told syslog (Docker's driver says info or err). */
const CLOSER: ReadonlyMap<string, string> = new Map([
  ['level', 'syslog_severity'],
  ['service', 'syslog_program'],
  ['node', 'syslog_program_part'],
])
const MESSAGES = ['message', 'msg'] as const

/** Sets the object's members, and message from its own. False when the text is no JSON object. */
export function putJsonMessage(fields: Fields, text: string): boolean {
  const start = text.startsWith(COOKIE) ? COOKIE.length : 0
  const body = text.slice(start).trimStart()
  if (body.charCodeAt(0) !== 0x7b) return false
  const members = readJsonText(body)
  if (!(members instanceof Map)) return false
  for (const [name, kept] of CLOSER) {
    const ours = fields.get(name)
    if (ours === undefined || typeof members.get(name) !== 'string') continue
    fields.delete(name)
    fields.set(kept, ours)
  }
  const own = MESSAGES.find((name) => typeof members.get(name) === 'string')
  if (own === undefined && !members.has('event')) fields.set('message', text)
  for (const [name, value] of members) addField(fields, name === own ? 'message' : name, value)
  return true
}
