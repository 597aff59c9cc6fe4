/** Times in the head of a line of no known format, and the key=value pairs that hold them. */
import type { Instant } from '../../terms/instant.ts'
import { readTime } from '../../terms/time.ts'
import { parts } from '../../terms/time-parts.ts'
import { readOddTime } from './odd-times.ts'
import { isNeverName } from './prose.ts'
import { add, addLevel, lastWord, type Scan, sticky, type Token, weakCount, weakWords } from './scan.ts'
import { capitalLevel, delimitedLevel, isLevelKey, isProse, isTimeKey } from './words.ts'

/** A time is better the more it says: date and zone, year, date, clock. A second one must be better, and close by. */
export function readTimeToken(scan: Scan, at: number): boolean {
  const { text, options } = scan
  parts.year = 0
  const match = readOddTime(text, at, options) ?? readTime(text, at, options)
  if (match === undefined) return false
  const raw = text.slice(at, match.end)
  // GStreamer's time since its start: 0:00:00.123456789
  if (/^\d:\d\d:\d\d\.\d{9}$/.test(raw)) return add(scan, 'number', raw, match.end, false)
  const isEpoch = /^\d{10}/.test(raw) && !/^\d{14}(?:\d{3})?(?!\d)/.test(raw)
  const rank = isEpoch ? 4 : /^\d\d?:/.test(raw) ? 1 : parts.year === 0 ? 2 : 3
  const words = weakWords(scan, false)
  // Juju: machine-0: 10:11:12 INFO juju.cmd text
  const isTagged =
    words === 1 &&
    scan.tokens.length === 1 &&
    (lastWord(scan).endsWith(':') || !isNeverName(lastWord(scan))) &&
    capitalLevel(/^ ([A-Z]{4,8}) /.exec(text.slice(match.end, match.end + 10))?.[1] ?? '') !== undefined
  if (rank === 1 && ((words > 0 && !isTagged) || scan.timeRank > 0)) return false
  if (rank === 2 && words > 4) return false
  if (isEpoch && (scan.timeRank > 2 || !epochMayStand(scan, match.instant))) return false
  if (scan.timeRank > 0) {
    if (weakWords(scan, true) > 1) return false
    const gap = Math.abs(match.instant.seconds - (scan.time as Instant).seconds)
    if (scan.timeRank > 2 && rank > 2 && gap > 26 * 3600) return false
  }
  if (words > 1 && isEpoch) scan.celled = true
  if (rank > scan.timeRank || (rank === scan.timeRank && match.instant.nanos > 0 && scan.time?.nanos === 0)) {
    scan.time = match.instant
    scan.timeRank = rank
    scan.timeToken = scan.tokens.length
  } else if (scan.timeRank === 4 && scan.time?.nanos === 0 && match.instant.nanos > 0) {
    // An epoch in whole seconds beside a local time with a fraction: the same moment, seen in a zone that is not told.
    const difference = match.instant.seconds - scan.time.seconds
    if (difference % 900 === 0) scan.time = { seconds: scan.time.seconds, nanos: match.instant.nanos }
  }
  // JavaScript names the zone once more: GMT+0200 (Central European Summer Time)
  const zone = raw.includes('GMT') ? ZONE_NAME.exec(text.slice(match.end, match.end + 60)) : null
  add(scan, 'time', raw, match.end, true)
  return zone === null || add(scan, 'number', zone[0].trim(), match.end + zone[0].length, false)
}

const ZONE_NAME = /^ \([A-Z][\w +:-]{1,50}\)/

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

/** I0505 12:30:11.123456: a letter and a date without a space. */
export function readKlog(scan: Scan): boolean {
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
export function readPair(scan: Scan): boolean {
  if (!scan.hasPairs) return false
  const match = sticky(/(?:msg=)?audit\(|([A-Za-z@_][\w.-]{0,30})(?:=|":\s?)["']?/y, scan)
  if (match === null) return false
  const value = scan.at + match[0].length
  const key = match[1]
  if (key === undefined || isTimeKey(key)) {
    if (!readTimeToken(scan, value)) return false
    const quote = scan.text.charCodeAt(value - 1)
    if (quote === 0x27 && scan.text.charCodeAt(scan.at) === quote) scan.end = ++scan.at
    return true
  }
  if (readIdPair(scan)) return true
  if (!isLevelKey(key) || scan.hasLevel) return readOtherPair(scan, value)
  const word = /[A-Za-z]{1,13}(?=[\s",;|\])}]|$)/y
  word.lastIndex = value
  const level = word.exec(scan.text)
  return level !== null && delimitedLevel(level[0]) !== undefined && addLevel(scan, level[0], value + level[0].length)
}

/** Google Drive's and iOS's "pid=1234" between level or time and thread. */
function readIdPair(scan: Scan): boolean {
  if (scan.time === undefined || scan.named || weakWords(scan, false) > 0) return false
  const match = sticky(/(?:pid|tid|thread|process)=(\d{1,10}|0x[\da-f]{1,16})(?=[\s,;|])/iy, scan)
  return match !== null && add(scan, 'pid', match[1] as string, scan.at + match[0].length, true)
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
