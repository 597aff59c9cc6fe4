import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'uvicorn'

/** Level and colon are padded to nine, then a space: "INFO:     ", "WARNING:  ", "CRITICAL: ". */
const LEVEL = '(TRACE:    |DEBUG:    |INFO:     |WARNING:  |ERROR:    |CRITICAL: )'
const BARE = new RegExp(LEVEL, 'y')
const BEHIND_TIME = new RegExp(`\\]? (?:- )?${LEVEL}`, 'y')
const LEADS = 'L-]'
/** 127.0.0.1:52044 - "GET /x HTTP/1.1" 200 OK, [::1]:52044 - "WebSocket /ws" [accepted] */
const ACCESS =
  /^([^\s"]{1,100}):(\d{1,5}) - "([A-Za-z]{1,20}) ([^"\s]*)(?: HTTP\/([\d.]{1,3}))?" (?:(\d{3})\b|\[(\w{1,20})\])/
const PROCESS = /process \[(\d{1,10})\]/

/** Uvicorn's default and access log (FastAPI, Starlette), with or without a time in front. */
export const uvicorn: Format = {
  name: NAME,
  title: 'Uvicorn (FastAPI, Starlette)',
  starts: 'TDIWEC0-9\\[',
  parse(head, options) {
    const code = head.charCodeAt(0)
    const time = code < 0x40 || code === 0x5b ? leadingTime(head, options) : undefined
    if (time === undefined ? code < 0x40 || code === 0x5b : !LEADS.includes(time.lead)) return undefined
    const pattern = time === undefined ? BARE : BEHIND_TIME
    pattern.lastIndex = time === undefined ? 0 : time.end
    const match = pattern.exec(head)
    if (match === null) return undefined
    const level = match[1] as string
    const fields: Fields = new Map([['level', level.slice(0, level.indexOf(':'))]])
    addBody(fields, head.slice(pattern.lastIndex))
    return parsed(NAME, time?.instant, fields)
  },
}

function addBody(fields: Fields, body: string): void {
  const access = ACCESS.exec(body)
  if (access === null) {
    addMessage(fields, body)
    const pid = PROCESS.exec(body)
    if (pid !== null) fields.set('pid', Number(pid[1]))
    return
  }
  const [, address = '', port, method = '', path = '', version, status, state] = access
  fields.set('event', method === 'WebSocket' ? 'websocket' : 'http_request')
  fields.set('client_address', address)
  fields.set('client_port', Number(port))
  fields.set('http_method', method)
  fields.set('path', path)
  if (version !== undefined) fields.set('http_version', version)
  fields.set('status', status === undefined ? (state as string) : Number(status))
  fields.set('message', body)
}
