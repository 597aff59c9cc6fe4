/**
 * The general case: a line of no listed format. Its head is read by looks (general/head.ts): the time wherever it
 * stands, the level, the host, the program, class or component, pid and thread; what is behind it is the message.
 * Tokens of the head that have no name are kept as `prefix`.
 */
import type { ParsedLine } from '../record.ts'
import type { Fields, Value } from '../terms/json.ts'
import type { Format, ParseOptions } from './format.ts'
import { readErrpt } from './general/errpt.ts'
import { readHead } from './general/head.ts'
import { findLateLevel } from './general/late-level.ts'
import { findInnerTime, putMessageId } from './general/marks.ts'
import { isSourceFile } from './general/places.ts'
import { isNeverName } from './general/prose.ts'
import type { Head, Token } from './general/scan.ts'
import { splitPlace, splitThread } from './general/split.ts'
import { isDotted, isHostLike, isLevelKey, isPassing, isProse, isThreadLike, isTimeKey } from './general/words.ts'
import { findPairs } from './key-values.ts'
import { isSecurityEvent, putSecurityEvent } from './security-event.ts'

export const general = {
  name: 'general',
  title: 'the general case: time, level and program found wherever they stand in the head of a line',
  starts: undefined,
  fallback: true,
  parse(head: string, options: ParseOptions): ParsedLine | undefined {
    const errpt = readErrpt(head, options)
    if (errpt !== undefined) return errpt
    const found = readHead(head, options)
    const fields: Fields = new Map()
    nameTokens(found, fields)
    const event = eventBehindHead(head, found, fields)
    if (event !== undefined) return event
    const message = isSentence(fields) ? head.trim() : head.slice(found.end).trim()
    if (message !== '') fields.set('message', message)
    addPairs(head, found, fields)
    if (!fields.has('level')) putMessageId(fields, message)
    if (!fields.has('logger')) addTrailingClass(message, fields)
    if (!fields.has('level') && found.time !== undefined) addLateLevel(head, found, fields)
    const time = found.time ?? findInnerTime(head, options)
    if (time === undefined && found.tokens.length === 0 && fields.size < 2) return undefined
    return { format: 'general', time, fields, ...(fields.has('mnemonic') && { scale: 'syslog' as const }) }
  },
} as const satisfies Format

const CAPITAL_C = 0x43
const CAPITAL_L = 0x4c

/** CEF and LEEF behind a header that is no syslog's. */
function eventBehindHead(text: string, head: Head, fields: Fields): ParsedLine | undefined {
  if (head.time === undefined) return undefined
  const first = text.charCodeAt(head.end)
  if (first !== CAPITAL_C && first !== CAPITAL_L) return undefined
  const body = text.slice(head.end)
  if (!isSecurityEvent(body) || !putSecurityEvent(fields, body)) return undefined
  return { format: 'general', time: head.time, fields }
}

/** "Backup started at 2026-05-05 10:11:12 by cron": the words before the time are the message's, not a head's. */
function isSentence(fields: Fields): boolean {
  const prefix = fields.get('prefix')
  if (typeof prefix !== 'string' || prefix.startsWith('(') || prefix.split(' ').filter(isProse).length < 2) return false
  fields.delete('prefix')
  return true
}

/** Pairs are looked for this far into a message; what is behind stays in its text. */
const MAX_SEARCHED = 32_768

const LESS_THAN = 0x3c

/** The pairs of the message; of the whole line when its head was made of pairs. */
function addPairs(text: string, head: Head, fields: Fields): void {
  const fromHead = head.tokens.some((token) => token.kind === 'pair')
  const start = fromHead ? 0 : head.end
  if (!text.includes('=', start)) return
  const searched = text.length - start > MAX_SEARCHED ? text.slice(start, start + MAX_SEARCHED) : text
  for (const [name, value] of findPairs(searched, searched === text ? start : 0)) {
    if (fields.has(name) || (fromHead && (isTimeKey(name) || isLevelKey(name)))) continue
    // Oracle's level='16' counts details: none of the scales that are known.
    if (text.charCodeAt(0) === LESS_THAN && isLevelKey(name) && /^\d+$/.test(String(value)))
      fields.set('level_number', value)
    else fields.set(name, value)
  }
}

/** Kafka's and others' last word: "… started (kafka.server.KafkaServer)". The message keeps it. */
function addTrailingClass(message: string, fields: Fields): void {
  if (!message.endsWith(')')) return
  const open = message.lastIndexOf('(')
  // Marathon's logger:thread
  const name = message.slice(open + 1, -1).replace(/:[\w-]{1,60}$/, '')
  if (open > 0 && name.length < 200 && name.includes('.') && isDotted(name)) fields.set('logger', name)
}

