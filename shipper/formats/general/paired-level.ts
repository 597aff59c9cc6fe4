/** A level and a name that share a group or a word: [worker/W], [WARN, worker], worker/WARN, http.warning:, kern.err. */
import { FACILITY_WORDS } from '../syslog-priority.ts'
import { add, addLevel, lastIsTime, type Scan, sticky, weakWords } from './scan.ts'
import { isLevelKey, isName, isSureLevel } from './words.ts'

const PAIR = /^([A-Za-z_][\w.$-]{0,80}?) {0,6}([:/|,]| -) {0,6}([A-Za-z_][\w.$-]{0,80})$/
/** With only a space between them the level is in capitals: "error handling" is prose. */
const SPACED = /^([A-Z]{3,9}) ([A-Za-z_][\w.$-]{1,80})$/

/** All of a group. */
export function readPairedLevel(scan: Scan, word: string, end: number): boolean {
  const pair = PAIR.exec(word)
  const spaced = pair === null ? SPACED.exec(word) : null
  if (spaced !== null)
    return isSureLevel(spaced[1] as string) && addBoth(scan, spaced[1] as string, spaced[2] as string, end)
  if (pair === null) return false
  const [, first = '', , last = ''] = pair
  // [severity: error] stays in the message, where the second look finds it.
  if (isLevelKey(first)) return false
  if (isLevelPart(first) && isName(last) && !isLevelPart(last)) return addBoth(scan, first, last, end)
  return isLevelPart(last) && isName(first) && !isLevelPart(first) && addBoth(scan, last, first, end)
}

function isLevelPart(part: string): boolean {
  return part.length === 1 ? /[DIWEF]/.test(part) : isSureLevel(part)
}

function addBoth(scan: Scan, level: string, name: string, end: number): boolean {
  addLevel(scan, level, end)
  return add(scan, 'group', name, end, true)
}

const JOINED = /([A-Za-z_][\w-]{0,60}(?:\.[\w-]{1,60}){0,4})([./:])([A-Za-z]{3,11})(:?)(?=[\s])/y
const LEVEL_FIRST = /([A-Z]{3,9})[./]([A-Za-z_][\w.-]{0,80}):(?= )/y

/** Right behind the time: worker/WARN text, http.warning: text, charger:info text, WARNING/http: text, syslog's kern.err. */
export function readJoinedLevel(scan: Scan): boolean {
  if (scan.hasLevel || scan.named || !lastIsTime(scan) || weakWords(scan, false) > 0) return false
  const front = sticky(LEVEL_FIRST, scan)
  if (front !== null && isSureLevel(front[1] as string))
    return addNamed(scan, front[1] as string, front[2] as string, front[0].length)
  const match = sticky(JOINED, scan)
  if (match === null) return false
  const [all, name = '', sign, level = '', colon] = match
  if (!isSureLevel(level) || isSureLevel(name)) return false
  if (isLevelKey(name)) return false
  if (FACILITY_WORDS.has(name)) {
    add(scan, 'priority', name, scan.at + name.length, true)
    return addLevel(scan, level, scan.at + all.length - name.length)
  }
  if (sign === '.' && colon === '' && level !== level.toUpperCase()) return false
  return addNamed(scan, level, name, all.length)
}

function addNamed(scan: Scan, level: string, name: string, length: number): boolean {
  const end = scan.at + length
  scan.named = true
  add(scan, 'name', name, end, true)
  return addLevel(scan, level, end)
}

/** "worker(4242) WARN: text", "worker (4242): text", "worker [4242]: text", right behind the time or behind the host. */
const OWNED = /([A-Za-z_][\w./-]{0,80})(?: ?\((\d{1,10})\)| \[(\d{1,10})\])(:)? (?:\[?([A-Za-z]{3,9})\]?(?=[: ]))?/y

export function readOwned(scan: Scan): boolean {
  if (scan.named || scan.hasLevel || scan.time === undefined || scan.tokens.length > scan.timeToken + 2) return false
  if (weakWords(scan, false) > 1) return false
  const match = sticky(OWNED, scan)
  if (match === null) return false
  const [, name = '', round, square, colon, level = ''] = match
  const isTold = isSureLevel(level) && (colon !== undefined || level === level.toUpperCase())
  if (!isTold && (colon === undefined || !lastIsTime(scan))) return false
  if (isSureLevel(name) || /^[VDIWEFA]\//.test(name)) return false
  scan.named = true
  const end = scan.at + match[0].length - level.length - (match[0].endsWith('[') ? 1 : 0) - 1
  return add(scan, 'program', name, end, true, round ?? square)
}
