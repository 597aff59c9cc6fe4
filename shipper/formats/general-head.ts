/**
 * The head of a line of no known format: the tokens before its message, told apart by what they look like. A strong
 * token (a time, a level, a program with its pid, a bracketed group, a column) belongs to the head with everything
 * before it; weak ones (bare words, numbers) belong to it only when a strong one follows, else to the message.
 */
import type { Instant } from '../terms/instant.ts'
import { readTime, type TimeOptions } from '../terms/time.ts'
import { parts } from '../terms/time-parts.ts'
import {
  capitalLevel,
  delimitedLevel,
  isDotted,
  isHostLike,
  isLevelKey,
  isName,
  isProse,
  isThreadLike,
  isTimeKey,
  spacedLevel,
} from './general-words.ts'

export type TokenKind =
  | 'time'
  | 'level'
  | 'priority'
  | 'program'
  | 'tag'
  | 'name'
  | 'cell'
  | 'group'
  | 'pid'
  | 'number'
  | 'pair'
  | 'word'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Of `name[pid]`: the pid; of `name:12`: the line. */
  readonly number: string | undefined
  /** Of `sshd(pam_unix)[1]`: pam_unix. */
  readonly part: string | undefined
  readonly strong: boolean
}

export interface Head {
  readonly tokens: Token[]
  time: Instant | undefined
  /** Index of the chosen time in tokens. */
  timeToken: number
  /** Index at which the message begins. */
  end: number
}

interface Scan extends Head {
  readonly text: string
  readonly options: TimeOptions
  at: number
  /** Tokens up to the last strong one. */
  strong: number
  timeRank: number
  hasLevel: boolean
  /** A program, class or component with its own mark was found: only a level or a time may still follow. */
  named: boolean
  /** A column named the component: what looks like a tag behind it is the message's. */
  celled: boolean
  /** The mark that stood before the current token: a column separator, or 0. */
  mark: number
  zoned: Instant | undefined
}

const MAX_TOKENS = 22
/** A head that has not ended here is no head. */
const MAX_HEAD = 512

export function readHead(text: string, options: TimeOptions): Head {
  const scan: Scan = {
    text,
    options,
    at: 0,
    tokens: [],
    strong: 0,
    end: 0,
    time: undefined,
    timeToken: -1,
    timeRank: 0,
    hasLevel: false,
    named: false,
    celled: false,
    mark: 0,
    zoned: undefined,
  }
  const limit = Math.min(text.length, MAX_HEAD)
  while (scan.tokens.length < MAX_TOKENS) {
    skipMarks(scan)
    if (scan.at >= limit || !step(scan)) break
  }
  scan.tokens.length = scan.strong
  scan.end = messageStart(text, scan.end)
  return scan
}

/** Reads one token; false when the message has begun. */
function step(scan: Scan): boolean {
  const { text, at } = scan
  const code = text.charCodeAt(at)
  if (code === 0x5b || code === 0x28 || code === 0x3c) return readBracket(scan, code)
  if (code >= 0x30 && code <= 0x39 && at === 0) {
    // Sybase: kernel, family and process numbers right before the time.
    const sybase = sticky(/\d\d:(?:\d{4,6}:){1,3}(?=\d{4}\/\d\d\/)/y, scan)
    if (sybase !== null) add(scan, 'number', sybase[0].slice(0, -1), sybase[0].length, false)
    return readTimeToken(scan, scan.at) || readNumber(scan) || readWord(scan)
  }
  if (code >= 0x30 && code <= 0x39) return readTimeToken(scan, at) || readNumber(scan) || readWord(scan)
  if (code === 0x23) return readNumber(scan)
  if (code === 0x25) return readCisco(scan)
  if (code === 0x7b) return readTimeToken(scan, at + 1)
  return (
    readTimeToken(scan, at) ||
    readKlog(scan) ||
    readVmware(scan) ||
    readPair(scan) ||
    readProgram(scan) ||
    readWord(scan)
  )
}

