/** Marks of single systems that say a level or a writer beyond doubt: *ERROR*, ERROR>, %RMS-E-FNF, IEF404I, "main a.b.C:". */
import type { Instant } from '../../terms/instant.ts'
import type { Fields } from '../../terms/json.ts'
import { readTime, type TimeOptions } from '../../terms/time.ts'
import { add, addLevel, type Scan, sticky, weakWords } from './scan.ts'
import { capitalLevel, delimitedLevel, isSureLevel } from './words.ts'

/** Apache Sling's *ERROR* */
export function readStarredLevel(scan: Scan): boolean {
  const match = scan.hasLevel || scan.time === undefined ? null : sticky(/\*([A-Z]{4,8})\*(?=[\s:|,;])/y, scan)
  if (match === null || capitalLevel(match[1] as string) === undefined) return false
  return addLevel(scan, match[1] as string, scan.at + match[0].length)
}

/** Zig's info(http): text */
export function readScopedLevel(scan: Scan): boolean {
  if (scan.hasLevel || scan.named || weakWords(scan, false) > 0) return false
  const match = sticky(/([A-Za-z]{3,8})\(([A-Za-z_][\w.:-]{0,60})\):(?= )/y, scan)
  if (match === null || !isSureLevel(match[1] as string)) return false
  addLevel(scan, match[1] as string, scan.at)
  scan.named = true
  return add(scan, 'name', match[2] as string, scan.at + match[0].length, true)
}

/** OpenVMS and switches of its school: %RMS-E-FNF, text · %STP-W-PORTSTATUS: text */
const VMS_LEVELS = new Map([
  ['S', 'success'],
  ['I', 'info'],
  ['W', 'warning'],
  ['E', 'error'],
  ['F', 'fatal'],
])

export function readVmsMessage(scan: Scan): boolean {
  if (scan.hasLevel || scan.named) return false
  const match = sticky(/%([A-Z][A-Z0-9_$]{1,40})-([SIWEF])-([A-Za-z0-9_$]{1,60})(?:,|:) ?/y, scan)
  if (match === null) return false
  const end = scan.at + match[0].trimEnd().length
  add(scan, 'tag', match[1] as string, end, true, undefined, `${match[1]}-${match[2]}-${match[3]}`)
  scan.named = true
  return addLevel(scan, VMS_LEVELS.get(match[2] as string) as string, end)
}

/** SQL Server Agent behind its time: "- ! [298] ", an error; + warns, ? informs. */
const AGENT_LEVELS = new Map([
  ['!', 'error'],
  ['+', 'warning'],
  ['?', 'info'],
])

export function readAgentLevel(scan: Scan): boolean {
  if (scan.hasLevel || scan.tokens.length !== 1 || scan.time === undefined) return false
  const match = sticky(/([!?+]) \[(\d{1,4})\](?= )/y, scan)
  if (match === null) return false
  addLevel(scan, AGENT_LEVELS.get(match[1] as string) as string, scan.at + 1)
  return add(scan, 'group', match[2] as string, scan.at + match[0].length - 1, true)
}

/** Oracle Coherence, behind its time and uptime: "/1.234 Oracle Coherence GE 14.1.1.0.0 <Info> (thread=main, member=n/a): ". */
export function readCoherence(scan: Scan): boolean {
  if (scan.hasLevel || scan.time === undefined || scan.tokens.length > 2) return false
  const match = sticky(/Oracle Coherence( [A-Z]{2,4} [\d.]{1,24})? <([A-Za-z]{4,8}|D[1-9])> (?=\(thread=)/y, scan)
  const level = match?.[2] ?? ''
  if (match === null || (delimitedLevel(level) === undefined && !/^D\d$/.test(level))) return false
  const end = scan.at + match[0].length - 1
  // What stands between is the uptime, in seconds.
  const uptime = scan.tokens[1]
  if (uptime?.text.startsWith('/')) scan.tokens[1] = { ...uptime, kind: 'pid', text: uptime.text.slice(1) }
  scan.named = true
  add(scan, 'program', 'Oracle Coherence', end, true)
  if (match[1] !== undefined) add(scan, 'group', match[1].trim(), end, false)
  return addLevel(scan, level, end)
}

const THREAD_AND_CLASS =
  /(main|[A-Za-z][\w.-]{0,60}[-#]\d{1,6})[ \t]{1,3}(?=[A-Za-z_]\w{0,60}(?:(?:\.|::)[\w$]{1,60}){1,12}(?::? |\t))/y

/** Between level and class: "INFO main sc_cli::runner: ", "WARN<tab>query-execution-12<tab>io.trino.Foo<tab>". */
export function readThreadBeforeClass(scan: Scan, word: string): boolean {
  const last = word.charCodeAt(word.length - 1)
  if (!(last >= 0x30 && last <= 0x39) && word !== 'main') return false
  if (!scan.hasLevel || scan.time === undefined || scan.named || weakWords(scan, false) > 0) return false
  const match = sticky(THREAD_AND_CLASS, scan)
  return match !== null && add(scan, 'pid', match[1] as string, scan.at + (match[1] as string).length, true)
}

/** Ruby's Semantic Logger: "I [1234:main file.rb:12] (12.3ms) {id: abc} Jobs::Import -- text". */
const SEMANTIC =
  /((?:\([\d.]{1,12}(?:ms|s|m)\) )?(?:\[[^\][]{1,200}\] )?(?:\{[^{}]{1,200}\} )?)([A-Z]\w{0,60}(?:::\w{1,60}){0,8}) -- /y

export function readSemantic(scan: Scan): boolean {
  if (!scan.hasLevel || scan.named || scan.time === undefined || scan.tokens.at(-1)?.kind !== 'pid') return false
  const match = sticky(SEMANTIC, scan)
  if (match === null) return false
  const end = scan.at + match[0].length - 4
  if (match[1] !== '') add(scan, 'group', (match[1] as string).trim(), end, false)
  scan.named = true
  return add(scan, 'name', match[2] as string, end, true)
}

/** A level that stands behind a thread: " WARN ", "] - [WARN] ". */
const LEVEL_AHEAD =
  /[\])>}]?[ \t]{0,4}[-|:,;]?[ \t]{0,4}(?:[[(<] ?([A-Za-z]{1,8}) ?[\])>]|([A-Z]{3,8}|[DIWEF]))(?=[\s:|,;-])/y

