import type { Fields } from '../terms/json.ts'
import { putRequest, putText, shaped } from './shaped.ts'

/** nginx appends what it knows of the request to the message: `, client: 1.2.3.4, server: x, request: "…", host: "x"`. */
export const nginxError = shaped({
  name: 'nginx_error',
  title: 'nginx error log',
  starts: '0-9',
  guard: (head) => head.charCodeAt(4) === SLASH && head.charCodeAt(20) === BRACKET,
  pattern:
    /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d+)#(\d+): (?:\*(\d+) )?(.*)$/,
  columns: ['@time', 'level', 'pid#', 'thread', 'connection#', 'message'],
  finish: (fields) => splitContext(fields, fields.get('message')),
})

const SLASH = 47
const BRACKET = 91
const CONTEXT =
  /, (client|server|request|subrequest|upstream|host|referrer|login|session): (?:"((?:[^"\\]|\\.)*)"|([^,]*))/g
const NAMES: ReadonlyMap<string, string> = new Map([
  ['client', 'client_address'],
  ['host', 'http_host'],
  ['referrer', 'referer'],
])

function splitContext(fields: Fields, message: unknown): void {
  if (typeof message !== 'string') return
  const start = message.indexOf(', client: ')
  if (start < 0) return
  for (const [, name = '', quoted, bare] of message.slice(start).matchAll(CONTEXT)) {
    const value = quoted ?? bare ?? ''
    if (name === 'request') putRequest(fields, value)
    else putText(fields, NAMES.get(name) ?? name, value)
  }
  // The request is what it happened to; the message says what happened.
  fields.delete('event')
  fields.set('message', message.slice(0, start))
}