/** Spaces, and what separates columns: | , ; tab, hyphens and colons of their own, closing brackets, quotes. */
function skipMarks(scan: Scan): void {
  const { text } = scan
  scan.mark = 0
  for (; scan.at < text.length; scan.at++) {
    const code = text.charCodeAt(scan.at)
    if (code === 0x20 || code === 0xfeff) continue
    if (code === 0x7c || code === 0x09 || code === 0x2c || code === 0x3b) scan.mark = code
    else if (code === 0x2d || code === 0x3a || code === 0x2a || code === 0x23 || code === 0x2e) {
      // "- ", " : ", "--", Cisco's *Mar 1 and .Mar 1, WebLogic's ####<
      const next = text.charCodeAt(scan.at + 1)
      const isLone = next === 0x20 || next === code || (code === 0x23 && next === 0x3c)
      const beforeTime = scan.at === 0 && (code === 0x2a || code === 0x2e)
      const behindToken = code === 0x3a && scan.end === scan.at && scan.end > 0
      if (!isLone && !beforeTime && !behindToken && text.length > scan.at + 1) return
    } else if (
      code !== 0x5d &&
      code !== 0x29 &&
      code !== 0x3e &&
      code !== 0x22 &&
      (code !== 0x7d || scan.end !== scan.at)
    )
      return
  }
}

function weakCount(scan: Scan): number {
  return scan.tokens.length - scan.strong
}

/** How many weak tokens since the last strong one are words rather than numbers. */
function weakWords(scan: Scan, prose: boolean): number {
  let count = 0
  for (let i = scan.strong; i < scan.tokens.length; i++) {
    const token = scan.tokens[i] as Token
    if (token.kind === 'word' && (!prose || isProse(token.text))) count++
  }
  return count
}

function add(
  scan: Scan,
  kind: TokenKind,
  text: string,
  end: number,
  strong: boolean,
  number?: string,
  part?: string,
): boolean {
  scan.tokens.push({ kind, text, strong, number, part })
  scan.at = end
  if (strong) {
    scan.strong = scan.tokens.length
    scan.end = end
  }
  return true
}

function addLevel(scan: Scan, text: string, end: number): boolean {
  scan.hasLevel = true
  // BGL's "RAS KERNEL INFO ciod: …": the word before the level is the component.
  if (weakWords(scan, false) > 1) scan.celled = true
  return add(scan, 'level', text, end, true)
}

/** A time is better the more it says: date and zone, year, date, clock. A second one must be better, and close by. */
function readTimeToken(scan: Scan, at: number): boolean {
  const { text, options } = scan
  parts.year = 0
  const match = readTime(text, at, options)
  if (match === undefined) return false
  const raw = text.slice(at, match.end)
  const isEpoch = /^\d{10}/.test(raw) && !/^\d{14}(?:\d{3})?(?!\d)/.test(raw)
  const rank = isEpoch ? 4 : /^\d\d?:/.test(raw) ? 1 : parts.year === 0 ? 2 : 3
  const words = weakWords(scan, false)
  if (rank === 1 && (words > 0 || scan.timeRank > 0)) return false
  if (rank === 2 && words > 4) return false
  if (isEpoch && (scan.timeRank > 2 || !epochMayStand(scan, match.instant))) return false
  if (scan.timeRank > 0) {
    if (weakWords(scan, true) > 1) return false
    const gap = Math.abs(match.instant.seconds - (scan.time as Instant).seconds)
    if (scan.timeRank > 2 && rank > 2 && gap > 26 * 3600) return false
  }
  if (words > 1) scan.celled = true
  if (rank > scan.timeRank || (rank === scan.timeRank && match.instant.nanos > 0 && scan.time?.nanos === 0)) {
    scan.time = match.instant
    scan.timeRank = rank
    scan.timeToken = scan.tokens.length
  } else if (scan.timeRank === 4 && scan.time?.nanos === 0 && match.instant.nanos > 0) {
    // An epoch in whole seconds beside a local time with a fraction: the same moment, seen in a zone that is not told.
    const difference = match.instant.seconds - scan.time.seconds
    if (difference % 900 === 0) scan.time = { seconds: scan.time.seconds, nanos: match.instant.nanos }
  }
  return add(scan, 'time', raw, match.end, true)
}

