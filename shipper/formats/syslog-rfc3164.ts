/**
 * BSD syslog as daemons, relays, routers and journalctl write it: an optional priority, a time, mostly a host, mostly a
 * tag. RFC 3164 describes what was found in the wild rather than a grammar, so every part but the time is optional.
 */
import type { ParsedLine } from '../record.ts'
import type { Instant } from '../terms/instant.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { general } from './general.ts'
import { isHaproxyTraffic } from './haproxy.ts'
import { logfmt } from './logfmt.ts'
import { isSecurityEvent } from './security-event.ts'
import { putCisco, putMessage } from './syslog-message.ts'
import { readPriority, readPriorityWords } from './syslog-priority.ts'
import { readTag } from './syslog-tag.ts'

export const syslogRfc3164: Format = {
  name: 'syslog_rfc3164',
  title: 'syslog (RFC 3164, rsyslog, journalctl short, macOS, OpenWrt, Cisco)',
  starts: '<JFMASONDTWRL0-9*.',
  parse(head, options) {
    const fields: Fields = new Map()
    const priority = readPriority(head, fields)
    if (priority === 0 && !canStart(head)) return undefined
    if (priority > 0 && head.charCodeAt(priority) === 0x31 && head.charCodeAt(priority + 1) === SPACE) return undefined
    const time = readHeaderTime(head, priority, fields, options)
    if (time === undefined) {
      // RFC 3164 §4.3.3: with a priority and nothing else that can be read, all of it is the message.
      return priority > 0 ? untimed(head.slice(priority), fields, options) : undefined
    }
    const body = afterTime(head, time.end)
    if (body < 0 || !readBody(head, body, fields, priority > 0 || time.sure)) return undefined
    // OpenWrt writes the weekday and a priority; without one it is some other program that likes ctime.
    if (WEEKDAY.test(head) && !fields.has('facility')) return undefined
    return { format: 'syslog_rfc3164', time: time.instant, fields }
  },
}

const SPACE = 0x20
const COLON = 0x3a

/** `Dec 26 02:` · `Fri Dec 26 ` · `2025-12-26T` · `1766714625.1 ` · Cisco's `*Mar  1 ` and `000123: ` */
const BSD = /^[*.]?(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d/
const ISO =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.,]{0,10}(?:Z|[+-]\d\d:?\d\d) {1,2}[A-Za-z\d:._-]{1,255} +(?:[\w./()@-]{1,80}(?:\[\d+\])?: |(?:CEF|LEEF):\d)|^[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]{2,5} /
const EPOCH = /^\d{10}\.\d{6} [\w.-]{1,255} [\w./()@-]{1,80}(?:\[\d+\])?: /
const WEEKDAY = /^[A-Z][a-z]{2} [A-Z][a-z]{2} /
const CISCO_COUNT = /^\d{1,10}: [*.]?[A-Z][a-z]{2} [ \d]\d /

const XR = /^(?:RP|LC)\/\d\/[\w/]{3,30}:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/

function canStart(head: string): boolean {
  const code = head.charCodeAt(0)
  if (head.charCodeAt(2) === 0x2f) return XR.test(head)
  if (code >= 0x30 && code <= 0x39) {
    const fifth = head.charCodeAt(4)
    return fifth === 0x2d ? ISO.test(head) : EPOCH.test(head) || CISCO_COUNT.test(head)
  }
  return head.charCodeAt(3) === SPACE || code === 0x2a || code === 0x2e ? BSD.test(head) || ISO.test(head) : false
}

interface HeaderTime {
  readonly instant: Instant
  readonly end: number
  /** True for the notations that hardly anything but syslog writes. */
  readonly sure: boolean
}

const COUNT = /(\d{1,10}): (?:([\w.:-]{1,255}): )?(?=[*.\dA-Z]|[\w.-]{1,64} (?:RP|LC|DRP|\d)\/)/y

/** IOS XR: `router1 RP/0/RSP0/CPU0:May  5 10:11:12.123`. */
const LOCATION = /(?:([\w.-]{1,255}) )?((?:RP|LC|DRP|\d)\/[\w/]{3,30}):(?=[A-Z][a-z]{2} [ \d]\d )/y

