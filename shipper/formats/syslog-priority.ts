/** `<PRI>` = facility × 8 + severity (RFC 5424 §6.2.1), and the words that files and relays write for both. */
import type { Fields } from '../terms/json.ts'

export const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const

const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'security',
  'console',
  'solaris-cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

/** Of the others programs are called, too. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['ntp', 'security', 'console', 'solaris-cron'])
/** What a word says where no number stands: kern.err, auth.info. */
export const FACILITY_WORDS: ReadonlySet<string> = new Set(FACILITIES.filter((word) => !AMBIGUOUS.has(word)))

const LESS = 0x3c
const GREATER = 0x3e

/** Sets level and facility from a leading `<PRI>`. The index behind it; 0 when the line has none. */
export function readPriority(head: string, fields: Fields): number {
  if (head.charCodeAt(0) !== LESS) return 0
  let priority = 0
  let at = 1
  for (; at < 5; at++) {
    const digit = head.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) break
    priority = priority * 10 + digit
  }
  if (at === 1 || at > 4 || head.charCodeAt(at) !== GREATER || priority > 191) return 0
  fields.set('level', SEVERITIES[priority & 7] as string)
  fields.set('facility', FACILITIES[priority >> 3] as string)
  return at + 1
}

const WORDS = /^<?([a-z]{2,8}\d?(?:-cron)?)\.(emerg|panic|alert|crit|err|error|warning|warn|notice|info|debug)>?$/

/** `daemon.info`, `<kern.crit>`: what OpenWrt, busybox and FreeBSD write for the priority. */
export function readPriorityWords(word: string, fields: Fields): boolean {
  const match = word.includes('.') ? WORDS.exec(word) : null
  if (match === null) return false
  if (!fields.has('level')) fields.set('level', match[2] as string)
  if (!fields.has('facility')) fields.set('facility', match[1] as string)
  return true
}