/** Behind the time; in front of it stands what a head has named. */
function addLateLevel(text: string, head: Head, fields: Fields): void {
  const time = head.tokens[head.timeToken]
  const at = time === undefined || time.text === '' ? -1 : text.indexOf(time.text)
  const level = findLateLevel(text, at < 0 ? 0 : at + (time as Token).text.length)
  if (level !== undefined) fields.set('level', level)
}

/** AWS Lambda's and others': which call, not who. */
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

function nameTokens(head: Head, fields: Fields): void {
  const { tokens } = head
  const prefix: string[] = []
  const roles = nameWords(tokens)
  // TensorRT's "[TRT] [W] Importer.cpp:407: ": the file is where [TRT] wrote it.
  const isOwned = tokens.some(
    ({ kind, text }) => kind === 'group' && /^[A-Za-z_]{2,20}$/.test(text) && !isThreadLike(text),
  )
  const isNamed = tokens.some(
    ({ kind, text }) => kind === 'program' || ((kind === 'tag' || kind === 'name') && !(isOwned && isSourceFile(text))),
  )
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token
    let role =
      token.text.length === 36 && UUID.test(token.text)
        ? 'request_id'
        : (roles.get(i) ?? roleOf(token, tokens, i, fields, isNamed))
    if (i === head.timeToken) continue
    if (token.kind === 'pair') continue
    if (role === undefined || fields.has(role)) {
      prefix.push(token.text)
      continue
    }
    if (
      (token.kind === 'name' || token.kind === 'tag') &&
      role === 'logger' &&
      fields.has('component') &&
      isSourceFile(token.text)
    )
      role = 'file'
    if (token.kind === 'group' && (splitThread(token.text, fields) || splitPlace(token.text, role, fields))) continue
    // Zimbra's "[thread] [name=a@b] security - text": of what stands in brackets and what fills a column, the column.
    const older = role === 'thread' && token.kind === 'cell' ? fields.get('component') : undefined
    const isOutdone = older !== undefined && tokens.some((other) => other.kind === 'group' && other.text === older)
    if (isOutdone) fields.set('component', token.text)
    fields.set(role, isOutdone ? older : role === 'pid' ? readPid(token.text) : withoutColon(token))
    if (token.kind === 'program' || token.kind === 'tag' || token.kind === 'name') addParts(token, role, fields)
  }
  if (prefix.length > 0) fields.set('prefix', prefix.join(' '))
}

/** dpkg: in front of a level. */
function withoutColon(token: Token): string {
  return token.kind === 'word' && token.text.endsWith(':') ? token.text.replace(/(?::\d{1,6}){0,2}:$/, '') : token.text
}