/** Cisco counts its lines (`45: `) and marks a clock that is not synchronized with `*` or `.`. */
function readHeaderTime(head: string, start: number, fields: Fields, options: ParseOptions): HeaderTime | undefined {
  let at = start
  COUNT.lastIndex = at
  const count = head.charCodeAt(at) <= 0x39 ? COUNT.exec(head) : null
  if (count !== null) {
    fields.set('sequence', Number(count[1]))
    if (count[2] !== undefined) fields.set('host', count[2])
    at = COUNT.lastIndex
  }
  LOCATION.lastIndex = at
  const location = head.includes('/', at) ? LOCATION.exec(head) : null
  if (location !== null) {
    if (location[1] !== undefined) fields.set('host', location[1])
    fields.set('location', location[2] as string)
    at = LOCATION.lastIndex
  }
  const mark = head.charCodeAt(at)
  if (mark === 0x2a || mark === 0x2e) at++
  const found = readTime(head, at, options)
  if (found === undefined) return undefined
  return { instant: found.instant, end: found.end, sure: BSD.test(at === 0 ? head : head.slice(at, at + 32)) }
}

/** Behind the time: a space, or Cisco's `: `. -1 when the time runs into something else. */
function afterTime(head: string, end: number): number {
  let at = end
  if (head.charCodeAt(at) === COLON) at++
  if (head.charCodeAt(at) !== SPACE) return -1
  while (head.charCodeAt(at) === SPACE) at++
  return at
}

const REPEATED = /^(?:--- )?last message repeated \d{1,9} times?(?: ---)?$/
/** No host is called so: a line of some other program that writes its time the same way. */
const LEVEL_WORD =
  /^[[<(]?(?:TRACE|D?DEBUG|SUBDEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE|INF|WRN|ERR|DBG|TRC|FTL|CRIT|PANIC|DEBG|DEBU|ERRO|FATA|TRCE)[\]>)]?:?$/i
/** A level or a group in brackets, a level before a colon: columns, not syslog's tag. */
const BRACKETED = /^(?:\[[^\]]*\]:?|[A-Z]{3,8}:)$/
const HOST = /^[\w.:@%/-]{1,255}$/
/** AIX: auth|security:info */
const AIX = /^([a-z0-9|]{2,40}):(emerg|alert|crit|err|warn|warning|notice|info|debug)$/

/** Host, tag and message. False when this does not look like syslog behind its time. */
function readBody(head: string, start: number, fields: Fields, sure: boolean): boolean {
  const text = head.slice(start)
  if (REPEATED.test(text)) return putRepeated(fields, text)
  const cisco = putCisco(fields, text)
  if (cisco !== undefined) return putRest(fields, cisco)
  let at = skipPriorityWords(text, 0, fields)
  const first = wordAt(text, at)
  if (LEVEL_WORD.test(first)) return false
  // A hyphen between columns, unless it is the host that nobody knows.
  if (first === '-' && !isTag(wordAt(text, skipSpace(text, at + 1)).replace(BRACKETED, ''))) return false
  // LSF: pid, severity and version behind a time with its year.
  if (/^\d{1,10}(?::\d{1,10})? [0-7] \d{1,2}\.\d/.test(text)) return false
  // FreeBSD writes its priority before the host: <auth.info> bsd1 sshd[1234]: text
  const isHost = at > 0 && !isTag(first) && isTag(wordAt(text, skipSpace(text, at + first.length)))
  if ((isTag(first) || at > 0) && !isHost) {
    const tagEnd = readTag(text, at, fields)
    if (tagEnd > 0) return putTagged(fields, text, at, tagEnd)
  }
  if (!HOST.test(first)) return sure && at > 0 ? putRest(fields, text.slice(at)) : false
  fields.set('host', first)
  at = skipPriorityWords(text, skipSpace(text, at + first.length), fields)
  return readBehindHost(fields, text, at, sure)
}

/** MikroTik's topics, which are a format of their own: system,info,account user admin logged in */
const ROUTER_OS = /^[a-z0-9-]{2,20}(?:,[a-z0-9!-]{2,20}){0,3},(?:info|error|warning|critical|debug)[, ]/

/** F5 writes the severity between host and tag: bigip1 info tmm[1234]: text */
const SEVERITY =
  /^(emerg|alert|crit|err|error|warning|notice|info|debug) (?=[\w./-]{1,60}(?:\([^()\s]{1,60}\))?(?:\[\d{1,10}\])?: )/
