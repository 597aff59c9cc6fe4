/** What stands in brackets in a head: a time, a level, a pid, a thread or a component. */

import { SEVERITIES } from '../syslog-priority.ts'
import { readPairedLevel } from './paired-level.ts'
import { readBarredGroup } from './places.ts'
import { isNeverName } from './prose.ts'
import { add, addLevel, lastIsTime, lastWord, type Scan, sticky, weakWords } from './scan.ts'
import { readTimeToken } from './times.ts'
import { capitalLevel, delimitedLevel, isHostLike, isLevelKey, isName, isThreadLike } from './words.ts'

export function readBracket(scan: Scan, open: number): boolean {
  const { text, at } = scan
  let inner = at + 1
  while (text.charCodeAt(inner) === 0x20) inner++
  // GlassFish: [#|time|LEVEL|server|class|thread|text|#]
  if (scan.at === 0 && text.startsWith('[#|')) {
    scan.at = 3
    return true
  }
  // Julia: [ Info: text
  const julia = scan.at === 0 ? sticky(/\[ (Debug|Info|Warning|Error): (?=\S)/y, scan) : null
  if (julia !== null) return addLevel(scan, julia[1] as string, julia[0].length)
  if (readTimeToken(scan, inner)) return readSamba(scan)
  // Tornado: [I 10:11:12.123 LabApp].
  if (!scan.hasLevel && /^[DIWECN] \d/.test(text.slice(inner, inner + 3)) && readTimeToken(scan, inner + 2)) {
    return addLevel(scan, text.charAt(inner), scan.at)
  }
  if (readLevelAndTime(scan, inner) || readNameAndTime(scan, inner)) return true
  const close = closing(text, at, open)
  if (close < 0) return false
  const word = text.slice(inner, close).trim()
  if (open === 0x5b && readLevelAndName(scan, word, close + 1)) return true
  // syslog's severity behind the time: <3> worker: text
  if (
    open === 0x3c &&
    !scan.hasLevel &&
    lastIsTime(scan) &&
    /^[0-7]$/.test(word) &&
    TAGGED.test(text.slice(close + 1, close + 90))
  )
    return addLevel(scan, SEVERITIES[Number(word)] as string, close + 1)
  if (open === 0x3c && scan.tokens.length === 0 && /^\d{1,3}$/.test(word))
    return add(scan, 'priority', word, close + 1, true)
  // ngIRCd's [1234:5    0]: process, syslog's severity, connection
  const owned = scan.tokens.length > 0 || open !== 0x5b ? null : /^(\d{1,10}):([0-7]) {1,5}(\d{1,6})$/.exec(word)
  if (owned !== null) {
    add(scan, 'pid', owned[1] as string, close, true)
    return addLevel(scan, SEVERITIES[Number(owned[2])] as string, close + 1)
  }
  // Snort's [**]
  if (scan.time !== undefined && word !== '' && !/[\w-]/.test(word)) {
    scan.at = close + 1
    return true
  }
  // systemd's [  OK  ], varnishlog's << Request >>
  if (
    scan.tokens.length === 0 &&
    (inner > at + 2 || word.startsWith('<')) &&
    !delimitedLevel(word) &&
    !/^[\d.]+$/.test(word)
  )
    return false
  // HTCondor's 000 (1234.000.000) 05/05 10:11:12
  if (scan.time === undefined && open === 0x28 && /^\d+\.\d+\.\d+$/.test(word))
    return add(scan, 'number', word, close + 1, false)
  if (word === '' && open === 0x5b && scan.time !== undefined) {
    scan.at = close + 1
    return true
  }
  // Oracle's diagnostic logging: [NOTIFICATION:16]
  const diagnostic =
    scan.hasLevel || /^ [A-Z]{4,8}:/.test(text.slice(close + 1, close + 11))
      ? null
      : /^(NOTIFICATION|INCIDENT_ERROR)(?::\d{1,2})?$/.exec(word)
  if (diagnostic !== null) {
    add(scan, 'group', word, close + 1, false)
    return addLevel(scan, diagnostic[1] === 'NOTIFICATION' ? 'notice' : 'critical', close + 1)
  }
  if (word.includes('|') && readBarredGroup(scan, word, close + 1)) return true
  // A host with a name may stand between the time and the columns.
  const direct =
    weakWords(scan, false) === 0 ||
    (weakWords(scan, false) === 1 &&
      scan.tokens.at(-2)?.kind === 'time' &&
      /[A-Za-z]/.test(lastWord(scan)) &&
      isHostLike(lastWord(scan)))
  // PeopleSoft's PSAPPSRV.1234 (12) [2026-05-05T10:11:12.123
  if (!direct && scan.time === undefined && /^\d{1,10}$/.test(word) && text.startsWith(' [', close + 1))
    return add(scan, 'number', word, close + 1, false)
  if (!scan.hasLevel && (direct || weakWords(scan, true) < 2)) {
    if (delimitedLevel(word)) return addLevel(scan, word, close + 1)
    const named =
      word.charCodeAt(0) <= 0x5a ? /^([A-Z]{4,8}|[A-Z][a-z]{3,8})[:/]([A-Za-z_][\w.-]{1,80})$/.exec(word) : null
    if (named !== null && capitalLevel((named[1] as string).toUpperCase())) {
      addLevel(scan, named[1] as string, close + 1)
      return add(scan, 'group', named[2] as string, close + 1, true)
    }
    if (readPairedLevel(scan, word, close + 1)) return true
    const pair = /^[\w #.-]{0,60}[:/ .#]([A-Za-z]{3,9})$/.exec(word)
    const level = pair?.[1]
    // "(… causes segmentation fault)" is prose.
    const isProse =
      word.charAt(word.length - (level?.length ?? 0) - 1) === ' ' &&
      (scan.time === undefined || level !== level?.toUpperCase())
    const before = word.slice(0, -(level?.length ?? 0) - 1)
    if (level !== undefined && !isProse && delimitedLevel(level) && !isLevelKey(before.trim().replace(/:$/, ''))) {
      if (before !== '') add(scan, 'group', before, close + 1, true)
      return addLevel(scan, level, close + 1)
    }
  }
  if (scan.named || !direct || word === '') return false
  // Erlang's <0.123.0>
  if (open === 0x3c && /^\d{1,6}\.\d{1,10}\.\d{1,6}$/.test(word)) return add(scan, 'pid', word, close + 1, true)
  const owner = open === 0x5b || scan.time === undefined ? null : OWNER.exec(word)
  if (owner !== null) {
    scan.named = true
    return add(scan, 'program', owner[1] as string, close + 1, true, owner[2])
  }
  if (/^(?:(?:pid|tid|thread)?[ :=#]{0,2}\d+(?:[:/#.-]\d+)?|0x[\da-f]{4,16}|(?=[a-f]*\d)[\da-f]{8,16})$/i.test(word))
    return add(scan, 'pid', word, close + 1, true)
  // lighttpd's (mod_fastcgi.c.421)
  const place = open === 0x28 ? /^([\w./-]{1,100}\.[ch])\.(\d{1,6})$/.exec(word) : null
  if (place !== null) {
    scan.named = true
    return add(scan, 'name', place[1] as string, close + 1, true, place[2])
  }
  // Semantic Logger's [1234:main], [1234:puma 001 import.rb:12]
  const threaded =
    !/^\d+:[\w./-]+\.\w{1,4}:\d+$/.test(word) && open === 0x5b && scan.hasLevel && word.charCodeAt(0) <= 0x39
      ? /^(\d{1,10}):([A-Za-z][\w .#:-]{0,80})$/.exec(word)
      : null
  if (threaded !== null) {
    add(scan, 'pid', threaded[1] as string, close, true)
    return add(scan, 'pid', threaded[2] as string, close + 1, true)
  }
  const alone = scan.tokens.length === 0
  if (open !== 0x5b && isNeverName(word)) return false
  if (open === 0x3c && !alone && !isName(word)) return false
  if (open === 0x28 && (word.includes(' ') || !isName(word))) return false
  // [id=42], [MSGID: 1]: belongs to the head only if something better follows.
  if (/[=]|: /.test(word) && !isThreadLike(word) && !/@\d+$/.test(word))
    return add(scan, 'group', word, close + 1, false)
  // Zookeeper's [thread:Class@line] is all that names the writer.
  if (/@\d+$/.test(word)) scan.named = true
  // FFmpeg's [h264 @ 0x55d0c8a1b2c0]
  return add(scan, 'group', word.includes(' @ 0x') ? word.replace(/ @ 0x[\da-f]{4,16}$/, '') : word, close + 1, true)
}

const TAGGED = /^ ?[A-Za-z_][\w./-]{0,60}(?:\[\d{1,10}\])?: /

/** GemFire's [info 2026/05/05 10:11:12.123 UTC server1 <main> tid=0x1] text: what is behind the time goes on as a head. */
function readLevelAndTime(scan: Scan, inner: number): boolean {
  const match = scan.hasLevel || scan.at > 0 ? null : LEVEL_AND_TIME.exec(scan.text.slice(inner, inner + 16))
  if (match === null || delimitedLevel(match[1] as string) === undefined) return false
  if (!readTimeToken(scan, inner + match[0].length)) return false
  addLevel(scan, match[1] as string, scan.at)
  const thread = sticky(BRACKET_THREAD, scan)
  if (thread === null) return true
  const kind = isThreadLike(thread[1] as string) || /^\d+$/.test(thread[1] as string) ? 'pid' : 'group'
  return add(scan, kind, thread[1] as string, scan.at + thread[0].length, true)
}
const LEVEL_AND_TIME = /^([a-z]{4,8}|[A-Z]{4,8}) (?=\d{4}[/-]\d)/
/** Katello's and others' thread behind them: [DEBUG 2026-05-05 10:11:12 main] */
const BRACKET_THREAD = / {1,2}([\w.#-]{1,60})\]/y

/** VS Code's [main 2026-05-05T10:11:12.123Z] */
function readNameAndTime(scan: Scan, inner: number): boolean {
  const match =
    scan.at > 0 ? null : /^([a-z][\w.-]{1,40}) (?=\d{4}-\d\d-\d\d[T ])/.exec(scan.text.slice(inner, inner + 50))
  if (match === null || !readTimeToken(scan, inner + match[0].length)) return false
  scan.named = true
  return add(scan, 'name', match[1] as string, scan.at, true)
}

/** vSphere's [7F12AB warning 'Hostsvc' opID=x], Duplicati's [Warning-Duplicati.Library.Main]. */
function readLevelAndName(scan: Scan, word: string, end: number): boolean {
  if (scan.hasLevel || scan.time === undefined || weakWords(scan, false) > 0) return false
  const match = /^(?:([\dA-F]{4,16}) )?([A-Za-z]{4,11})(?: '([^']{1,160})'|-([A-Z][\w.-]{1,100}))([^']{0,60})$/.exec(
    word,
  )
  if (match === null || delimitedLevel(match[2] as string) === undefined) return false
  if (match[1] !== undefined) add(scan, 'pid', match[1], end, true)
  addLevel(scan, match[2] as string, end)
  if (match[5] !== '') add(scan, 'number', (match[5] as string).trim(), end, false)
  return add(scan, 'group', (match[3] ?? match[4]) as string, end, true)
}

/** macOS: <airport[172]> text, (system/com.apple.mdworker.shared [4211]) <Notice>: text */
const OWNER = /^([A-Za-z][\w./-]{1,120}) ?\[(\d{1,10})\]$/

/** Samba's [time,  3, pid=1234, effective(0, 0), real(0, 0)]: what stands behind the time in its bracket. Always true. */
function readSamba(scan: Scan): boolean {
  const match = sticky(/, {1,2}(\d{1,2}(?:, [^\]\n]{1,120})?)\] /y, scan)
  if (match !== null) add(scan, 'word', match[1] as string, scan.at + match[0].length - 1, false)
  return true
}

const CLOSE = new Map([
  [0x5b, ']'],
  [0x28, ')'],
  [0x3c, '>'],
])

/** Brackets of the same kind may nest; a group is short. */
export function closing(text: string, at: number, open: number): number {
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
