import type { Fields } from '../terms/json.ts'
import { putText, shaped } from './shaped.ts'

/** `[epoch] KIND: host;service;state;HARD;attempt;text`. */
export const nagios = shaped({
  name: 'nagios',
  title: 'Nagios, Icinga 1 and Naemon event log',
  starts: '\\[',
  guard: (head) => head.charCodeAt(11) === 0x5d && head.charCodeAt(12) === 0x20 && !UNBOUND.test(head),
  pattern: /^\[(\d{10})\] (?:([A-Z][A-Z -]{2,60}|[A-Z][a-z]+(?: [a-z]+)?): )?(.*)$/,
  columns: ['@time', 'event', 'message'],
  finish(fields, match) {
    const kind = match[2] ?? ''
    if (kind === 'Warning' || kind === 'Error') fields.set('level', kind)
    if (/ (?:ALERT|STATE|NOTIFICATION)$/.test(kind)) readState(fields, kind, (match[3] ?? '').split(';'))
  },
})

/** NLnet Labs' daemons stamp their lines alike: `[epoch] unbound[12:0] info: …`. */
const UNBOUND = /^\[\d{10}\] \w{1,20}\[\d/

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['OK', 'info'],
  ['UP', 'info'],
  ['WARNING', 'warning'],
  ['UNKNOWN', 'warning'],
  ['CRITICAL', 'critical'],
  ['DOWN', 'critical'],
  ['UNREACHABLE', 'critical'],
])

function readState(fields: Fields, kind: string, parts: string[]): void {
  // A notification names the contact first.
  if (kind.endsWith('NOTIFICATION')) putText(fields, 'contact', parts.shift())
  putText(fields, 'host', parts[0])
  const isService = kind.includes('SERVICE')
  if (isService) putText(fields, 'node', parts[1])
  const state = parts[isService ? 2 : 1] ?? ''
  putText(fields, 'status', state)
  putText(fields, 'level', LEVELS.get(state))
}