/** WatchGuard writes its serial number, and a time, between host and tag. */
const SERIAL = /^([\dA-F]{10,16}|\(\d{4}-\d\d-\d\dT[\d:.]{8,15}\)) (?=[\w./-]{1,60}(?:\[\d{1,10}\])?: )/
const PACEMAKER = /^pacemaker[\w-]{0,30} *\[\d{1,10}\] \(/
const COMWARE = /^(?:%%\d\d)?[A-Z][A-Z0-9_]{1,40}\/[0-7]\/[A-Za-z]/

function readBehindHost(fields: Fields, text: string, start: number, sure: boolean): boolean {
  const severity = SEVERITY.exec(text.slice(start, start + 140))
  if (severity !== null) {
    if (!fields.has('level')) fields.set('level', severity[1] as string)
    return readBehindHost(fields, text, start + severity[0].length, sure)
  }
  const serial = SERIAL.exec(text.slice(start, start + 100))
  if (serial !== null) {
    fields.set('serial', serial[1] as string)
    return readBehindHost(fields, text, start + serial[0].length, sure)
  }
  const behind = text.slice(start)
  if (isSecurityEvent(behind)) return putRest(fields, behind)
  if (COMWARE.test(behind) || PACEMAKER.test(behind)) return false
  if (REPEATED.test(behind)) return putRepeated(fields, behind)
  const cisco = putCisco(fields, behind)
  if (cisco !== undefined) return putRest(fields, cisco)
  const tagEnd = readTag(text, start, fields)
  if (tagEnd > 0) return putTagged(fields, text, start, tagEnd)
  return sure && !ROUTER_OS.test(behind) ? putRest(fields, behind) : false
}

function putTagged(fields: Fields, text: string, tagStart: number, tagEnd: number): boolean {
  if (isHaproxyTraffic(text, tagStart)) return false
  // IOS XR: ifmgr[243]: %PKT_INFRA-LINK-3-UPDOWN : text
  const message = text.slice(tagEnd).trimStart()
  return putRest(fields, (message.startsWith('%') ? putCisco(fields, message) : undefined) ?? message)
}

function putRest(fields: Fields, text: string): boolean {
  putMessage(fields, text)
  return true
}

/** syslogd itself writes this, in the name of whoever wrote the line before. */
function putRepeated(fields: Fields, text: string): boolean {
  fields.set('service', 'syslogd')
  fields.set('message', text)
  fields.set('event', 'message_repeated')
  return true
}

function untimed(text: string, fields: Fields, options: ParseOptions): ParsedLine | undefined {
  // The kernel's `<6>[ 1.2] text`, and .NET's systemd console `<6>Category[14] text`, are formats of their own.
  if (/^(?:\[|[\w.]{1,200}\[-?\d{1,10}\] )/.test(text)) return undefined
  const timed = readUnusual(text, fields, options)
  if (timed !== undefined) return timed
  const cisco = putCisco(fields, text)
  const end = cisco === undefined ? readTag(text, 0, fields) : -1
  if (end > 0 && isHaproxyTraffic(text, 0)) return undefined
  putMessage(fields, cisco ?? (end > 0 ? text.slice(end) : text))
  return { format: 'syslog_rfc3164', time: undefined, fields }
}

/** A priority in front of what is no syslog but tells its time: FortiGate's pairs, IOS XR's `node:May  5 10:11:12`. */
function readUnusual(text: string, fields: Fields, options: ParseOptions): ParsedLine | undefined {
  const parsed = logfmt.parse(text, options) ?? general.parse(text, options)
  if (parsed?.time === undefined) return undefined
  for (const [name, value] of parsed.fields) if (name !== 'level' || !fields.has('level')) fields.set(name, value)
  return { format: 'syslog_rfc3164', time: parsed.time, fields }
}

function skipPriorityWords(text: string, at: number, fields: Fields): number {
  const word = wordAt(text, at)
  if (readPriorityWords(word, fields)) return skipSpace(text, at + word.length)
  const aix = word.includes(':') ? AIX.exec(word) : null
  if (aix === null) return at
  fields.set('facility', aix[1] as string)
  if (!fields.has('level')) fields.set('level', aix[2] as string)
  return skipSpace(text, at + word.length)
}

function isTag(word: string): boolean {
  return word.charCodeAt(word.length - 1) === COLON || word.includes('[')
}

function wordAt(text: string, at: number): string {
  const end = text.indexOf(' ', at)
  return end < 0 ? text.slice(at) : text.slice(at, end)
}

function skipSpace(text: string, at: number): number {
  while (text.charCodeAt(at) === SPACE) at++
  return at
}
