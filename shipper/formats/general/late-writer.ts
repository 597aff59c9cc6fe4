/**
 * The second look at lines of formats with layouts of only time, level and message, which lines of many programs fit:
 * who wrote the line, and its level, when the message begins with them. The message keeps both.
 */
import type { ParsedLine } from '../../record.ts'
import type { Fields } from '../../terms/json.ts'
import { findLateLevel } from './late-level.ts'
import { isNeverName, isProseTag } from './prose.ts'
import { delimitedLevel, isLevelKey, isSureLevel, isThreadLike } from './words.ts'

/** The formats that are looked at. */
export const LOOSE: ReadonlySet<string> = new Set([
  'python_logging',
  'winston_console',
  'log4j',
  'zerolog_console',
  'zap_console',
  'serilog_console',
  'pino_pretty',
  'hclog',
  'elixir',
  'nlog',
  'go_log',
  'general',
  'syslog_rfc3164',
])

/** Adds what the message says of itself. */
export function lookAgain({ fields, format }: ParsedLine): void {
  // Only lines without a program: "May  5 10:11:12 web-3 [http] warn: text".
  if (format === 'syslog_rfc3164' && (fields.has('service') || fields.has('logger'))) return
  const message = fields.get('message')
  if (typeof message !== 'string') return
  if (format !== 'general' && !fields.has('level') && !hasLevelKey(fields, message)) {
    const level = findLateLevel(message)
    if (level !== undefined) fields.set('level', level)
  }
  addWriter(fields, message)
  if (format === 'general' && fields.size > 2) addKeyed(fields)
}

/** Keys whose value says which part wrote the line, beside those that all formats know. */
const WRITER_KEYS = ['mod', 'subsys', 'comp', 'source', 'class', 'unit']

function addKeyed(fields: Fields): void {
  if (!fields.has('level') || fields.has('logger') || fields.has('service') || fields.has('component')) return
  for (const key of WRITER_KEYS) {
    const value = fields.get(key)
    if (typeof value !== 'string' || !/^[A-Za-z][\w.:-]{1,40}$/.test(value)) continue
    fields.set('component', value)
    return
  }
}

function hasLevelKey(fields: Fields, message: string): boolean {
  if (message.includes('=')) for (const name of fields.keys()) if (isLevelKey(name)) return true
  return false
}

