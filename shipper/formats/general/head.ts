/**
 * The head of a line of no known format: the tokens before its message, told apart by what they look like. A strong
 * token (a time, a level, a program with its pid, a bracketed group, a column) belongs to the head with everything
 * before it; weak ones (bare words, numbers) belong to it only when a strong one follows, else to the message.
 */
import type { TimeOptions } from '../../terms/time.ts'
import { readBracket } from './brackets.ts'
import { readCell, readNamedCell, readUserAndClass } from './cells.ts'
import { readColonColumns } from './colons.ts'
import { isMarked, readBareLevel } from './levels.ts'
import {
  readAgentLevel,
  readBracedLevel,
  readBracedName,
  readCall,
  readCoherence,
  readScopedLevel,
  readSemantic,
  readStarredLevel,
  readThreadBeforeClass,
  readThreadBeforeLevel,
  readVmsMessage,
} from './marks.ts'
import { readJoinedLevel, readOwned } from './paired-level.ts'
import {
  isSourceFile,
  readBraced,
  readColons,
  readGluedLevel,
  readMethod,
  readPlace,
  readProcessor,
  readSession,
  readThreadAndLevel,
  readTopic,
} from './places.ts'
import {
  readCisco,
  readElement,
  readLabelledLevel,
  readLeadingPid,
  readProgram,
  readThread,
  readUnversioned,
  readVmware,
  skipContext,
} from './programs.ts'
import { isNeverName } from './prose.ts'
import {
  add,
  addLevel,
  endsColumn,
  type Head,
  lastIsTime,
  messageStart,
  nextMark,
  type Scan,
  skipMarks,
  startScan,
  sticky,
  weakCount,
  weakWords,
} from './scan.ts'
import { readTag, readWeak } from './tags.ts'
import { readKlog, readPair, readTimeToken } from './times.ts'
import { isDotted, isLevelKey, isName, isThreadLike } from './words.ts'

/** A head that has not ended here is no head. */
const MAX_TOKENS = 22
const MAX_HEAD = 512

export function readHead(text: string, options: TimeOptions): Head {
  const scan = startScan(text, options)
  readLabelledLevel(scan)
  const limit = Math.min(text.length, MAX_HEAD)
  while (scan.tokens.length < MAX_TOKENS) {
    skipMarks(scan)
    if (scan.at >= limit || !step(scan)) break
  }
  // A row of a table that a client printed: | name | value |
  if (scan.time === undefined && /^[ \t]{0,20}\|/.test(text)) {
    scan.strong = 0
    scan.end = 0
  }
  scan.tokens.length = scan.strong
  scan.end = messageStart(text, scan.end)
  return scan
}

/** Reads one token; false when the message has begun. */
function step(scan: Scan): boolean {
  const { text, at } = scan
  const code = text.charCodeAt(at)
  // CEF:0|vendor|product|… has neither time nor program where heads have them.
  if (at === 0 && /^(?:CEF|LEEF):\d/.test(text)) return false
  if (code === 0x5b || code === 0x28 || code === 0x3c)
    return (
      (scan.hasLevel ? readSemantic(scan) : readThreadBeforeLevel(scan)) ||
      readTopic(scan) ||
      readElement(scan) ||
      readBracket(scan, code)
    )
  if (code >= 0x30 && code <= 0x39 && scan.tokens.length === 0)
    return readLeadingPid(scan) || readTimeToken(scan, at) || readNumber(scan) || readWord(scan)
  if (code >= 0x30 && code <= 0x39)
    return (
      readTimeToken(scan, at) ||
      readColonColumns(scan) ||
      readThreadBeforeLevel(scan) ||
      readNumber(scan) ||
      readWord(scan)
    )
  if (code === 0x23) return readNumber(scan) || readWord(scan)
  if (code === 0x25) return readCisco(scan) || readVmsMessage(scan) || skipContext(scan)
  if (code === 0x2a && readStarredLevel(scan)) return true
  if (code === 0x40 && readThreadAndLevel(scan)) return true
  if ((code === 0x21 || code === 0x3f || code === 0x2b) && readAgentLevel(scan)) return true
  if (code === 0x7b)
    return (
      readSemantic(scan) ||
      readBracedLevel(scan) ||
      readTimeToken(scan, at + 1) ||
      readBraced(scan) ||
      readThreadBeforeLevel(scan) ||
      readBracedName(scan)
    )
  if (code === 0x2d || code === 0x2b) return readMethod(scan) || readWord(scan)
  return (
    readTimeToken(scan, at) ||
    readKlog(scan) ||
    readVmware(scan) ||
    readUnversioned(scan) ||
    readThread(scan) ||
    readProcessor(scan) ||
    readColons(scan) ||
    readColonColumns(scan) ||
    readGluedLevel(scan) ||
    readSession(scan) ||
    readJoinedLevel(scan) ||
    readOwned(scan) ||
    readPair(scan) ||
    readProgram(scan) ||
    readWord(scan)
  )
}

