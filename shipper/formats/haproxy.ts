/**
 * HAProxy's traffic log (option httplog, httpslog, tcplog), behind a syslog header or bare, and the lines that it writes
 * to standard error. Timers are documented in HAProxy's manual, §8.2; -1 says that the phase was never reached.
 */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { monthDigits, putNumber, putRequest, putText } from './shaped.ts'
import { readPriority } from './syslog-priority.ts'

export const haproxy: Format = {
  name: 'haproxy',
  title: 'HAProxy (httplog, tcplog, with and without a syslog header)',
  starts: '<JFMASOND0-9a-f:\\[',
  parse(head, options) {
    if (head.charCodeAt(0) === BRACKET) return readNotice(head, options)
    const fields: Fields = new Map()
    const start = bodyStart(head, fields)
    if (start < 0) return undefined
    const traffic = readTraffic(head, start, fields, options)
    if (traffic !== undefined) return { format: 'haproxy', time: traffic, fields }
    const time = start === 0 ? undefined : readTime(head, readPriority(head, new Map()), options)?.instant
    return time !== undefined && readConnect(head, start, fields) ? { format: 'haproxy', time, fields } : undefined
  },
}

const BRACKET = 0x5b
/** 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] */
const CLIENT = /([\w.:-]{2,60}) \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d(?:\.\d{1,9})?)\] ([^ ]{1,200}) /y
/** backend/server timers: five for HTTP, three for TCP. */
const TARGET = /([^ /]{1,120})\/([^ ]{1,160}) ([+-]?\d+)\/([+-]?\d+)\/([+-]?\d+)(?:\/([+-]?\d+)\/([+-]?\d+))? /y
const HTTP =
  /([+-]?\d+) ([+-]?\d+) (\S+) (\S+) (\S{2,4}) ([\d/+]+) ([\d/]+)(?: (\{[^}]*\}))?(?: (\{[^}]*\}))? "([^"]*)"?(?: (.*))?$/y
const TCP = /([+-]?\d+) (\S{2}) ([\d/+]+) ([\d/]+)(.*)$/y
const CONNECT = /Connect from (\S+) to (\S+) \((\S+)\/([A-Z]+)\)$/y

/** True when HAProxy's own tag stands at `tag` and a traffic line behind it: then it is not plain syslog. */
export function isHaproxyTraffic(text: string, tag: number): boolean {
  if (!text.startsWith('haproxy', tag)) return false
  const start = text.indexOf(': ', tag) + 2
  if (start < 2) return false
  return matchAt(CLIENT, text, start) !== null || matchAt(CONNECT, text, start) !== null
}

/** Where the traffic line starts: behind `haproxy[123]: `, or at 0. -1 when it can be neither. */
function bodyStart(head: string, fields: Fields): number {
  const tag = head.indexOf('haproxy', 0)
  if (tag <= 0) return head.includes(' [', 4) && CLIENT_START.test(head) ? 0 : -1
  const match = matchAt(/(haproxy[\w.-]*)(?:\[(\d+)\])?: /y, head, tag)
  if (match === null) return CLIENT_START.test(head) ? 0 : -1
  if (!HEADER.test(head)) return -1
  readPriority(head, fields)
  const before = head.slice(0, tag).trim()
  const host = before.slice(before.lastIndexOf(' ') + 1)
  if (!/^(?:<\d+>)?\d|^:/.test(host) || host.includes('.')) putText(fields, 'host', host)
  putText(fields, 'service', match[1])
  putNumber(fields, 'pid', match[2])
  return tag + match[0].length
}

const CLIENT_START = /^[\da-f.:]{2,60} \[\d\d\//
const HEADER = /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:|\d{4}-\d\d-\d\dT)/

function readTraffic(head: string, start: number, fields: Fields, options: ParseOptions) {
  const client = matchAt(CLIENT, head, start)
  if (client === null) return undefined
  const [, address = '', day, month = '', year, clock, frontend = ''] = client
  const instant = readTime(`${year}-${monthDigits(month)}-${day} ${clock}`, 0, options)?.instant
  if (instant === undefined) return undefined
  const colon = address.lastIndexOf(':')
  putText(fields, 'client_address', colon > 0 ? address.slice(0, colon) : address)
  if (colon > 0) putNumber(fields, 'client_port', address.slice(colon + 1))
  putText(fields, 'frontend', frontend)
  const at = start + client[0].length
  const target = matchAt(TARGET, head, at)
  if (target === null) return readFailure(head, at, fields) ? instant : undefined
  fields.set('node', `${target[1]}/${target[2]}`)
  putText(fields, 'backend', target[1])
  putText(fields, 'server', target[2])
  const read = target[6] === undefined ? readTcp : readHttp
  return read(head, at + target[0].length, fields, target) ? instant : undefined
}