const WRITER = new RegExp(
  `^(?:${[
    // (app.views) · <net/http> · {Billing}
    String.raw`[(<{]([A-Za-z_]\w{0,40}(?:(?:[._/-]|::)[\w./:-]{1,40}|[a-z][A-Z]\w{0,40}))(?::\d{1,6})?[)>}](?= |:)`,
    // [engine] · Fluentd's #0 [out_es] · Zabbix's [mqtt:Local]
    String.raw`(?:#\d{1,3} )?\[(\/?[A-Za-z][\w.:/-]{1,100}) {0,40}\](?= |:|\t)`,
    // server.c:12
    String.raw`([A-Za-z_./][\w./-]{1,80}):\d{1,6}(?= |:|\t)`,
    // server.cpp(12): · (server.go:12) · <server.c:12>
    String.raw`[<(]?([A-Za-z_][\w./-]{0,80}\.[a-z]{1,4})(?:\(\d{1,6}\)|:\d{1,6}[)>])(?= |:)`,
    // billing[4242]:
    String.raw`([A-Za-z_][\w./-]{1,60})\[\d{1,10}\]: `,
    // billing::charge: · com.acme.Billing text
    String.raw`([A-Za-z_]\w{0,60}(?:::\w{1,60}){1,8})(?=:? )`,
    String.raw`((?:[a-z]\w{0,30}\.){1,10}[A-Z]\w{1,60}(?<!Exception|Error))(?=:? )`,
    // net.http: · cacheStore: · LTND:
    String.raw`([A-Za-z_]\w{0,40}(?:[._/-][\w./-]{1,40}|[a-z][A-Z]\w{0,40})|[A-Z]{3,6}): `,
    // Play's "from org.acme.UserSrv in application-akka… - text"
    String.raw`from ([a-z]\w{0,40}(?:\.\w{1,60}){1,10}) in `,
    // ioBroker's hm-rpc.0 (1234)
    String.raw`([A-Za-z][\w-]{1,40}\.\d{1,3}) \(\d{1,8}\) `,
    // huey.consumer:MainThread:text
    String.raw`([a-z_]\w{0,40}(?:\.\w{1,40}){1,8}):(?=[A-Z]\w{1,40}:)`,
    // Domino's SMTP Server: text
    String.raw`([A-Z]\w{1,30}(?: [A-Z]\w{1,30}){1,2}): (?=\S{1,60} \S)`,
    // (billing) text · {billing} text
    String.raw`[(<{]([A-Za-z_][\w-]{2,30})[)>}] (?=\S{1,60} \S)`,
    // cache: evicting twelve · cache - evicting
    String.raw`(?![A-Z][a-z]+: \d)([A-Za-z_][\w-]{1,30})(?:: (?=\S{1,60} \S)| (?:[-|\u00bb\u203a]|::|--) (?=\S)|[|\t](?=[A-Za-z"]))`,
  ].join('|')})`,
)

/** Names with a mark at their end, or behind them. */
const MARKED = new RegExp(
  `^(?:${[
    // open_file(): text · Charger::open() text · Charger.open(): text
    String.raw`([A-Za-z_]\w{0,60}(?:(?:::|\.)~?[A-Za-z_]\w{0,60}){0,5})\(\): (?=\S)`,
    String.raw`([A-Z]\w{1,60}(?:(?:::|[.#])\w{1,60}){1,4})\(\)(?= )`,
    // charge(78): text
    String.raw`([A-Za-z_][\w./-]{1,60})\(\d{1,10}\): (?=\S)`,
    // HttpClient> text · HttpClient>> text
    String.raw`([A-Za-z_][\w.:/-]{1,60})>{1,2} (?=[^\s\d])`,
    // module:http text
    String.raw`(?:module|component|logger|subsystem|class):([A-Za-z_][\w.-]{1,60})(?= )`,
    // cache → evicting twelve · cache >> evicting twelve
    String.raw`([A-Za-z_][\w-]{0,30}[A-Za-z\d](?<!ed|ing)) (?:[~>\u2192\u279c\u2022]|>>) (?=[^\d\s]\S{0,60} \S)`,
  ].join('|')})`,
)
/** ) : > and ~ → ➜ • */
const MARKS = new Set([0x29, 0x3a, 0x3e, 0x7e, 0x2192, 0x279c, 0x2022])

/** Most texts have no such mark around their first space. */
function findMarked(text: string): string | undefined {
  const space = text.indexOf(' ')
  if (space < 1 || space > 90) return undefined
  if (
    !MARKS.has(text.charCodeAt(space - 1)) &&
    !MARKS.has(text.charCodeAt(space + 1)) &&
    text.lastIndexOf(':', space) < 0
  )
    return undefined
  const match = MARKED.exec(text)
  const name = match?.slice(1).find((group) => group !== undefined)
  if (name === undefined || delimitedLevel(name) !== undefined || isNeverName(name) || isLevelKey(name))
    return undefined
  return match?.[match.length - 1] !== undefined && isProseTag(name) ? undefined : name
}

/** A thread in brackets, or its number, in front of whoever wrote the line: "[pool-1-thread-2] - com.acme.Billing - text", "[pid:12] [tid:13] ". */
const THREAD = /^(?:[[({<]([\w.:#-]{1,60})[\])}>]|(\d{1,10}|main))(?: - | ?\| ?|: |\t| {1,3})(?=\S)/
/** Behind them, where the layout had no place for it. */
const LEVEL =
  /^(?:[[(<{]([A-Za-z]{1,11}) {0,4}[\])>}]:?|[-*=!~]{0,4}([A-Z]{3,9})[-*=!~]{0,4}:?|([a-z]{3,9}):|(?:level|lvl|severity|sev|loglevel)[:=]([A-Za-z]{3,9})[,;|]?) {1,4}(?=\S)/
const CLASS = /^([a-z]\w{0,40}(?:\.\w{1,60}){1,12})(?: - | \| |: |\] )/
const ID = /^(?:pid|tid|thread|process|proc)[:#=]?\d{1,10}$/i

/** Rich writes the place at the right margin: "Server started        main.py:12". */
const AT_MARGIN = / {2,}([A-Za-z_][\w./-]{0,80}\.[a-z]{1,4}):(\d{1,6})$/

function addWriter(fields: Fields, message: string): void {
  if (fields.get('logger') === '-') dropSign(fields)
  const logger = fields.get('logger')
  const isThread =
    typeof logger === 'string' && endsInDigit(logger) && !fields.has('thread') && THREAD_NAME.test(logger)
  if (!isThread && (logger !== undefined || fields.has('service') || fields.has('node') || fields.has('component')))
    return
  const { text, thread, level } = skipThreads(message)
  const name = writerOf(text, thread !== undefined || isThread, level)
  // What the layout took for the logger is the thread, as the class behind it shows.
  if (isThread && name !== undefined) {
    fields.set('thread', logger)
    fields.set('logger', name)
    return
  }
  if (isThread) {
    // A number is nobody's name.
    if (NUMBER_NAME.test(logger)) {
      fields.delete('logger')
      fields.set('thread', logger)
    }
    return
  }
  // A number alone is a thread only when a writer follows it.
  if (thread !== undefined && !fields.has('thread') && (name !== undefined || !/^(?:\d+|main)$/.test(thread)))
    fields.set('thread', thread)
  if (name !== undefined) fields.set('component', name)
  else addAbbreviated(fields, message) || addMargin(fields, message)
}

/** pool-1-thread-2, thread-7, worker-3, T7, 4242 */
const THREAD_NAME = /^(?:[\w.]{1,40}-(?:thread|exec)-\d{1,6}|(?:[Tt]hread|[Ww]orker)-\d{1,6}|T?\d{1,10})$/
const NUMBER_NAME = /^T?\d{1,10}$/

/** "WARN - [HttpClient] - text": a layout's column took the hyphen for the logger, and the class for the thread. */
function dropSign(fields: Fields): void {
  fields.delete('logger')
  const thread = fields.get('thread')
  if (typeof thread !== 'string' || isThreadLike(thread) || /^\d/.test(thread)) return
  fields.delete('thread')
  fields.set('logger', thread)
}

function endsInDigit(word: string): boolean {
  const last = word.charCodeAt(word.length - 1)
  return last >= 0x30 && last <= 0x39
}

/** Over the threads and processes in front, three at most; the last one's name. */
function skipThreads(message: string): { text: string; thread: string | undefined; level: boolean } {
  let text = message
  let thread: string | undefined
  let behindLevel = false
  for (let i = 0; i < 3; i++) {
    const match = THREAD.exec(text)
    const inner = match?.[1] ?? match?.[2]
    const level = LEVEL.exec(text)
    const word = level?.[1] ?? level?.[2] ?? level?.[3] ?? level?.[4] ?? ''
    if (level !== null && (isSureLevel(word) || (level[1] !== undefined && /^[DIWEF]$/.test(word)))) {
      text = text.slice(level[0].length)
      behindLevel = true
      continue
    }
    if (match === null || inner === undefined) break
    if (match[2] === undefined && !ID.test(inner) && !/^\d+$/.test(inner) && !isThreadLike(inner)) break
    if (match[2] !== undefined && i > 0) break
    thread = inner
    text = text.slice(match[0].length)
  }
  return { text, thread, level: behindLevel }
}

function writerOf(text: string, behindThread: boolean, behindLevel: boolean): string | undefined {
  const marked = findMarked(text)
  if (marked !== undefined) return marked
  const match = WRITER.exec(text) ?? (behindThread ? CLASS.exec(text) : null)
  if (match === null) return beforeLevel(text)
  const name = match.slice(1).find((group) => group !== undefined)
  if (name === undefined || delimitedLevel(name) !== undefined || isNeverName(name) || isLevelKey(name))
    return undefined
  // The last three are words that sentences may begin with as well.
  const isWordy = match.slice(-3).some((group) => group !== undefined)
  if (isWordy && !behindLevel && name.split(' ').some((word) => isProseTag(word))) return undefined
  return name.replace(/:\d{1,6}$/, '')
}

/** "charger [INFO]: text", "net.http <warn> text": a level in brackets, and a word in front of it. */
const BEFORE_LEVEL = /^([A-Za-z_][\w./-]{1,60}):? {1,3}[[(<{]([A-Za-z]{1,11})[\])>}]/

function beforeLevel(text: string): string | undefined {
  const match = BEFORE_LEVEL.exec(text)
  const name = match?.[1] ?? ''
  if (match === null || delimitedLevel(match[2] as string) === undefined) return undefined
  return delimitedLevel(name) !== undefined || isNeverName(name) ? undefined : name
}

/** Atlassian writes user, request and session before the class: "admin 2CM38K4Fx339 10.0.0.1 c.a.b.m.Repairs text". */
const ABBREVIATED = /(?:^|[ \]])((?:[a-z]\.){2,12}(?:[a-z]\w{0,30}\.){0,6}[A-Z]\w{1,80})(?=[ :]|$)/

/** Two letters with a dot behind each: c.a. */
function mayBeAbbreviated(message: string): boolean {
  for (let at = message.indexOf('.'); at > 0 && at < 300; at = message.indexOf('.', at + 1))
    if (message.charCodeAt(at + 2) === 0x2e) return true
  return false
}

function addAbbreviated(fields: Fields, message: string): boolean {
  if (!mayBeAbbreviated(message)) return false
  const match = ABBREVIATED.exec(message.length > 300 ? message.slice(0, 300) : message)
  if (match === null) return false
  fields.set('logger', match[1] as string)
  return true
}

function addMargin(fields: Fields, message: string): void {
  const match = message.endsWith(' ') || !message.includes('  ') ? null : AT_MARGIN.exec(message.slice(-160))
  if (match === null) return
  fields.set('component', match[1] as string)
  if (!fields.has('line')) fields.set('line', Number(match[2]))
}
