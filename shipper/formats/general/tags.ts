/** A word before a colon in a head, "name: ", and bare words: a level, who wrote the line, or nothing yet. */
import { isNeverName } from './prose.ts'
import { add, addLevel, lastWord, nextMark, type Scan, sticky, type Token, weakWords } from './scan.ts'
import {
  capitalLevel,
  delimitedLevel,
  isDotted,
  isHostLike,
  isLevelKey,
  isName,
  isPassing,
  isProse,
  isSureLevel,
} from './words.ts'

/** "severity: error, module: payment, text: …" */
const WRITER_KEY = /^(?:module|component|subsystem|logger|source|class|category|service|process|unit)$/i
const KEYED_NAME = / {1,2}"?([A-Za-z_][\w.$/-]{0,80})"?(?=[,;|])/y

/** Behind a thread or an uptime: Privoxy's "7f12ab34 Error: ", RethinkDB's "0.512s info: ". */
const PLAIN_LEVEL = /^(?:[Ii]nfo|[Nn]otice|[Ww]arning|[Ee]rror|[Dd]ebug|[Ff]atal|[Cc]ritical)$/

export function readTag(scan: Scan, name: string, end: number): boolean {
  const words = weakWords(scan, false)
  // PostgreSQL's "user@db ERROR: ".
  const mayBeLevel =
    words === 0 ||
    (words === 1 && !isProse(lastWord(scan)) && (capitalLevel(name) !== undefined || PLAIN_LEVEL.test(name)))
  if (!scan.hasLevel && mayBeLevel && delimitedLevel(name)) {
    // A message that begins "error: " keeps the word; a head that holds "ERROR: " is rid of it.
    const start = scan.named || scan.celled ? scan.end : end
    addLevel(scan, name, end)
    scan.end = start
    return start === end
  }
  // Android Studio's "1234-1250/com.example E/Tag: "
  const android = /^([VDIWEF])\/([\w.:-]{1,80})$/.exec(name)
  if (android !== null && !scan.hasLevel && scan.time !== undefined && !scan.named && words < 2) {
    scan.named = true
    addLevel(scan, android[1] as string, end)
    return add(scan, 'tag', android[2] as string, end, true)
  }
  if (readSlashedLevel(scan, name, end)) return true
  // vmware.log's I125:
  if (/^[IWE][01]\d\d$/.test(name) && scan.mark === 0x7c && !scan.hasLevel) return addLevel(scan, name.charAt(0), end)
  const channel = /^([\w.-]{1,80})\.([A-Z]{4,9})$/.exec(name)
  if (channel !== null && !scan.hasLevel && words === 0 && !scan.named && capitalLevel(channel[2] as string)) {
    scan.named = true
    add(scan, 'name', channel[1] as string, end, true)
    return addLevel(scan, channel[2] as string, end)
  }
  if (!scan.hasLevel && isLevelKey(name)) {
    const level = /\s{1,3}([A-Za-z]{3,13})(?=[\s,;]|$)/y
    level.lastIndex = end
    const match = level.exec(scan.text)
    const word = match?.[1] ?? ''
    // DB2's "LEVEL: Event"
    if (word === 'Event') return addLevel(scan, word, level.lastIndex)
    if (delimitedLevel(word)) return addLevel(scan, word, level.lastIndex)
  }
  if (scan.time !== undefined && !scan.named && WRITER_KEY.test(name)) {
    const value = sticky(KEYED_NAME, { ...scan, at: end })
    if (value !== null && !delimitedLevel(value[1] as string)) {
      scan.named = true
      add(scan, 'number', `${name}:`, end, false)
      return add(scan, 'name', value[1] as string, end + value[0].length, true)
    }
  }
  // Before any time a tag is a word like others: the time may still come.
  if (scan.time === undefined && !scan.hasLevel) return readWeak(scan, `${name}:`, end)
  if (scan.named || scan.celled || !isName(name) || (scan.time === undefined && !scan.hasLevel)) return false
  // "Total: 12", "User: logged in": the message's word as well.
  if (words === 0 && (isNeverName(name) || isMeasured(scan, name, end))) return false
  // Monit's "error    : Warning: Client …": the message's word.
  if (scan.hasLevel && PLAIN_LEVEL.test(name)) return false
  // PgBouncer's connections
  if (/^[CS]-0x[\da-f]{1,16}$/.test(name)) return add(scan, 'pid', name, end, true)
  if (
    words > 1 ||
    (words === 1 && !hostMayStand(scan) && !isPassing(lastWord(scan)) && !(isDotted(name) && lastWord(scan) === 'main'))
  )
    return false
  scan.named = true
  const numbered = /^(.{1,100}):(\d{1,6})$/.exec(name)
  if (numbered) return add(scan, 'tag', numbered[1] as string, end, true, numbered[2])
  return add(scan, 'tag', name, end, true)
}

/** "Memory: 12 MB free" */
function isMeasured(scan: Scan, name: string, end: number): boolean {
  return !scan.hasLevel && /^[A-Z][a-z]+$/.test(name) && /^ {1,3}\d/.test(scan.text.slice(end, end + 4))
}

/** Locust's host/INFO/locust.main: and payment/error: */
function readSlashedLevel(scan: Scan, name: string, end: number): boolean {
  if (scan.hasLevel || scan.named || scan.time === undefined || !name.includes('/')) return false
  if (weakWords(scan, false) > 0) return false
  const parts = name.split('/')
  const at = parts.findIndex((part, i) => isSureLevel(part) && (part === part.toUpperCase() || i === parts.length - 1))
  const writer = parts[at === parts.length - 1 ? at - 1 : parts.length - 1] ?? ''
  if (at < 0 || parts.length > 3 || !isName(writer)) return false
  scan.named = true
  addLevel(scan, parts[at] as string, end)
  return add(scan, 'name', writer, end, true)
}

/** "host tag:" stands behind syslog's times; elsewhere the word must look like a host. */
function hostMayStand(scan: Scan): boolean {
  const host = scan.tokens[scan.tokens.length - 1] as Token
  const before = scan.tokens[scan.tokens.length - 2]
  // "WARN web-3 worker: text"
  if (host.kind === 'word' && before?.kind === 'level') return /^[A-Za-z][\w.]{0,40}-\d{1,6}$/.test(host.text)
  if (host.kind !== 'word' || before?.kind !== 'time') return false
  return isHostLike(host.text) || (/^[A-Z][a-z]{2} |\dT\d/.test(before.text) && !scan.hasLevel)
}

export function readWeak(scan: Scan, word: string, end: number): boolean {
  if (scan.tokens.length === 0 && nextMark(scan.text, end) === 0x7c && !/^(?:CEF|LEEF):/.test(word))
    return add(scan, 'program', word, end, true)
  // Storm: "class thread [LEVEL] ".
  if (scan.named && !scan.hasLevel && /^ \[[A-Z]{4,5}\]/.test(scan.text.slice(end, end + 9)))
    return add(scan, 'word', word, end, false)
  if (scan.named) return false
  const words = weakWords(scan, false)
  if (words >= (scan.time === undefined ? 7 : 4) || (scan.time !== undefined && weakWords(scan, true) > 1)) return false
  if (scan.hasLevel && scan.time !== undefined && isProse(word)) return false
  return add(scan, 'word', word, end, false)
}
