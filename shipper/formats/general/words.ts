/** What a single word of a line's head can be: a level, a name, a host, or the beginning of prose. */
import { type LevelMatch, levelLetter, levelWord } from '../../terms/level.ts'

/** Level words that also begin sentences or name parts of a program: they count only where nothing else can stand. */
const AMBIGUOUS = new Set(
  (
    'all normal detail not note http default status user log hint success audit caution deprecated deprecation exception fail failed ' +
    'minor major verb deb fault abort assert spam silly sill blat cfg config fine trac fata grave fein wtf alert panic failure informations'
  ).split(' '),
)
/** Words that nobody begins a sentence with: a level also in lower case and before a single space. */
const PLAIN = new Set(['info', 'debug', 'warn', 'trace', 'warning', 'notice', 'dbg', 'inf', 'wrn', 'err'])
const NEVER = new Set([
  'all',
  'event',
  'not',
  'http',
  'default',
  'status',
  'user',
  'deprecated',
  'deprecation',
  'success',
  'hint',
])

/** A word in brackets or before a colon. */
export function delimitedLevel(word: string): LevelMatch | undefined {
  const lower = word.toLowerCase()
  // Dovecot's "config: Warning: ", strongSwan's 00[CFG]: Java's level is CONFIG, and nothing else.
  if (NEVER.has(lower) || lower === 'cfg' || (lower === 'config' && word !== 'CONFIG')) return undefined
  const upper = word.length <= 2 && word === word.toUpperCase() ? levelLetter(word) : undefined
  return upper ?? levelWord(word) ?? offsetLevel(word) ?? constantLevel(word)
}

/** A whole word in capitals, between spaces. */
export function capitalLevel(word: string): LevelMatch | undefined {
  if (word.length < 3 || word !== word.toUpperCase()) return undefined
  const lower = word.toLowerCase()
  if (NEVER.has(lower) || (AMBIGUOUS.has(lower) && !CAPITALS.has(word))) return undefined
  return levelWord(word) ?? offsetLevel(word) ?? constantLevel(word)
}

/** LOG_INFO, LOG_LEVEL_ERROR, SEVERITY_WARN: a constant's name. */
function constantLevel(word: string): LevelMatch | undefined {
  const match = word.includes('_')
    ? /^(?:LOG|LVL|LEVEL|SEV|SEVERITY|LOG_LEVEL|LOGLEVEL)_([A-Z]{3,9})$/.exec(word)
    : null
  return match === null ? undefined : levelWord(match[1] as string)
}

/** Words that are hardly ever written for anything but a level. */
const SURE = new Set(
  (
    'trace debug info notice warn warning err error crit critical alert emerg emergency fatal severe information ' +
    'informational verbose inf wrn dbg trc vrb ftl'
  ).split(' '),
)

/** Such a word, in capitals, in small letters or with a capital. */
export function isSureLevel(word: string): boolean {
  if (!SURE.has(word.toLowerCase())) return false
  return word === word.toUpperCase() || word.slice(1) === word.slice(1).toLowerCase()
}

const CAPITALS = new Set(['FINE', 'CONFIG', 'FAILURE', 'ALERT', 'PANIC', 'LOG', 'FAULT', 'NOTE', 'SILLY'])

/** A word in small letters between spaces: only one that is no prose, unless a column ends behind it. */
export function spacedLevel(word: string, endsColumn: boolean): LevelMatch | undefined {
  const lower = word.toLowerCase()
  if (NEVER.has(lower)) return undefined
  if (!PLAIN.has(lower) && (!endsColumn || AMBIGUOUS.has(lower))) return undefined
  if (!endsColumn && lower === 'warning' && word !== lower) return undefined
  return levelWord(lower)
}

/** log/slog's INFO+2. */
function offsetLevel(word: string): LevelMatch | undefined {
  const match = /^(TRACE|DEBUG|INFO|WARN|ERROR)[+-]\d{1,3}$/.exec(word)
  const base = match === null ? undefined : levelWord(match[1] as string)
  return base && { level: base.level, exact: false }
}

/** What programs, classes and components are called: sshd, kernel, dfs.DataNode$Receiver, foo::bar, /usr/sbin/cron. */
export function isName(word: string): boolean {
  return /^[A-Za-z_./$@][\w.$/@+~#:-]{0,119}$/.test(word) && /[A-Za-z]/.test(word) && !word.includes('://')
}

/** com.foo.Bar, foo::bar, nova.compute.manager; not 10.0.0.1, not a file name with a path. */
export function isDotted(word: string): boolean {
  return /^[A-Za-z_$][\w$]*(?:(?:\.|::)[A-Za-z_$<][\w$<>-]*)+$/.test(word)
}

/** A word such as sentences are made of. */
export function isProse(word: string): boolean {
  return /^[A-Za-z]?[a-z']+[.,;!?]?$/.test(word)
}

/** 0.512345s, 67f, 7f12ab34c700 (threads), I1234A567 (DB2's records), CHhAvVGS1DHFjwGM9 (Zeek's), 1234-1250/com.example, 1234/T1 (Passenger's), UUIDs, a lone hyphen: as a label they would never end. */
const PASSING =
  /^(?:\d{1,12}(?:\.\d{1,9})?[mun]?s|(?=[a-f]*\d)[\da-f]{8,16}|\d[\da-f]{1,6}|\d[\dA-F]{3}|[IEAW]\d{1,10}[AEWFGH]\d{1,6}|[CF](?=[A-Za-z]{0,16}\d)[A-Za-z\d]{15,18}|\d{1,10}-\d{1,10}\/\S{0,100}|\d{1,10}\/T\w{1,8}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|-)$/

export function isPassing(word: string): boolean {
  const code = word.charCodeAt(0)
  // Most words begin with none of what these begin with.
  if (code > 0x66 || (code > 0x57 && code < 0x61)) return false
  return PASSING.test(word)
}

/** web-1, R02-M1-N0, 10.0.0.1, db.example.com: a name with digits, dots or hyphens. */
export function isHostLike(word: string): boolean {
  if (isPassing(word) || !/^\w.*[\w%]$/.test(word)) return false
  return /[\d.-]/.test(word) && /^[\w.:@/%-]{1,100}$/.test(word) && !/\.log\b|^\d+$|^\d{4}[.-]\d\d[.-]\d\d$/.test(word)
}

/** main, http-nio-8080-exec-1, Thread-3, pool-1-thread-2, IPC Server handler 19 on 62270, tid 12. */
export function isThreadLike(text: string): boolean {
  return /^main$|thread|\bpool-|\bexec-|\bhandler ?\d|\bhandler\b|dispatcher|^tid\b|^conn\d|\w[-#]\d+$/i.test(text)
}

const PAIR_TIME = new Set(['ts', 'time', 'timestamp', 'date', 'datetime', 't', '@timestamp', 'when', 'eventtime'])
const PAIR_LEVEL = new Set(['level', 'lvl', 'severity', 'loglevel', 'log_level', 'sev', 'pri', 'priority'])

export function isTimeKey(key: string): boolean {
  return PAIR_TIME.has(key.toLowerCase())
}

export function isLevelKey(key: string): boolean {
  return PAIR_LEVEL.has(key.toLowerCase())
}