function levelFollows(scan: Scan, end: number): boolean {
  LEVEL_AHEAD.lastIndex = end
  const match = LEVEL_AHEAD.exec(scan.text)
  if (match === null) return false
  const [, bracketed, bare = ''] = match
  if (bracketed !== undefined) return delimitedLevel(bracketed) !== undefined
  return bare.length === 1 || capitalLevel(bare) !== undefined
}

/** "time com.acme.Billing [main] WARN ", "… 1234 WARN ": between the class, which was found, and the level. */
export function readThreadBeforeLevel(scan: Scan): boolean {
  if (!(scan.named || scan.celled) || scan.hasLevel || scan.time === undefined || weakWords(scan, false) > 0)
    return false
  const match = sticky(/[[({<]([\w .#:/-]{1,80})[\])}>]|\d{1,10}(?=[ \t|,;])/y, scan)
  if (match === null || !levelFollows(scan, scan.at + match[0].length)) return false
  return add(scan, 'pid', match[1] ?? match[0], scan.at + match[0].length, true)
}

/** {INFO}, in front of a time or behind it. */
export function readBracedLevel(scan: Scan): boolean {
  if (scan.hasLevel || weakWords(scan, false) > 0) return false
  const match = sticky(/\{ ?([A-Za-z]{1,11}) ?\}(?=[\s|:,;[])/y, scan)
  if (match === null || delimitedLevel(match[1] as string) === undefined) return false
  const end = scan.at + match[0].length
  if (scan.time === undefined && !/^ {0,2}[[(<{]?\d/.test(scan.text.slice(end, end + 4))) return false
  return addLevel(scan, match[1] as string, end)
}

/** {BillingService} right behind a time or a level. */
export function readBracedName(scan: Scan): boolean {
  const last = scan.tokens.at(-1)?.kind
  if (last !== 'time' && last !== 'level') return false
  if (scan.named || scan.time === undefined) return false
  const match = sticky(/\{([A-Za-z_][\w.$-]{1,80})\}(?=[\s|:,;])/y, scan)
  return match !== null && add(scan, 'group', match[1] as string, scan.at + match[0].length, true)
}

/** Names with something in parentheses: Open vSwitch's |timeval(handler12)|, IBM MQ's "Process(1234.1) User(mqm) Program(amqzxma0)". */
export function readCall(scan: Scan): boolean {
  if (scan.named || scan.time === undefined || weakWords(scan, false) > 0) return false
  const thread = scan.mark === 0x7c ? sticky(/([a-z]\w{0,60})\((\w{1,40})\)(?=\|)/y, scan) : null
  if (thread !== null) {
    scan.celled = true
    const end = scan.at + thread[0].length
    add(scan, 'cell', thread[1] as string, end, true)
    return add(scan, 'pid', thread[2] as string, end, true)
  }
  const process = sticky(/Process\((\d{1,10}\.\d{1,10})\) User\([^()]{0,80}\) Program\(([^()]{1,120})\)/y, scan)
  if (process === null) return false
  scan.named = true
  const end = scan.at + process[0].length
  add(scan, 'group', process[0], end, false)
  return add(scan, 'program', process[2] as string, end, true, process[1])
}

/** IBM's messages number themselves, and the letter behind the number says how bad it is: AMQ8003I, ANS1228E, IEF404I. */
const MESSAGE_ID = /^(?:\([^()]{1,20}\) )?([A-Z]{3,5}\d{3,5}([IWEST]))(?=[: ])/
const ID_LEVELS = new Map([
  ['I', 'info'],
  ['W', 'warning'],
  ['E', 'error'],
  ['S', 'error'],
  ['T', 'fatal'],
])

export function putMessageId(fields: Fields, message: string): void {
  const code = message.charCodeAt(0)
  if (code !== 0x28 && !(code >= 0x41 && code <= 0x5a)) return
  const match = MESSAGE_ID.exec(message)
  if (match === null) return
  if (!fields.has('event')) fields.set('event', match[1] as string)
  if (!fields.has('level')) fields.set('level', ID_LEVELS.get(match[2] as string) as string)
}

/** Far enough for uWSGI's requests; a time further on is something that the message speaks of. */
const SEARCHED = 300
const INNER_TIME =
  /(?:[[(@]|(?<!=)")\s?(?=\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d|\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:|\d\d:\d\d:\d\d:\d{3}\]: )/g

/** A whole time in brackets, quotes or behind an @, of a line whose head has none. */
export function findInnerTime(text: string, options: TimeOptions): Instant | undefined {
  if (!text.includes(':')) return undefined
  const searched = text.length > SEARCHED ? text.slice(0, SEARCHED) : text
  INNER_TIME.lastIndex = 0
  if (INNER_TIME.exec(searched) === null) return undefined
  return readTime(searched, INNER_TIME.lastIndex, options)?.instant
}
