/** MySQL's and MariaDB's error log, from 8.4 back to the two-digit years of 5.5, and what their start scripts write. */
import { putText, shaped } from './shaped.ts'

export const mysql = shaped({
  name: 'mysql',
  title: 'MySQL and MariaDB error log',
  starts: '0-9',
  pattern:
    /^(\d{4}-\d\d-\d\d[T ][ \d]\d:\d\d:\d\d(?:\.\d{6})?(?:Z|[+-]\d\d:\d\d)?|\d{6} [ \d]\d:\d\d:\d\d) +(?:(mysqld_safe|mysqld_multi|mariadbd-safe) +|(?:(\d{1,20}) +)?\[(System|Note|Warning|Error|NOTE|WARNING|ERROR|SYSTEM)\] +(?!\[\/)(?:\[(MY-\d{6})\] )?(?:\[([A-Za-z_ -]{1,40})\]:? )?)(.*)$/,
  columns: ['@time', 'service', 'thread', 'level', 'error_code', 'node', 'message'],
  time: isoTime,
  // FreeSWITCH writes "2026-05-05 10:11:12.123456 [WARNING] file.c:12 text": MySQL has a thread between time and level.
  guard: (head) => (head.includes(' [', 13) && !/^[-\d]{10} [\d:]{8}\.\d{6} \[/.test(head)) || SCRIPT.test(head),
  finish(fields) {
    // MySQL's own class for what always gets logged (startup, shutdown); no level word of anyone else.
    if (fields.get('level') === 'System') fields.set('level', 'notice')
    const message = fields.get('message')
    if (fields.has('node') || typeof message !== 'string') return
    putText(fields, 'node', COMPONENT.exec(message)?.[1])
  },
})

const SCRIPT = / (?:mysqld_safe|mysqld_multi|mariadbd-safe) /
/** Before 8.0 the message starts with its component's name. */
const COMPONENT =
  /^(InnoDB|WSREP|Aria|RocksDB|Semi-sync|Slave SQL|Slave I\/O|Plugin|Federated|TokuDB|Event Scheduler): /

/** `2025-12-26  2:03:45` and `251226  2:03:45` pad the hour with a space. */
function isoTime(raw: string): string {
  if (raw.charCodeAt(4) === 0x2d) return raw.charCodeAt(11) === 0x20 ? `${raw.slice(0, 11)}0${raw.slice(12)}` : raw
  const clock = raw.charCodeAt(7) === 0x20 ? `0${raw.slice(8)}` : raw.slice(7)
  return `20${raw.slice(0, 2)}-${raw.slice(2, 4)}-${raw.slice(4, 6)} ${clock}`
}