function readNumber(scan: Scan): boolean {
  // rspamd's #1234(normal)
  const owner =
    scan.named || scan.text.charCodeAt(scan.at) !== 0x23 ? null : sticky(/#(\d{1,10})\(([a-z][\w-]{1,40})\) /y, scan)
  if (owner !== null && scan.time !== undefined && weakWords(scan, false) === 0) {
    scan.named = true
    return add(scan, 'program', owner[2] as string, scan.at + owner[0].length - 1, true, owner[1])
  }
  const match = sticky(/(#?\d{1,19}(?:[:/]\d{1,10}(?=[ ,;|\t]))?|0x[0-9a-f]{1,16})(?=[\s|,;:\])]|$)/y, scan)
  if (match === null) return false
  if (scan.named || weakCount(scan) > 6) return false
  return add(scan, 'number', match[0], scan.at + match[0].length, false)
}

const WORD = /[^\s|[\](){}<>"',;=]{1,160}/y

function readWord(scan: Scan): boolean {
  if (scan.mark === 0x7c && readCell(scan)) return true
  if (readNamedCell(scan) || readUserAndClass(scan)) return true
  const match = sticky(WORD, scan)
  if (match === null) return false
  if (isBehindColumns(scan)) return false
  const word = match[0]
  if ((word.includes('.') || word.includes(':')) && readPlace(scan)) return true
  if (word === 'Oracle' && readCoherence(scan)) return true
  const end = scan.at + word.length
  const next = scan.text.charCodeAt(end)
  if (word.length > 1 && word.endsWith(':') && !(next > 0x20)) return readTag(scan, word.slice(0, -1), end)
  // JetBrains: #c.i.o.a.i.ApplicationImpl
  if (word.startsWith('#') && scan.hasLevel && !scan.named && weakWords(scan, false) === 0 && isDotted(word.slice(1))) {
    scan.named = true
    return add(scan, 'name', word.slice(1), end, true)
  }
  // RocksDB's thread: 7f12ab34 [db/db_impl.cc:123]
  if (next === 0x20 && scan.text.charCodeAt(end + 1) === 0x5b && lastIsTime(scan) && /^[\da-f]{8,16}$/.test(word))
    return add(scan, 'pid', word, end, true)
  if (next === 0x3e && isMarked(word) && !scan.hasLevel && scan.time !== undefined && weakCount(scan) < 2)
    return addLevel(scan, word, end + 1)
  if (next === 0x28 && (readCall(scan) || readScopedLevel(scan))) return true
  if ((next === 0x20 || next === 0x09) && scan.hasLevel && (readThreadBeforeClass(scan, word) || readSemantic(scan)))
    return true
  if (next === 0x3d || next === 0x28 || next === 0x27 || next === 0x7b || next === 0x3c) return false
  return (
    readBareLevel(scan, word, end) ||
    readNoName(scan, word, end) ||
    readName(scan, word, end) ||
    readWeak(scan, word, end)
  )
}

/** tid:12 names no writer; an address or a domain's host fills a column in front of it. */
function readNoName(scan: Scan, word: string, end: number): boolean {
  if (scan.time === undefined || weakWords(scan, false) > 0) return false
  const first = word.charCodeAt(0) | 0x20
  if (
    (first === 0x74 || first === 0x70) &&
    /^(?:t|tid|pid|thread|proc|process):(?:\d{1,15}|0x[\da-f]{1,16})$/i.test(word)
  )
    return add(scan, 'pid', word, end, true)
  if (scan.named || scan.tokens.at(-1)?.kind !== 'time' || !word.includes('.')) return false
  const opens = /^ [[({<]/.test(scan.text.slice(end, end + 2))
  if (!endsColumn(scan.text, end) && !opens) return false
  if (DOMAIN.test(word)) return add(scan, 'word', word, end, true)
  return (scan.mark !== 0 || opens) && ADDRESS.test(word) && add(scan, 'group', word, end, true)
}

const DOMAIN =
  /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?<=\.(?:com|net|org|local|localdomain|lan|internal|intern|corp|edu|home))$/
const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/

function readName(scan: Scan, word: string, end: number): boolean {
  if (scan.named || weakWords(scan, false) > 0 || (scan.time === undefined && !scan.hasLevel)) return false
  if (!isName(word) || (scan.mark === 0 && (word.length < 2 || isNeverName(word)))) return false
  // "host.example.com program[1234]: ": the next word is the name.
  if (!scan.hasLevel && word.includes('.') && /^ [\w./-]{1,60}\[\d{1,10}\]:/.test(scan.text.slice(end, end + 76)))
    return false
  // A column of hexadecimal digits: a thread, a handle.
  if (scan.mark === 0x2c && /^(?=[a-f]*\d)[\da-f]{1,8}$/.test(word)) return false
  const numbered =
    /^([\w.$/-]{1,100}):(\d{1,6})$/.exec(word) ??
    (scan.hasLevel ? /^([A-Za-z]\w{0,80}(?:::\w{1,80}){0,3})::(\d{1,6})$/.exec(word) : null) ??
    /^([\w.$]{1,80}(?::[\w<>]{1,80})):(\d{1,6})$/.exec(word)
  const next = scan.text.charCodeAt(end)
  if (numbered && (/\d\.\d{1,3}$/.test(numbered[1] as string) || isLevelKey(numbered[1] as string))) return false
  const isCell =
    next === 0x22 || next === 0x5d
      ? next === 0x5d || (scan.mark === 0x2c && scan.text.charCodeAt(end + 1) === 0x2c)
      : next === 0x2c || next === 0x3b
        ? scan.mark === next || (lastIsTime(scan) && LEVEL_CELL.test(scan.text.slice(end, end + 12)))
        : (endsColumn(scan.text, end) && (next !== 0x20 || !proseFollows(scan, end))) || standsAlone(scan, word, end)
  const isNamespace =
    !scan.hasLevel && lastIsTime(scan) && NAMESPACE.test(word) && !isLevelKey(word.slice(0, word.indexOf(':')))
  // A host in front of the program, between commas: ,BMS001,ArchiveManager,
  if (
    next === 0x2c &&
    scan.mark === 0x2c &&
    HOST_CELL.test(word) &&
    /^,[A-Za-z]\w{2,60},/.test(scan.text.slice(end, end + 64))
  )
    return add(scan, 'word', word, end, true)
  const isClass = isNamespace || (isDotted(word) && (scan.hasLevel || /[A-Z$:]|\..*\./.test(word)))
  // Django's "LEVEL time module process thread message".
  const isModule = scan.hasLevel && /^ \d{1,10} \d{1,20} /.test(scan.text.slice(end, end + 34))
  if (!numbered && !isCell && !isClass && !isModule) return false
  if (scan.celled && !(isCell && scan.mark !== 0 && nextMark(scan.text, end) === scan.mark)) return false
  if (numbered || isClass) scan.named = true
  else scan.celled = true
  const place = FUNCTION_PLACE.exec(numbered?.[1] ?? '')
  if (place !== null && isSourceFile(place[1] as string))
    return add(scan, 'name', place[1] as string, end, true, numbered?.[2], place[2])
  return add(scan, numbered || isClass ? 'name' : 'cell', numbered?.[1] ?? word, end, true, numbered?.[2])
}

/** charger.c:open_file:12 */
const FUNCTION_PLACE = /^([\w./-]{1,80}):([A-Za-z_]\w{0,80})$/
/** "time billing, WARN, text" */
const LEVEL_CELL = /^, {0,2}(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL),/
const HOST_CELL = /^[A-Z][A-Z-]{1,20}\d{1,6}$/
/** OpenNebula's [Z0][VMM][E]: what is behind the colon is the message. */
function isBehindColumns(scan: Scan): boolean {
  const { text, end, tokens } = scan
  if (text.charCodeAt(end) !== 0x3a || text.charCodeAt(end - 1) !== 0x5d || tokens.at(-1)?.kind !== 'level')
    return false
  const group = tokens.at(-2)
  return group?.kind === 'group' && !isThreadLike(group.text)
}

/** debug's express:router */
const NAMESPACE = /^[a-z][\w-]{1,40}(?::[a-z][\w-]{0,40}){1,5}$/
/** Behind a level. Nokia's "WARNING: SNMP #2004 ", Azure's "INFO ExtHandler ExtHandler text", log4cplus's "INFO  root <main.cpp:12>". */
const ALONE = / (?:#\d{1,6} |<[\w./-]{1,80}\.\w{1,4}:\d{1,6}> )/y

/** CherryPy's [05/May/2026:10:11:12] ENGINE Bus STARTED */
const CONTEXT = /^\[[^\][]{10,40}\] {1,2}[A-Z]{3,12} [A-Za-z][a-z]/
const METHODS = new Set('GET POST PUT HEAD DELETE PATCH OPTIONS CONNECT PROPFIND USER FAILED PHP'.split(' '))

function standsAlone(scan: Scan, word: string, end: number): boolean {
  if (!scan.hasLevel)
    return scan.tokens.length === 1 && CONTEXT.test(scan.text) && /^[A-Z]{3,12}$/.test(word) && !METHODS.has(word)
  if (scan.tokens.at(-1)?.kind !== 'level') return false
  if (scan.text.startsWith(` ${word} `, end)) return word.length > 3
  ALONE.lastIndex = end
  return ALONE.test(scan.text)
}

/** "word [" opens a column only when the word is no prose: "waiting [5 s]". */
function proseFollows(scan: Scan, end: number): boolean {
  return scan.text.charCodeAt(end + 1) === 0x5b && (!scan.hasLevel || scan.tokens.at(-1)?.kind === 'group')
}
