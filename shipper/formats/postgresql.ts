/**
 * PostgreSQL's stderr log under the usual log_line_prefix settings: PostgreSQL's own, Debian's, RDS', pgBadger's. What
 * they share is a time in front and `LEVEL:` with two spaces before the message.
 */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { putNumber, putText } from './shaped.ts'

export const postgresql: Format = {
  name: 'postgresql',
  title: 'PostgreSQL server log (stderr, any usual log_line_prefix)',
  starts: '0-9',
  parse(head, options) {
    // Behind the seconds: a fraction with a point, or the zone; a comma is Python's.
    const behind = head.charCodeAt(19)
    if (head.charCodeAt(4) !== 0x2d || (behind !== 0x2e && behind !== 0x20)) return undefined
    const mark = head.indexOf(':  ', 19)
    if (mark < 0 || mark > MAX_PREFIX) return undefined
    const word = SEVERITY.exec(head.slice(Math.max(19, mark - 12), mark))?.[1]
    if (word === undefined) return undefined
    const time = readTime(head, 0, options)
    if (time === undefined) return undefined
    const fields: Fields = new Map()
    if (CONTINUATIONS.has(word)) fields.set('part', word.toLowerCase())
    else fields.set('level', word)
    readPrefix(fields, head.slice(time.end, mark - word.length))
    readMessage(fields, head.slice(mark + 3))
    return { format: 'postgresql', time: time.instant, fields }
  },
}

/** Prefixes hold names of applications; longer than this none is. */
const MAX_PREFIX = 400
const SEVERITY =
  /(?:^|[ :\])])(LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]?|DETAIL|HINT|STATEMENT|CONTEXT|QUERY|LOCATION)$/
/** They explain the line before and have no level of their own. */
const CONTINUATIONS = new Set(['DETAIL', 'HINT', 'STATEMENT', 'CONTEXT', 'QUERY', 'LOCATION'])
const NAMED = /(?:^|[ ,])(user|db|database|app|application_name|client|host|remote|sess|session|port)=([^,\s]*)/g
const NAMES: ReadonlyMap<string, string> = new Map([
  ['user', 'db_user'],
  ['db', 'db_name'],
  ['database', 'db_name'],
  ['application_name', 'client_application'],
  ['port', 'client_port'],
  ['app', 'client_application'],
  ['client', 'client_address'],
  ['host', 'client_address'],
  ['remote', 'client_address'],
  ['sess', 'session'],
  ['session', 'session'],
])
const PID = /\[(\d{1,10})(?:-(\d{1,10}))?\]/
const USER = /(?:^|[ :])([^\s:@[\]=]{1,63})@([^\s:@[\]=]{1,63})(?=[ :]|$)/
const CLIENT = /(?:^:|[ :])(?!:)([\da-fA-F.:]{7,45})\((\d{1,5})\)/

function readPrefix(fields: Fields, prefix: string): void {
  const pid = PID.exec(prefix)
  putNumber(fields, 'pid', pid?.[1])
  putNumber(fields, 'session_line', pid?.[2])
  if (prefix.includes('@')) {
    const user = USER.exec(prefix)
    if (user !== null && user[1] !== '[unknown]') {
      putText(fields, 'db_user', user[1])
      putText(fields, 'db_name', user[2])
    }
  }
  if (prefix.includes('(')) {
    const client = CLIENT.exec(prefix)
    putText(fields, 'client_address', client?.[1])
    putNumber(fields, 'client_port', client?.[2])
  }
  if (prefix.includes('=')) readNamed(fields, prefix)
}

const DURATION = /^duration: (\d{1,12}(?:\.\d{1,6})?) ms/
const CONNECTION = /^(?:disconnection|connection (?:received|authorized|authenticated)):/

/** Shared with the CSV log, whose messages are the same. */
export function readMessage(fields: Fields, message: string): void {
  fields.set('message', message)
  const duration = message.charCodeAt(0) === 0x64 ? DURATION.exec(message) : null
  if (duration !== null) fields.set('duration_ms', Number(duration[1]))
  else if (CONNECTION.test(message)) readNamed(fields, message)
}

/** The names are PostgreSQL's words for the client's user and program; as bare pairs they would read as ours. */
function readNamed(fields: Fields, text: string): void {
  for (const [, name = '', value] of text.matchAll(NAMED)) putText(fields, NAMES.get(name) ?? name, value)
}
