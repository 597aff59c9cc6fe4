/** The tag of a syslog line: which program wrote it, which part of it, and with which process id. */
import type { Fields } from '../terms/json.ts'
import { putNumber } from './shaped.ts'

/** sshd[123]: · su(pam_unix)[2]: · postfix/smtpd[3]: · kernel: · CROND[4] */
const PLAIN =
  /([^\s:[\]<>"'=,;{}()]{1,128}(?:::[^\s:[\]<>"'=,;{}()]{1,64}){0,4}(?:\([^\s()]{1,64}\))?)(?:\[([\w.:-]{0,40})\](?:\((debug|info|notice|warning|warn|error|err|crit|fatal)\))?)?:(?= |$|\t)/iy
/** Names with spaces and what macOS puts behind the pid: Microsoft Word[14463]: · x[1] (y[2]) <Notice>: */
const PROCESS = /([\w./(][^[\]:]{0,80}?)\[(\d{1,10})\](?: \(([^)]{1,120})\))?(?: ?<([A-Za-z]{3,9})>)?(: ?|$)/y
/** ProFTPD and others write no colon: proftpd[12345] host (client): text */
const OPEN = /([A-Za-z][\w./-]{1,60})\[(\d{1,10})\] (?=[\w(])/y
/** rsyslogd 8.2 of before tags: syslogd 1.4.1: restart. login's: -- root[2421]: … */
const ODD = /(?:(syslogd|klogd|rsyslogd) [\d.-]{1,20}|-- ?([\w.-]{1,64})(?:\[(\d{1,10})\])?):(?= |$)/y

/** Sets service, node and pid from a tag that starts at `start`. The index behind it, or -1 when there is no tag. */
export function readTag(text: string, start: number, fields: Fields): number {
  const plain = matchAt(PLAIN, text, start)
  if (plain !== null) {
    putProgram(fields, plain[1] as string)
    putNumber(fields, 'pid', plain[2])
    // Kerberos: krb5kdc[1234](info):
    if (plain[3] !== undefined && !fields.has('level')) fields.set('level', plain[3])
    return PLAIN.lastIndex
  }
  const process = matchAt(PROCESS, text, start)
  if (process !== null) {
    putProgram(fields, process[1] as string)
    putNumber(fields, 'pid', process[2])
    if (process[3] !== undefined) putSender(fields, process[3])
    if (process[4] !== undefined && !fields.has('level')) fields.set('level', process[4])
    return PROCESS.lastIndex
  }
  const open = matchAt(OPEN, text, start)
  if (open !== null) {
    putProgram(fields, open[1] as string)
    putNumber(fields, 'pid', open[2])
    return OPEN.lastIndex
  }
  const odd = matchAt(ODD, text, start)
  if (odd === null) return -1
  fields.set('service', (odd[1] ?? odd[2]) as string)
  putNumber(fields, 'pid', odd[3])
  return ODD.lastIndex
}

function matchAt(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(text)
}

const PART = /^([^(]{1,100})\(([^)]{1,100})\)$/

/** sshd(pam_unix) → sshd, pam_unix; postfix/smtpd → postfix, smtpd; /usr/sbin/cron → cron, its path kept. */
export function putProgram(fields: Fields, name: string): void {
  if (name.charCodeAt(0) === 0x2f) {
    fields.set('service', name.slice(name.lastIndexOf('/') + 1) || name)
    fields.set('program_path', name)
    return
  }
  const part = name.endsWith(')') ? PART.exec(name) : null
  if (part !== null) {
    fields.set('service', part[1] as string)
    fields.set('node', part[2] as string)
    return
  }
  const slash = name.indexOf('/')
  if (slash > 0 && slash < name.length - 1) {
    fields.set('service', name.slice(0, slash))
    fields.set('node', name.slice(slash + 1))
    return
  }
  fields.set('service', name)
}

const SENDER = /^([^[]{0,110})\[(\d{1,10})\]$/

/** launchd's `(com.apple.quicklookd[123])`: the job that it speaks of. */
function putSender(fields: Fields, text: string): void {
  const match = SENDER.exec(text)
  if (match?.[1] !== '') fields.set('node', match?.[1] ?? text)
  putNumber(fields, 'node_pid', match?.[2])
}
