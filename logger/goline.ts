/**
 * Go's log lines, as system A's server writes them: prose, and lifecycle boundaries as `evt: name {json}` among it.
 * Always one line each; service, node and a plain info level are not written, the shipper's source says them.
 */
import { type Fields, type Value, valueText, writeJson } from '../shipper/terms/json.ts'

/** Said by the source, or by the line's own layout. */
const UNWRITTEN = new Set(['timestamp', 'service', 'node', 'env', 'event'])

/** `members`: of a line of ours, redacted. */
export function goLine(members: Fields): string {
  const time = goTime(String(members.get('timestamp')))
  const event = members.get('event')
  const level = String(members.get('level'))
  const rest = new Map([...members].filter(([name]) => !UNWRITTEN.has(name)))
  if (level === 'info') rest.delete('level')
  if (typeof event === 'string') return `${time} evt: ${event} ${writeJson(rest)}`
  rest.delete('level')
  rest.delete('message')
  const pairs = [...rest].map(([name, value]) => ` ${name.replace(/[\s="]/g, '_')}=${quoted(value)}`)
  return `${time} ${level.toUpperCase()} ${oneLine(valueText(members.get('message') ?? ''))}${pairs.join('')}`
}

/** 2026-05-05T12:30:11.123Z → 2026/05/05 12:30:11, UTC. */
function goTime(iso: string): string {
  return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)}`
}

function quoted(value: Value): string {
  const text = valueText(value)
  return /^[^\s="\\\u0000-\u001f]+$/.test(text) ? text : JSON.stringify(text)
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ⏎ ')
}