/** 1234, #1234, pid:1234. */
function readPid(text: string): Value {
  const match = /^(?:pid[ :=]{1,2}|#)?(\d{1,15})$/i.exec(text)
  return match === null ? text : Number(match[1])
}

/** The field that a token's text goes to; undefined: the prefix. */
function roleOf(
  token: Token,
  tokens: readonly Token[],
  i: number,
  fields: Fields,
  isNamed: boolean,
): string | undefined {
  switch (token.kind) {
    case 'level':
      return 'level'
    case 'priority':
      return 'priority'
    case 'pair':
      return undefined
    case 'pid':
      if (/^\d+\.\d{3,9}$/.test(token.text)) return 'uptime'
      if (/^(?!pid)[a-z]|^[CS]-0x|^(?=\d*[a-f])[\da-f]{8,16}$|0x/i.test(token.text)) return 'thread'
      return fields.has('pid') ? 'thread' : 'pid'
    case 'program':
      return 'service'
    case 'name':
      return 'logger'
    case 'tag':
      return tokens[i - 1]?.kind === 'word' || (!fields.has('level') && /^[a-z_][\w-]*$/.test(token.text))
        ? 'service'
        : 'logger'
    case 'cell':
      return isPassing(token.text) ? undefined : roleOfGroup(token, isNamed, fields)
    case 'group':
      // LightDM's [+12.34s], Java's [12.345s]
      if (/^\+?\d{1,9}\.\d{1,9}s$/.test(token.text)) return 'uptime'
      return roleOfGroup(token, isNamed, fields)
    case 'number': {
      const next = tokens[i + 1]?.kind
      if (next !== 'level' && next !== 'number' && next !== 'name' && next !== 'tag' && next !== 'group')
        return undefined
      if (i === 0 || token.text.startsWith('0x')) return undefined
      return fields.has('pid') ? 'thread' : 'pid'
    }
    default:
      return undefined
  }
}

/** What stands in brackets or fills a column. */
function roleOfGroup(token: Token, isNamed: boolean, fields: Fields): string | undefined {
  if (isDotted(token.text) && !fields.has('logger') && !/-\d{1,4}$/.test(token.text)) return 'logger'
  // A client: as a component it would never end.
  if (/^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(token.text)) return 'client_address'
  // A zone, a worker: Z0, w12
  if (/^[A-Z]\d{1,2}$/.test(token.text)) return fields.has('thread') ? undefined : 'thread'
  // [level:warn] names no writer.
  if (token.text.includes(':') && isLevelKey(token.text.slice(0, token.text.indexOf(':')))) return undefined
  // Snort's [1:2003:10]
  if (!/[A-Za-z]/.test(token.text)) return undefined
  // Solaris: [ID 800047 auth.info].
  if (!token.strong || token.text.startsWith('ID ')) return undefined
  if (/^[\w./-]{1,200}\.\w{1,4}:\d{1,6}(?::\w{1,80})?$/.test(token.text))
    return fields.has('component') ? 'caller' : 'component'
  // spdlog's [time][thread][level][main]: the thread has been told.
  const isLogger = token.text === 'main' && fields.has('pid') && fields.has('level')
  const preferThread = (isThreadLike(token.text) && !isLogger) || (isNamed && token.kind === 'group')
  const first = preferThread ? 'thread' : 'component'
  return fields.has(first) && !isNamed ? (preferThread ? 'component' : 'thread') : first
}

/** Bare words between other tokens: hosts stand before programs, components in capitals before levels. */
function nameWords(tokens: readonly Token[]): Map<number, string> {
  const roles = new Map<number, string>()
  let host = -1
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token
    if (token.kind !== 'word' || isPassing(token.text)) continue
    const next = tokens[i + 1]
    const isLast = next?.kind !== 'word'
    const isTagged = next?.kind === 'program' || next?.kind === 'tag'
    if (host < 0 && isTagged && tokens[i - 1]?.kind === 'time') host = i
    if (isTagged && tokens[i - 1]?.kind === 'level' && /-\d{1,6}$/.test(token.text)) {
      roles.set(i, 'thread')
      continue
    }
    if (isAheadOfTime(tokens, i)) {
      roles.set(i, 'component')
      continue
    }
    if (host === i) continue
    if (isLast && next?.kind === 'level' && /^[A-Za-z_]/.test(token.text) && !isHostLike(token.text))
      roles.set(i, 'component')
    else if (
      isHostLike(token.text) ||
      (isLast && (next?.kind === 'program' || next?.kind === 'tag') && isProse(token.text))
    ) {
      if (host < 0) host = i
      else if (host === i - 1 && next?.kind !== 'time' && !roles.has(i)) roles.set(i, 'component')
    } else if (host === i - 1 && host >= 0 && !isLast) roles.set(i, 'component')
  }
  if (host >= 0) roles.set(host, 'host')
  return roles
}

const NAMING = new Set(['program', 'tag', 'name', 'cell', 'group', 'pair'])

/** "worker 2026-05-05 10:11:12 WARN text", "web-3 worker 2026-… WARN text": the word in front of the time, when nothing behind it is a name. */
function isAheadOfTime(tokens: readonly Token[], i: number): boolean {
  if (tokens[i + 1]?.kind !== 'time' || tokens[i + 2]?.kind !== 'level' || i > 1) return false
  const first = tokens[0] as Token
  if (i === 1 && first.kind !== 'number' && (first.kind !== 'word' || !isHostLike(first.text))) return false
  const name = withoutColon(tokens[i] as Token)
  if (!/^[A-Za-z_][\w.-]{1,60}$/.test(name) || isHostLike(name) || isNeverName(name)) return false
  return !tokens.some(({ kind }) => NAMING.has(kind))
}

/** The pid of name[pid], the module of name(module), the mnemonic of Cisco's %FAC-6-MNEMONIC, the line of file:12. */
function addParts(token: Token, role: string, fields: Fields): void {
  if (token.part !== undefined && token.kind === 'tag') fields.set('mnemonic', token.part)
  else if (token.part !== undefined && token.kind === 'name') fields.set('function', token.part)
  else if (token.part !== undefined) {
    fields.set('component', token.part)
    fields.set('logger', `${token.text}(${token.part})`)
  }
  if (token.number === undefined) return
  if ((role === 'logger' || role === 'file') && token.kind !== 'program')
    fields.set(fields.has('line') ? 'line_2' : 'line', Number(token.number))
  else fields.set('pid', /^\d{1,15}$/.test(token.number) ? Number(token.number) : token.number)
}
