/**
 * The second look at lines of formats with layouts of only time, level and message, which lines of many programs fit:
 * who wrote the line, and its level, when the message begins with them. The message keeps both.
 */
import type { ParsedLine } from '../../record.ts'
import type { Fields } from '../../terms/json.ts'
import { findLateLevel } from './late-level.ts'
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
])

/** Adds what the message says of itself. */
export function lookAgain({ fields, format }: ParsedLine): void {
  const message = fields.get('message')
  if (typeof message !== 'string') return
  if (format !== 'general' && !fields.has('level') && !hasLevelKey(fields, message)) {
    const level = findLateLevel(message)
    if (level !== undefined) fields.set('level', level)
  }
  addWriter(fields, message)
}

function hasLevelKey(fields: Fields, message: string): boolean {
  if (message.includes('=')) for (const name of fields.keys()) if (isLevelKey(name)) return true
  return false
}

const WRITER = new RegExp(
  `^(?:${[
    // (app.views) · <net/http> · {Billing}
    String.raw`[(<{]([A-Za-z_]\w{0,40}(?:[._/-][\w./-]{1,40}|[a-z][A-Z]\w{0,40}))(?::\d{1,6})?[)>}](?= |:)`,
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
    String.raw`([A-Za-z_][\w-]{1,30})(?:: (?=\S{1,60} \S)| [-|] (?=\S))`,
  ].join('|')})`,
)

/** What stands before a colon in sentences rather than at the beginning of a program's own lines. */
const PROSE_TAGS = new Set(
  (
    'error warning note notice failed failure failures exception usage hint reason result results caused cause message messages version ' +
    'status total time date url uri http https ftp file path response request success done loaded starting started stopped ' +
    'stopping exit output input example default config configuration using options option arguments args command cmd ' +
    'address port host hostname server user username login connection connected disconnected listening received sent ' +
    'sending from to at in of by with for on id key value name type size count state mode info debug fatal critical ' +
    'unknown invalid missing expected actual got found cannot could unable please see tip important attention deprecated ' +
    'summary details detail description stack trace traceback body data payload query params headers code line column ' +
    'running finished completed waiting retry retrying attempt'
  ).split(' '),
)

/** A thread in brackets, or its number, in front of whoever wrote the line: "[pool-1-thread-2] - com.acme.Billing - text", "[pid:12] [tid:13] ". */
const THREAD = /^(?:[[({<]([\w.:#-]{1,60})[\])}>]|(\d{1,10}))(?: - | \| |: | {1,3})(?=\S)/
/** Behind them, where the layout had no place for it. */
const LEVEL = /^(?:[[(<{]([A-Za-z]{1,11}) {0,4}[\])>}]:?|([A-Z]{3,9}):?|([a-z]{3,9}):) {1,4}(?=\S)/
const CLASS = /^([a-z]\w{0,40}(?:\.\w{1,60}){1,12})(?: - | \| |: |\] )/
const ID = /^(?:pid|tid|thread|process|proc)[:#=]?\d{1,10}$/i

/** Rich writes the place at the right margin: "Server started        main.py:12". */
const AT_MARGIN = / {2,}([A-Za-z_][\w./-]{0,80}\.[a-z]{1,4}):(\d{1,6})$/

function addWriter(fields: Fields, message: string): void {
  const logger = fields.get('logger')
  const isThread =
    typeof logger === 'string' && !fields.has('thread') && /^[\w.]{1,40}-(?:thread|exec)-\d{1,6}$/.test(logger)
  if (!isThread && (logger !== undefined || fields.has('service') || fields.has('node') || fields.has('component')))
    return
  const { text, thread } = skipThreads(message)
  const name = writerOf(text, thread !== undefined || isThread)
  // What the layout took for the logger is the thread, as the class behind it shows.
  if (isThread && name !== undefined) {
    fields.set('thread', logger)
    fields.set('logger', name)
    return
  }
  if (isThread) return
  // A number alone is a thread only when a writer follows it.
  if (thread !== undefined && !fields.has('thread') && (name !== undefined || !/^\d+$/.test(thread)))
    fields.set('thread', thread)
  if (name !== undefined) fields.set('component', name)
  else addAbbreviated(fields, message) || addMargin(fields, message)
}

/** Over the threads and processes in front, three at most; the last one's name. */
function skipThreads(message: string): { text: string; thread: string | undefined } {
  let text = message
  let thread: string | undefined
  for (let i = 0; i < 3; i++) {
    const match = THREAD.exec(text)
    const inner = match?.[1] ?? match?.[2]
    const level = LEVEL.exec(text)
    const word = level?.[1] ?? level?.[2] ?? level?.[3] ?? ''
    if (level !== null && (isSureLevel(word) || (level[1] !== undefined && /^[DIWEF]$/.test(word)))) {
      text = text.slice(level[0].length)
      continue
    }
    if (match === null || inner === undefined) break
    if (match[2] === undefined && !ID.test(inner) && !/^\d+$/.test(inner) && !isThreadLike(inner)) break
    if (match[2] !== undefined && i > 0) break
    thread = inner
    text = text.slice(match[0].length)
  }
  return { text, thread }
}

function writerOf(text: string, behindThread: boolean): string | undefined {
  const match = WRITER.exec(text) ?? (behindThread ? CLASS.exec(text) : null)
  if (match === null) return undefined
  const name = match.slice(1).find((group) => group !== undefined)
  if (name === undefined || delimitedLevel(name) !== undefined) return undefined
  // The last three are words that sentences may begin with as well.
  const isWordy = match.slice(-3).some((group) => group !== undefined)
  if (isWordy && name.split(' ').some((word) => PROSE_TAGS.has(word.toLowerCase()))) return undefined
  return name.replace(/:\d{1,6}$/, '')
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
