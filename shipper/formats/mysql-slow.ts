/** The slow query log: comment lines with what was measured, then the statement. Often several lines of one event. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { putText } from './shaped.ts'

const START = /^# (?:Time: \d|User@Host: |Query_time: \d|Thread_id: \d|Schema: |Bytes_sent: |Full_scan: )/

export const mysqlSlow: Format = {
  name: 'mysql_slow',
  title: 'MySQL and MariaDB slow query log',
  starts: '#',
  parse(head, options) {
    if (!START.test(head)) return undefined
    const fields: Fields = new Map()
    const statements: string[] = []
    let time = readLine(head, fields, statements, options)
    if (options.rest !== '') {
      for (const line of options.rest.split('\n')) time = readLine(line, fields, statements, options) ?? time
    }
    const seconds = Number(fields.get('Query_time'))
    if (fields.has('Query_time') && Number.isFinite(seconds)) fields.set('duration_ms', Math.round(seconds * 1e6) / 1e3)
    fields.set('message', statements.length > 0 ? statements.join('\n') : head)
    return { format: 'mysql_slow', time, fields }
  },
}

const MEASURE = /([A-Z][A-Za-z_]{1,40}): {1,2}([^\s:]{1,100})(?= |$)/g
const USER = /^# User@Host: ([^[\s]{0,80})\[[^\]]{0,80}\] @ +([^\s[]{0,255}) *\[([^\]]{0,64})\]/
const TIMESTAMP = /^SET timestamp=(\d{10}(?:\.\d{1,6})?);$/

function readLine(line: string, fields: Fields, statements: string[], options: ParseOptions) {
  if (!line.startsWith('# ')) {
    const stamp = TIMESTAMP.exec(line)
    if (stamp === null) statements.push(line)
    return stamp === null ? undefined : readTime(stamp[1] as string, 0, options)?.instant
  }
  if (line.startsWith('# Time: ')) return readStamp(line.slice(8).trim(), options)
  const user = USER.exec(line)
  if (user !== null) {
    putText(fields, 'db_user', user[1])
    putText(fields, 'client_host', user[2])
    putText(fields, 'client_address', user[3])
    const id = /Id: +(\d+)/.exec(line)
    if (id !== null) fields.set('connection', Number(id[1]))
    return undefined
  }
  for (const [, name = '', value = ''] of line.matchAll(MEASURE)) {
    const number = Number(value)
    fields.set(name, Number.isFinite(number) ? number : value)
  }
  return undefined
}

/** 2025-12-26T02:03:45.123456Z, before 5.7 251226  2:03:45. */
function readStamp(text: string, options: ParseOptions) {
  const old = /^(\d\d)(\d\d)(\d\d) +(\d{1,2}):(\d\d:\d\d)$/.exec(text)
  const iso = old === null ? text : `20${old[1]}-${old[2]}-${old[3]} ${(old[4] as string).padStart(2, '0')}:${old[5]}`
  return readTime(iso, 0, options)?.instant
}
