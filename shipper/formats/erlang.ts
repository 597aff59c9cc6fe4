import type { ParsedLine } from '../record.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { addMessage, layout, parsed, readAfterTime } from './layout.ts'

const NAME = 'erlang'
/** RabbitMQ 3.9 and later cut the level to four letters. */
const LEVEL = '(debug|info|notice|warning|error|critical|alert|emergency|debu|noti|warn|erro|crit|aler|emer)'

const LAYOUTS = [
  layout(` \\[${LEVEL}\\] <(\\d{1,9}\\.\\d{1,9}\\.\\d{1,9})>(?: |$)`, 'level process', '['),
  // lager: [info] <0.1.0>@module:function:12 msg, [info] <0.1.0>@module msg
  layout(
    ` \\[${LEVEL}\\] (?:\\w{1,100}@\\S{1,100} )?<(\\d{1,9}\\.\\d{1,9}\\.\\d{1,9})>@([\\w.]{1,100})(?::([\\w/]{1,100}):(\\d{1,6}))? `,
    'level process logger function line',
    '[',
  ),
]

/** Erlang's logger and lager as RabbitMQ, CouchDB and EMQX set them: "2025-… [info] <0.123.0> msg". */
export const erlang: Format = {
  name: NAME,
  title: 'Erlang (RabbitMQ, CouchDB, lager, OTP reports)',
  starts: '0-9=\\[',
  parse(head, options) {
    const first = head.charCodeAt(0)
    const answer =
      first === 0x5b
        ? readCouch(head, options)
        : first === 0x3d
          ? readReport(head, options)
          : readAfterTime(NAME, LAYOUTS, head, options)
    const level = answer?.fields.get('level')
    const whole = WHOLE.get(String(level))
    if (whole !== undefined) answer?.fields.set('level', whole)
    return answer
  },
}

const WHOLE = new Map([
  ['debu', 'debug'],
  ['noti', 'notice'],
  ['erro', 'error'],
  ['aler', 'alert'],
  ['emer', 'emergency'],
])

/** CouchDB: [notice] 2026-05-05T10:11:12.123456Z couchdb@127.0.0.1 <0.123.0> 3d2f1a8bc7 localhost:5984 GET / 200 ok 1 */
const COUCH = new RegExp(
  `^\\[${LEVEL}\\] (?=\\d{4}-)([^ ]{20,40}) ([\\w.-]{1,100}@[\\w.-]{1,200}) (?:<(\\d[\\d.]{1,30})>|([a-z]\\w{0,60})) (?:([\\da-f]{10}|-{8}) )?`,
)

function readCouch(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = COUCH.exec(head)
  if (match === null) return undefined
  const [all, level = '', raw = '', host = '', process, registered, request] = match
  const time = readTime(raw, 0, options)
  if (time === undefined || time.end !== raw.length) return undefined
  const fields: Fields = new Map([['level', level]])
  fields.set('node', host)
  if (process !== undefined) fields.set('process', process)
  if (registered !== undefined) fields.set('logger', registered)
  if (request !== undefined && !request.startsWith('-')) fields.set('request_id', request)
  addMessage(fields, head.slice(all.length))
  return parsed(NAME, time.instant, fields)
}

/** OTP's reports before release 21: =INFO REPORT==== 5-May-2026::10:11:12 === */
const REPORT = /^=([A-Z]{4,8}) REPORT={2,6} ([^=]{8,40}?) ={3,}$/

function readReport(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = REPORT.exec(head)
  if (match === null) return undefined
  const [, level = '', raw = ''] = match
  const time = readTime(raw.replace('::', ' ').replace(/^(?=\d-)/, '0'), 0, options)
  if (time === undefined) return undefined
  // SUPERVISOR, CRASH and PROGRESS reports name a kind, not a level.
  const known = REPORT_LEVELS.get(level)
  const fields: Fields = new Map([[known === undefined ? 'event' : 'level', known ?? `${level.toLowerCase()}_report`]])
  if (level === 'CRASH' || level === 'SUPERVISOR') fields.set('level', 'error')
  return parsed(NAME, time.instant, fields)
}

const REPORT_LEVELS = new Map([
  ['INFO', 'info'],
  ['WARNING', 'warning'],
  ['ERROR', 'error'],
  ['NOTICE', 'notice'],
])