/** A number of ten digits in the middle of a line is a time only where heads are made of columns. */
function epochMayStand(scan: Scan, instant: Instant): boolean {
  if (instant.seconds > scan.options.now.seconds + 86_400) return false
  const first = scan.tokens[0]
  if (scan.tokens.length === 1 && !isProse((first as Token).text)) return true
  return (
    first === undefined ||
    first.kind === 'pair' ||
    first.strong ||
    scan.mark !== 0 ||
    first.kind === 'number' ||
    /^[-*[<"(]/.test(scan.text)
  )
}

function readNumber(scan: Scan): boolean {
  const match = sticky(/(#?\d{1,19}|0x[0-9a-f]{1,16})(?=[\s|,;:\])]|$)/y, scan)
  if (match === null) return false
  if (scan.named || weakCount(scan) > 6) return false
  return add(scan, 'number', match[0], scan.at + match[0].length, false)
}

function sticky(pattern: RegExp, scan: Scan): RegExpExecArray | null {
  pattern.lastIndex = scan.at
  return pattern.exec(scan.text)
}

const CLOSE = new Map([
  [0x5b, ']'],
  [0x28, ')'],
  [0x3c, '>'],
])

function readBracket(scan: Scan, open: number): boolean {
  const { text, at } = scan
  let inner = at + 1
  while (text.charCodeAt(inner) === 0x20) inner++
  if (readTimeToken(scan, inner)) return true
  // Tornado: [I 10:11:12.123 LabApp].
  if (!scan.hasLevel && /^[DIWEC] \d/.test(text.slice(inner, inner + 3)) && readTimeToken(scan, inner + 2)) {
    return addLevel(scan, text.charAt(inner), scan.at)
  }
  const close = closing(text, at, open)
  if (close < 0) return false
  const word = text.slice(inner, close).trim()
  if (open === 0x3c && scan.tokens.length === 0 && /^\d{1,3}$/.test(word))
    return add(scan, 'priority', word, close + 1, true)
  const direct = weakWords(scan, false) === 0
  if (!scan.hasLevel && (direct || weakWords(scan, true) < 2)) {
    if (delimitedLevel(word)) return addLevel(scan, word, close + 1)
    const pair = /^[\w #.-]{0,60}[:/ .]([A-Za-z]{3,9})$/.exec(word)
    const level = pair?.[1]
    if (level !== undefined && delimitedLevel(level)) {
      const before = word.slice(0, -level.length - 1)
      if (before !== '') add(scan, 'group', before, close + 1, true)
      return addLevel(scan, level, close + 1)
    }
  }
  if (scan.named || !direct || word === '') return false
  if (/^(?:pid|tid|thread)?[ :=#]{0,2}\d+(?:[:/#.-]\d+)*$/i.test(word)) return add(scan, 'pid', word, close + 1, true)
  const alone = scan.tokens.length === 0
  if (open === 0x3c && !alone && !isName(word)) return false
  if (open === 0x28 && (word.includes(' ') || !isName(word))) return false
  // [id=42], [MSGID: 1]: belongs to the head only if something better follows.
  if (/[=]|: /.test(word) && !isThreadLike(word)) return add(scan, 'group', word, close + 1, false)
  // Zookeeper's [thread:Class@line] is all that names the writer.
  if (/@\d+$/.test(word)) scan.named = true
  return add(scan, 'group', word, close + 1, true)
}

/** Brackets of the same kind may nest; a group is short. */
function closing(text: string, at: number, open: number): number {
  const close = (CLOSE.get(open) as string).charCodeAt(0)
  const limit = Math.min(text.length, at + 400)
  let depth = 0
  for (let i = at; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (code === open) depth++
    else if (code === close && --depth === 0) return i
  }
  return -1
}

/** %ASA-6-302013: facility, severity, mnemonic. */
function readCisco(scan: Scan): boolean {
  const match = sticky(/%([A-Z][A-Z0-9_]{0,40}(?:-[A-Z][A-Z0-9_]{0,40}){0,3})-([0-7])-([A-Z0-9_]{1,60}):/y, scan)
  if (match === null) return false
  const end = scan.at + match[0].length
  add(scan, 'tag', `${match[1]}`, end, true, undefined, match[3])
  scan.named = true
  return addLevel(scan, match[2] as string, end)
}

/** I0505 12:30:11.123456: a letter and a date without a space. */
function readKlog(scan: Scan): boolean {
  const match = sticky(/[TDIWEFC](?=\d{4}(?:\d{4})? \d\d:)/y, scan)
  if (match === null || scan.hasLevel || !readTimeToken(scan, scan.at + 1)) return false
  scan.hasLevel = true
  const time = scan.tokens.pop() as Token
  scan.tokens.push({ kind: 'level', text: match[0], strong: true, number: undefined, part: undefined }, time)
  scan.timeToken = scan.tokens.length - 1
  scan.strong = scan.tokens.length
  return true
}

/** time="…", level=warn, audit(1364481363.243:24287). Pairs of other names are left to the message. */
function readPair(scan: Scan): boolean {
  const match = sticky(/(?:msg=)?audit\(|([A-Za-z@_][\w.-]{0,30})(?:=|":\s?)"?/y, scan)
  if (match === null) return false
  const value = scan.at + match[0].length
  const key = match[1]
  if (key === undefined || isTimeKey(key)) return readTimeToken(scan, value)
  if (!isLevelKey(key) || scan.hasLevel) return readOtherPair(scan, value)
  const word = /[A-Za-z]{1,13}(?=[\s",;|\])}]|$)/y
  word.lastIndex = value
  const level = word.exec(scan.text)
  return level !== null && delimitedLevel(level[0]) !== undefined && addLevel(scan, level[0], value + level[0].length)
}

/** A pair of another name, in a head that is made of pairs: the time or the level may still come. */
function readOtherPair(scan: Scan, value: number): boolean {
  if (scan.named || weakWords(scan, false) > 0 || weakCount(scan) > 4 || (scan.time !== undefined && scan.hasLevel))
    return false
  const match = /"[^"]{0,100}"|[^\s"]{1,100}/y
  match.lastIndex = scan.text.charCodeAt(value - 1) === 0x22 ? value - 1 : value
  const end = match.exec(scan.text) === null ? value : match.lastIndex
  return add(scan, 'pair', '', end, false)
}

const PROGRAM = /([A-Za-z_./][\w./@+~:-]{0,100})(?:\(([^()\s]{1,80})\))?\[(\d{1,10}|[\w.:-]{1,40})\](?=[:\s]|$):?/y
/** Behind a host, on desktops: Microsoft Word[14463], Google Chrome Helper[99]. */
const SPACED_PROGRAM = /([A-Za-z][\w.+-]{0,40}(?: [\w.+()-]{1,40}){1,3})()\[(\d{1,10})\](?=[:\s]):?/y
/** logcat -v brief: D/Tag( 123): */
const LOGCAT = /([VDIWEFA])\/([^:()\n]{1,80})\(\s{0,6}(\d{1,7})\):/y

/** name[pid], name(module)[pid]: with its colon or without. */
function readProgram(scan: Scan): boolean {
  if (scan.named) return false
  const logcat = scan.hasLevel ? null : sticky(LOGCAT, scan)
  if (logcat !== null) {
    addLevel(scan, logcat[1] as string, scan.at + 1)
    scan.named = true
    const end = scan.at + logcat[0].length - 1
    return add(scan, 'tag', (logcat[2] as string).trim(), end, true, logcat[3])
  }
  if (weakWords(scan, false) > 3) return false
  if (levelBeforeProgram(scan)) return true
  const match = sticky(PROGRAM, scan) ?? (weakWords(scan, false) === 1 ? sticky(SPACED_PROGRAM, scan) : null)
  if (match === null || (scan.time === undefined && !match[0].endsWith(':'))) return false
  const isPid = /^\d+$/.test(match[3] as string)
  if (isPid && !scan.hasLevel && capitalLevel(match[1] as string)) {
    // Asterisk's VERBOSE[1234]
    addLevel(scan, match[1] as string, scan.at + (match[1] as string).length)
    return true
  }
  if (!isPid && (!match[0].endsWith(':') || weakWords(scan, true) > 1)) return false
  scan.named = true
  return add(scan, 'program', match[1] as string, scan.at + match[0].length, true, match[3], match[2] || undefined)
}

/** F5 and others: "host warning tmm1[123]: ". */
function levelBeforeProgram(scan: Scan): boolean {
  if (scan.hasLevel || weakWords(scan, false) !== 1) return false
  const match = sticky(/([a-z]{3,9})(?= [A-Za-z_./][\w./@+~:-]{0,60}(?:\[\d{1,10}\])?: )/y, scan)
  return (
    match !== null &&
    delimitedLevel(match[1] as string) !== undefined &&
    addLevel(scan, match[1] as string, scan.at + match[0].length)
  )
}

/** VMware's In(182), Wa(180), Er(179) before the program. */
const VMWARE = new Map([
  ['In', 'info'],
  ['No', 'notice'],
  ['Wa', 'warning'],
  ['Er', 'error'],
  ['Al', 'alert'],
  ['Cr', 'critical'],
  ['Em', 'emergency'],
  ['Db', 'debug'],
  ['De', 'debug'],
])

function readVmware(scan: Scan): boolean {
  if (scan.time === undefined || scan.hasLevel || scan.tokens.length !== 1) return false
  const match = sticky(/([A-Z][a-z])\((\d{1,4})\) /y, scan)
  const level = match === null ? undefined : VMWARE.get(match[1] as string)
  if (match === null || level === undefined) return false
  add(scan, 'priority', match[2] as string, scan.at + match[0].length - 1, true)
  return addLevel(scan, level, scan.at)
}

const WORD = /[^\s|[\](){}<>"',;=]{1,160}/y

function readWord(scan: Scan): boolean {
  if (scan.mark === 0x7c && readCell(scan)) return true
  const match = sticky(WORD, scan)
  if (match === null) return false
  const word = match[0]
  const end = scan.at + word.length
  const next = scan.text.charCodeAt(end)
  if (word.length > 1 && word.endsWith(':') && !(next > 0x20)) return readTag(scan, word.slice(0, -1), end)
  if (next === 0x3d || next === 0x28 || next === 0x27 || next === 0x7b || next === 0x3c) return false
  return readBareLevel(scan, word, end) || readName(scan, word, end) || readWeak(scan, word, end)
}

/** A cell between bars that holds spaces. */
function readCell(scan: Scan): boolean {
  const { text, at } = scan
  const bar = text.indexOf('|', at)
  if (bar < 0 || bar - at > 80 || scan.named) return false
  const cell = text.slice(at, bar).trim()
  if (!cell.includes(' ') || cell.includes('=') || cell.split(' ').length > 6) return false
  return add(scan, 'group', cell, bar, true)
}

function readTag(scan: Scan, name: string, end: number): boolean {
  const words = weakWords(scan, false)
  if (!scan.hasLevel && words === 0 && delimitedLevel(name)) {
    // A message that begins "error: " keeps the word; a head that holds "ERROR: " is rid of it.
    const start = scan.named || scan.celled ? scan.end : end
    addLevel(scan, name, end)
    scan.end = start
    return start === end
  }
  if (!scan.hasLevel && isLevelKey(name)) {
    const level = /\s{1,3}([A-Za-z]{3,13})(?=[\s,;]|$)/y
    level.lastIndex = end
    const match = level.exec(scan.text)
    if (match !== null && delimitedLevel(match[1] as string)) return addLevel(scan, match[1] as string, level.lastIndex)
  }
  if (scan.named || scan.celled || !isName(name) || (scan.time === undefined && !scan.hasLevel)) return false
  if (words > 1 || (words === 1 && !hostMayStand(scan))) return false
  scan.named = true
  const numbered = /^(.{1,100}):(\d{1,6})$/.exec(name)
  if (numbered) return add(scan, 'tag', numbered[1] as string, end, true, numbered[2])
  return add(scan, 'tag', name, end, true)
}

/** "host tag:" stands behind syslog's times; elsewhere the word must look like a host. */
function hostMayStand(scan: Scan): boolean {
  const host = scan.tokens[scan.tokens.length - 1] as Token
  const before = scan.tokens[scan.tokens.length - 2]
  if (host.kind !== 'word' || before?.kind !== 'time') return false
  return isHostLike(host.text) || (/^[A-Z][a-z]{2} |\dT\d/.test(before.text) && !scan.hasLevel)
}

function readBareLevel(scan: Scan, word: string, end: number): boolean {
  if (scan.hasLevel) return false
  const words = weakWords(scan, false)
  const prose = weakWords(scan, true)
  if (capitalLevel(word) && prose <= 1 && !(scan.named && words > 0) && !/^[A-Z][a-z]/.test(lastWord(scan))) {
    return addLevel(scan, word, end)
  }
  if (words > 0) return false
  if (scan.tokens.length === 0)
    return (
      /^[VDIWEFTC]$/.test(word) && readTime(scan.text, end + 1, scan.options) !== undefined && addLevel(scan, word, end)
    )
  const column = endsColumn(scan.text, end)
  if (column && /^(?:Default|Fault)$/.test(word) && lastWord(scan).startsWith('0x')) return addLevel(scan, word, end)
  if (word.length === 1) {
    const isLetter = /[VDIWEFTC]/.test(word) || (/[AN]/.test(word) && weakCount(scan) === 2)
    return isLetter && !/^\s[a-z]{1,5}\s/.test(scan.text.slice(end, end + 7)) && addLevel(scan, word, end)
  }
  if (scan.named && !column) return false
  return spacedLevel(word, column) !== undefined && addLevel(scan, word, end)
}

function lastWord(scan: Scan): string {
  return weakCount(scan) === 0 ? '' : (scan.tokens[scan.tokens.length - 1] as Token).text
}

/** Behind the word: two spaces, a tab, a bar, a bracket, " - ", " : ". */
function endsColumn(text: string, end: number): boolean {
  const next = text.charCodeAt(end)
  if (next === 0x09 || next === 0x7c || next === 0x2c || next === 0x3b || next === 0x5b) return true
  if (next !== 0x20) return false
  const second = text.charCodeAt(end + 1)
  if (second === 0x20 || second === 0x09 || second === 0x7c || second === 0x5b) return true
  const third = text.charCodeAt(end + 2)
  // "asa1 : %ASA-6-302013: " is a host.
  if (second === 0x3a && text.charCodeAt(end + 3) === 0x25) return false
  // Proxifier marks 32-bit programs: "chrome.exe *64 - ".
  if (second === 0x2a && text.startsWith(' - ', end + 4)) return true
  return (second === 0x2d || second === 0x3a) && (third === 0x20 || third === second)
}

function readName(scan: Scan, word: string, end: number): boolean {
  if (scan.named || weakWords(scan, false) > 0 || (scan.time === undefined && !scan.hasLevel)) return false
  if (!isName(word)) return false
  const numbered =
    /^([\w.$/-]{1,100}):(\d{1,6})$/.exec(word) ?? /^([\w.$]{1,80}(?::[\w<>]{1,80})):(\d{1,6})$/.exec(word)
  const next = scan.text.charCodeAt(end)
  if (numbered && /\d\.\d{1,3}$/.test(numbered[1] as string)) return false
  const isCell =
    next === 0x22 || next === 0x5d
      ? next === 0x5d || (scan.mark === 0x2c && scan.text.charCodeAt(end + 1) === 0x2c)
      : next === 0x2c || next === 0x3b
        ? scan.mark === next
        : endsColumn(scan.text, end) && (next !== 0x20 || !proseFollows(scan, end))
  const isClass = isDotted(word) && (scan.hasLevel || /[A-Z$:]|\..*\./.test(word))
  if (!numbered && !isCell && !isClass) return false
  if (scan.celled && !(isCell && scan.mark !== 0 && nextMark(scan.text, end) === scan.mark)) return false
  if (numbered || isClass) scan.named = true
  else scan.celled = true
  return add(scan, numbered || isClass ? 'name' : 'cell', numbered?.[1] ?? word, end, true, numbered?.[2])
}

/** The first character behind `end` that is no space. */
function nextMark(text: string, end: number): number {
  let at = end
  while (text.charCodeAt(at) === 0x20) at++
  return text.charCodeAt(at)
}

/** "word [" opens a column only when the word is no prose: "waiting [5 s]". */
function proseFollows(scan: Scan, end: number): boolean {
  return scan.text.charCodeAt(end + 1) === 0x5b && !scan.hasLevel
}

function readWeak(scan: Scan, word: string, end: number): boolean {
  if (scan.tokens.length === 0 && nextMark(scan.text, end) === 0x7c) return add(scan, 'program', word, end, true)
  // Storm: "class thread [LEVEL] ".
  if (scan.named && !scan.hasLevel && /^ \[[A-Z]{4,5}\]/.test(scan.text.slice(end, end + 9)))
    return add(scan, 'word', word, end, false)
  if (scan.named) return false
  const words = weakWords(scan, false)
  if (words >= (scan.time === undefined ? 7 : 4) || (scan.time !== undefined && weakWords(scan, true) > 1)) return false
  if (scan.hasLevel && scan.time !== undefined && isProse(word)) return false
  return add(scan, 'word', word, end, false)
}

/** Skips what separates head and message: spaces, and one of ":", "-", "|", "," or a closing bracket on its own. */
function messageStart(text: string, end: number): number {
  let at = end
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x09) continue
    if (at === 0) return 0
    const next = text.charCodeAt(at + 1)
    const isLone = !(next > 0x20) || next === code
    if (
      code === 0x5d ||
      code === 0x7c ||
      code === 0x3a ||
      (code === 0x3e && at === end) ||
      (code === 0x29 && at === end)
    )
      continue
    if ((code === 0x2d || code === 0x2c || code === 0x3b) && (isLone || at === end || text.charCodeAt(at - 1) === 0x22))
      continue
    if (code === 0x22 && at === end && next === 0x2c) continue
    return at
  }
  return at
}
