/**
 * The line that web servers share: `client ident user [time] "request" status bytes`, mostly followed by
 * `"referer" "user agent"`. What stands behind that differs by server; the callers read it.
 */
import type { Instant } from '../terms/instant.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { ParseOptions } from './format.ts'
import { putNumber, putRequest, putText } from './shaped.ts'

export interface AccessLine {
  readonly time: Instant
  readonly fields: Fields
  /** What stands behind the known part, '' for most. */
  readonly tail: string
}

const SPACE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[26/Dec/2025:02:03:45 +0000] "`, Python's http.server with a space, and nginx's $time_iso8601. */
const STAMP = /^ \[(?:\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]|\d{4}-\d\d-\d\dT)\d\d:\d\d:\d\d/

/** nginx that logs to syslog: the header is syslog's, and the line with it. */
const SYSLOG = /^(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)\d\d:\d\d:\d\d/

export function readAccessLine(head: string, options: ParseOptions): AccessLine | undefined {
  const bracket = head.indexOf(' [')
  if (bracket < 5 || !STAMP.test(head.slice(bracket, bracket + 24))) return undefined
  if (SYSLOG.test(head)) return undefined
  const close = head.indexOf('] "', bracket)
  if (close < 0 || close > bracket + 40) return undefined
  const raw = head.slice(bracket + 2, close)
  const time = readTime(raw, 0, options) ?? readTime(raw.replace(' ', ':'), 0, options)
  if (time === undefined) return undefined
  const fields: Fields = new Map()
  if (!putClient(fields, head.slice(0, bracket))) return undefined
  const end = quoteEnd(head, close + 2)
  const tail = end < 0 ? undefined : readAnswer(fields, head, end + 1)
  if (tail === undefined) return undefined
  putRequest(fields, head.slice(close + 3, end))
  return { time: time.instant, fields, tail: readAgent(fields, head, tail) }
}

/** [vhost ]client[, proxy…] ident user — the user may hold spaces, the client may be a list. */
const CLIENT = /^(?:([\w.-]{1,255}(?::\d{1,5})?) )?([^ ,]{1,255}(?:, [^ ,]{1,255}){0,20}) ([^ ]{1,80}) (.{1,200})$/

function putClient(fields: Fields, text: string): boolean {
  const match = CLIENT.exec(text)
  if (match === null) return false
  let vhost: string | undefined = match[1]
  let [, , client = '', ident = '', user = ''] = match
  if (vhost !== undefined && !ADDRESS.test(client)) {
    // The optional first word was greedy: `client ident user name` has no virtual host.
    user = `${ident} ${user}`
    ident = client
    client = vhost
    vhost = undefined
  }
  putText(fields, 'client_address', client)
  putText(fields, 'vhost', vhost)
  putText(fields, 'ident', ident)
  putText(fields, 'user', user === '""' ? undefined : user)
  return true
}

const ADDRESS =
  /^[\da-fA-F.:]*[.:][\da-fA-F.:]*(?:,|$)|^(?=[a-zA-Z\d-]*[a-zA-Z])[a-zA-Z\d-]+\.[a-zA-Z\d.-]+$|^localhost$/

/** ` 200 1234` behind the request. The index behind it, undefined when it is not there. */
function readAnswer(fields: Fields, head: string, start: number): number | undefined {
  ANSWER.lastIndex = start
  const match = ANSWER.exec(head)
  if (match === null) return undefined
  putText(fields, 'status', match[1])
  putNumber(fields, 'bytes_sent', match[2])
  return ANSWER.lastIndex
}

const ANSWER = / (\d{3}|-) (\d{1,15}|-)(?= |$)/y

/** ` "referer" "agent"`. What stands behind. */
function readAgent(fields: Fields, head: string, start: number): string {
  if (head.charCodeAt(start + 1) !== QUOTE) return head.slice(start).trim()
  const referer = quoteEnd(head, start + 1)
  if (referer < 0 || head.charCodeAt(referer + 2) !== QUOTE) return head.slice(start).trim()
  const agent = quoteEnd(head, referer + 2)
  putText(fields, 'referer', head.slice(start + 2, referer))
  putText(fields, 'user_agent', head.slice(referer + 3, agent < 0 ? undefined : agent))
  return agent < 0 ? '' : head.slice(agent + 1).trim()
}

/** The index of the quote that closes the one at `start`, past escaped ones. -1 when it is cut off. */
export function quoteEnd(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at)
    if (at < 0) return -1
    let escapes = at - 1
    while (text.charCodeAt(escapes) === BACKSLASH) escapes--
    if ((at - escapes) % 2 === 1) return at
  }
}

/** Words between spaces; `"…"` and `[…]` hold spaces and lose their marks. */
export function splitWords(text: string, start: number): string[] {
  const words: string[] = []
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === SPACE) continue
    let end = code === QUOTE ? quoteEnd(text, at) : text.indexOf(code === 0x5b ? ']' : ' ', at)
    if (end < 0) end = text.length
    words.push(text.slice(code === QUOTE || code === 0x5b ? at + 1 : at, end))
    at = end
  }
  return words
}
