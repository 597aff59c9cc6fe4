import { monthDigits, shaped } from './shaped.ts'

/** Level marks of serverLogRaw in Redis' server.c. */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['.', 'debug'],
  ['-', 'verbose'],
  ['*', 'notice'],
  ['#', 'warning'],
])

const ROLES: ReadonlyMap<string, string> = new Map([
  ['M', 'master'],
  ['S', 'replica'],
  ['C', 'child'],
  ['X', 'sentinel'],
])

/** `1234:M 26 Dec 2025 02:03:45.123 * text`; without year before 5.0, `[1234] 26 Dec 02:03:45.123 * text` before 3.0. */
export const redis = shaped({
  name: 'redis',
  title: 'Redis and Valkey server log',
  starts: '0-9\\[',
  guard: (head) => ROLE_OR_BRACKET.test(head),
  pattern: /^(?:\[(\d+)\]|(\d+):([MSCX])) (\d{1,2} [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?) ([.\-*#]) (.*)$/,
  columns: ['pid#', 'pid#', '', '@time', '', 'message'],
  time: isoTime,
  finish(fields, match) {
    fields.set('level', LEVELS.get(match[5] ?? '') ?? '')
    const role = ROLES.get(match[3] ?? '')
    if (role !== undefined) fields.set('role', role)
  },
})

const ROLE_OR_BRACKET = /^(?:\d{1,8}:[MSCX] |\[\d{1,8}\] )/

/** 26 Dec 2025 02:03:45.123 → 2025-12-26 02:03:45.123; 26 Dec 02:03:45.123 → Dec 26 02:03:45.123 */
function isoTime(raw: string): string {
  const [day = '', month = '', third = '', clock] = raw.split(' ')
  if (clock === undefined) return `${month} ${day} ${third}`
  return `${third}-${monthDigits(month)}-${day.padStart(2, '0')} ${clock}`
}