const HTTP_TIMERS = ['time_request_ms', 'time_queue_ms', 'time_connect_ms', 'time_response_ms', 'duration_ms']
const TCP_TIMERS = ['time_queue_ms', 'time_connect_ms', 'duration_ms']

function readHttp(head: string, start: number, fields: Fields, target: RegExpExecArray): boolean {
  const match = matchAt(HTTP, head, start)
  if (match === null) return false
  const [, status, bytes, requestCookie, responseCookie, state, connections, queues, sent, received, request, rest] =
    match
  putTimers(fields, HTTP_TIMERS, target)
  putRequest(fields, request ?? '')
  putText(fields, 'status', status === '-1' ? undefined : status)
  putNumber(fields, 'bytes_sent', bytes)
  putText(fields, 'request_cookie', requestCookie)
  putText(fields, 'response_cookie', responseCookie)
  putText(fields, 'termination_state', state)
  putText(fields, 'connections', connections)
  putText(fields, 'queues', queues)
  putText(fields, 'captured_request_headers', sent)
  putText(fields, 'captured_response_headers', received)
  putText(fields, 'extra', rest)
  return true
}

function readTcp(head: string, start: number, fields: Fields, target: RegExpExecArray): boolean {
  const match = matchAt(TCP, head, start)
  if (match === null) return false
  const [, bytes, state, connections, queues, rest] = match
  putTimers(fields, TCP_TIMERS, target)
  fields.set('event', 'tcp_connection')
  putNumber(fields, 'bytes_sent', bytes)
  putText(fields, 'termination_state', state)
  putText(fields, 'connections', connections)
  putText(fields, 'queues', queues)
  putText(fields, 'extra', rest?.trim())
  fields.set('message', head.slice(start - target[0].length))
  return true
}

function putTimers(fields: Fields, names: readonly string[], target: RegExpExecArray): void {
  for (const [index, name] of names.entries()) {
    // `+` marks a total that does not wait for the end (option logasap).
    const value = Number((target[index + 3] ?? '-1').replace('+', ''))
    fields.set(name, value)
    if (name === 'duration_ms' && value < 0) fields.delete(name)
  }
}

/** 10.0.0.1:123 [time] fe/1: SSL handshake failure */
function readFailure(head: string, start: number, fields: Fields): boolean {
  const frontend = fields.get('frontend')
  if (typeof frontend !== 'string' || !frontend.endsWith(':')) return false
  fields.set('frontend', frontend.slice(0, -1))
  fields.set('message', head.slice(start))
  return true
}

function readConnect(head: string, start: number, fields: Fields): boolean {
  const match = matchAt(CONNECT, head, start)
  if (match === null) return false
  fields.set('event', 'connect')
  fields.set('message', match[0])
  putText(fields, 'client_address', match[1])
  putText(fields, 'destination', match[2])
  putText(fields, 'frontend', match[3])
  putText(fields, 'mode', match[4])
  return true
}

const NOTICE = /^\[(NOTICE|WARNING|ALERT)\] +(?:(\d{1,3})\/(\d\d)(\d\d)(\d\d) )?\((\d{1,10})\) ?: (.*)$/

/** [WARNING] 359/020345 (123) : text. The time is the day of the year (from 0) and a clock; newer versions write none. */
function readNotice(head: string, options: ParseOptions) {
  const match = NOTICE.exec(head)
  if (match === null) return undefined
  const [, level = '', day, hour, minute, second, pid, message = ''] = match
  const fields: Fields = new Map([
    ['level', level],
    ['message', message],
  ])
  putNumber(fields, 'pid', pid)
  if (day === undefined) return { format: 'haproxy', time: undefined, fields }
  const year = new Date(options.now.seconds * 1000).getUTCFullYear()
  const at = (of: number) => {
    const date = new Date(Date.UTC(of, 0, 1 + Number(day))).toISOString().slice(0, 10)
    return readTime(`${date} ${hour}:${minute}:${second}`, 0, options)?.instant
  }
  const time = at(year)
  const ahead = time !== undefined && time.seconds > options.now.seconds + 86_400
  return { format: 'haproxy', time: ahead ? at(year - 1) : time, fields }
}

function matchAt(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(text)
}
