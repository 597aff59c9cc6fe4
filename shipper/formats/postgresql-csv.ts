/** PostgreSQL's csvlog: columns as the manual lists them under log_destination; a field may hold line ends. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { readMessage } from './postgresql.ts'
import { putNumber, putText } from './shaped.ts'

const COLUMNS = [
  '',
  'db_user',
  'db_name',
  'pid#',
  'client_address',
  'session',
  'session_line#',
  'command_tag',
  'session_start',
  'virtual_transaction',
  'transaction',
  'level',
  'sql_state',
  'message',
  'detail',
  'hint',
  'internal_query',
  'internal_position#',
  'context',
  'query',
  'query_position#',
  'location',
  'client_application',
  'backend_type',
  'leader_pid#',
  'query_id',
] as const

const START = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [A-Z0-9+-]{1,6},(?:"[^"]*")?,(?:"[^"]*")?,\d*,/

export const postgresqlCsv: Format = {
  name: 'postgresql_csv',
  title: 'PostgreSQL csvlog',
  starts: '0-9',
  parse(head, options) {
    const comma = head.charCodeAt(19) === 0x2e ? head.indexOf(',', 24) : -1
    if (comma < 0 || comma > 31 || !START.test(head)) return undefined
    const time = readTime(head, 0, options)
    if (time === undefined) return undefined
    const values = splitCsv(options.rest === '' ? head : `${head}\n${options.rest}`)
    const fields: Fields = new Map()
    for (const [index, column] of COLUMNS.entries()) {
      if (column.endsWith('#')) putNumber(fields, column.slice(0, -1), values[index])
      else if (column !== '') putText(fields, column, values[index])
    }
    // 00000 is "successful completion": every line that is no error carries it.
    const state = values[12]
    if (state !== undefined && state !== '00000') fields.set('error_code', state)
    readMessage(fields, values[13] ?? '')
    return { format: 'postgresql_csv', time: time.instant, fields }
  },
}

/** Fields between commas; quotes are doubled inside quotes. */
function splitCsv(text: string): string[] {
  const values: string[] = []
  let at = 0
  while (at <= text.length) {
    if (text.charCodeAt(at) !== 0x22) {
      const end = text.indexOf(',', at)
      values.push(end < 0 ? text.slice(at) : text.slice(at, end))
      if (end < 0) break
      at = end + 1
      continue
    }
    let end = at + 1
    for (;;) {
      end = text.indexOf('"', end)
      if (end < 0) end = text.length
      if (text.charCodeAt(end + 1) !== 0x22) break
      end += 2
    }
    values.push(text.slice(at + 1, end).replaceAll('""', '"'))
    at = end + 2
  }
  return values
}
