/** What is behind the tag of a syslog line: kernel uptimes, Cisco mnemonics, levels written as words, pairs. */
import type { Fields } from '../terms/json.ts'
import { findLateLevel } from './general/late-level.ts'
import { isLevelKey } from './general/words.ts'
import { isSecurityEvent, putSecurityEvent } from './security-event.ts'
import { addPairs } from './shaped.ts'
import { putJsonMessage } from './syslog-json.ts'
import { readPriorityWords, SEVERITIES } from './syslog-priority.ts'

const UPTIME = /^ *\[ {0,12}(\d{1,12}\.\d{3,9})\] ?/
/** %ASA-6-302013: · %LINK-3-UPDOWN: · %SYS-SW1-5-RESTART: · %DAEMON-4: */
const CISCO = /^%([A-Z][A-Z0-9_]{1,40}(?:-[A-Z][A-Z0-9_]{0,20})?)-([0-7])(?:-([A-Z0-9_]{1,60}))? ?: ?/
/** What the device itself puts in front when a relay has written a header already: `87: sw1: *Oct 18 02:03:04.251 UTC: `. */
const DEVICE_HEADER =
  /^(?:: )?(?:\d{1,10}: )?(?:[A-Za-z][\w.-]{0,63}: )?(?:[*.]?[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?[\d:.]{8,15}(?: [A-Z]{3,4})?: )?(?=%)/
/** Solaris: [ID 800047 auth.info] */
const SOLARIS = /^\[ID (\d{1,10}) ([a-z0-9]{2,8}\.[a-z]{3,7})\] /
const FIREWALL = /(?:^| )IN=\S* OUT=/

/** Sets message, and whatever the message says about itself. `text` is what stands behind the tag. */
export function putMessage(fields: Fields, text: string): void {
  let message = text.trim()
  const first = message.charCodeAt(0)
  if (isSecurityEvent(message) && putSecurityEvent(fields, message)) return
  if ((first === BRACE || first === AT) && putJsonMessage(fields, message)) return
  if (first === BRACKET) {
    const uptime = fields.get('service') === 'kernel' ? UPTIME.exec(message) : null
    const solaris = uptime === null ? SOLARIS.exec(message) : null
    if (uptime !== null) {
      fields.set('uptime_seconds', Number(uptime[1]))
      message = message.slice(uptime[0].length)
    } else if (solaris !== null) {
      fields.set('msgid', solaris[1] as string)
      readPriorityWords(solaris[2] as string, fields)
      message = message.slice(solaris[0].length)
    }
  }
  fields.set('message', message)
  if (!putKlog(fields, message) && !fields.has('level')) putWrittenLevel(fields, message)
  if (FIREWALL.test(message)) fields.set('event', 'packet')
  addPairs(fields, message)
  if (!fields.has('level')) putLateLevel(fields, message)
}

function putLateLevel(fields: Fields, message: string): void {
  if (message.includes('=')) for (const name of fields.keys()) if (isLevelKey(name)) return
  const level = findLateLevel(message)
  if (level !== undefined) fields.set('level', level)
}

/** Cisco's `%FACILITY-SEVERITY-MNEMONIC: text`. The rest of the text, or undefined when it is not Cisco's. */
export function putCisco(fields: Fields, text: string): string | undefined {
  if (!text.includes('%')) return undefined
  const header = DEVICE_HEADER.exec(text)?.[0] ?? ''
  const match = CISCO.exec(header === '' ? text : text.slice(header.length))
  if (match === null) return undefined
  if (header.length > 2) fields.set('device_header', header.trim())
  const [whole, facility = '', severity = '', mnemonic] = match
  fields.set('level', SEVERITIES[Number(severity)] as string)
  fields.set('node', facility)
  fields.set('event', mnemonic === undefined ? `${facility}-${severity}` : `${facility}-${severity}-${mnemonic}`)
  return text.slice(header.length + whole.length)
}

/** klog's own head behind the tag, as of a kubelet under systemd: E0505 10:11:12.123456    1234 pod_workers.go:190] text */
const KLOG = /^([DIWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} {1,8}\d{1,10} ([\w./-]{1,200}):(\d{1,7})\] /

function putKlog(fields: Fields, message: string): boolean {
  const match = KLOG.exec(message)
  if (match === null) return false
  fields.set('level', match[1] as string)
  fields.set('logger', match[2] as string)
  fields.set('line', Number(match[3]))
  return true
}

const BRACKET = 0x5b
const BRACE = 0x7b
const AT = 0x40
/** A time and a pid of the program's own may stand before its level: 2025-12-26 02:03:45,123 [12] ERROR … */
const UPPER =
  /^(?:\d[\d:.,TZ+/-]{6,40} ){0,2}(?:\[?\d{1,10}(?:-\d{1,6})?\]? )?(?:- )?[[<(|]?(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|ALERT|EMERG|FATAL|PANIC|SEVERE)[\]>)|]?(?::|[ \t]|$)/
const LOWER =
  /^(?:[[<(](trace|debug|info|notice|warn|warning|err|error|crit|critical|alert|emerg|fatal|panic)[\]>)]|([dD]ebug|[iI]nfo|[nN]otice|[wW]arning|[eE]rror|[cC]ritical|[fF]atal|[pP]anic|emergency)(?::| \()|\[ {0,4}(debug|info|warn|error) {0,4}\||([DIWE]): \[)/

/** A level behind what the daemon itself puts in front: by the message's first character, and a text that it needs. */
interface BehindHead {
  readonly starts: '[(' | '<' | '0' | 'a'
  readonly needs: string
  readonly pattern: RegExp
}

const BEHIND_HEAD: readonly BehindHead[] = [
  // Dovecot: imap-login: Info: · imap(user)<42><session>: Error:
  {
    starts: 'a',
    needs: ': ',
    pattern:
      /^[a-z][\w-]{1,40}(?:\([^()\s]{1,120}\))?(?:<[^<>\s]{0,60}>){0,2}: (Debug|Info|Warning|Error|Fatal|Panic): /,
  },
  // Apache: [authz_core:error] [pid 22034] · [:error]
  {
    starts: '[(',
    needs: '] ',
    pattern: /^\[[\w-]{0,40}:(emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\] /,
  },
  // Pure-FTPd: (user@10.0.0.1) [WARNING]; Sonarr: [Info] Auth:
  {
    starts: '[(',
    needs: '] ',
    pattern:
      /^(?:\([^()\s]{1,120}\) )?\[(EMERG|ALERT|CRIT|ERROR|WARNING|NOTICE|INFO|DEBUG|Trace|Debug|Info|Warn|Warning|Error|Fatal|Critical|Notice)\] /,
  },
  // ESXi: info hostd[1234] [Originator@6876 sub=Vimsvc]
  {
    starts: 'a',
    needs: '[Originator@',
    pattern: /^(verbose|info|warning|error|panic) [\w-]{1,40}\[[\w-]{1,20}\] \[Originator@/,
  },
  // MySQL: 260505 10:11:12 [Warning]
  { starts: '0', needs: ' [', pattern: /^\d{6} [ \d]?\d:\d\d:\d\d \[(Note|Warning|ERROR|Error)\] / },
  // BIND: 05-May-2026 10:11:12.123 security: error:
  {
    starts: '0',
    needs: ': ',
    pattern:
      /^\d\d-[A-Z][a-z]{2}-\d{4} [\d:.]{8,15} (?:[\w-]{1,40}: )?(critical|error|warning|notice|info|debug)(?: \d{1,2})?: /,
  },
  // Aruba: <522008> <NOTI> |authmgr| text
  {
    starts: '<',
    needs: '> <',
    pattern: /^<\d{4,8}> (?:<\d{1,8}> )?<(DBUG|INFO|NOTI|WARN|ERRS|CRIT|ALRT|EMRG)> /,
  },
  // Python: fail2ban.actions        [1234]: NOTICE  [sshd]
  {
    starts: 'a',
    needs: ']: ',
    pattern: /^[a-z_][\w.]{1,60} *\[\d{1,10}\]: (DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL) /,
  },
]

function levelBehindHead(message: string): string | undefined {
  const code = message.charCodeAt(0)
  const starts =
    code === BRACKET || code === 0x28
      ? '[('
      : code === 0x3c
        ? '<'
        : code >= 0x30 && code <= 0x39
          ? '0'
          : code >= 0x5f && code <= 0x7a
            ? 'a'
            : ''
  if (starts === '') return undefined
  for (const known of BEHIND_HEAD) {
    if (known.starts !== starts || !message.includes(known.needs)) continue
    const match = known.pattern.exec(message)
    if (match !== null) return match[1]
  }
  return undefined
}

function putWrittenLevel(fields: Fields, message: string): void {
  const upper = UPPER.exec(message)
  if (upper !== null) {
    fields.set('level', upper[1] as string)
    return
  }
  const lower = LOWER.exec(message)
  if (lower !== null) {
    fields.set('level', (lower[1] ?? lower[2] ?? lower[3] ?? lower[4]) as string)
    return
  }
  const behind = levelBehindHead(message)
  if (behind !== undefined) fields.set('level', behind)
}
