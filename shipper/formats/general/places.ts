/** Who wrote a line, told by a place in its source: a file with its line, a method, braces, a user's session. */
import { add, addLevel, type Scan, sticky, weakWords } from './scan.ts'
import { capitalLevel, delimitedLevel, isSureLevel } from './words.ts'

/** Samba's file.c:12(function). */
export function readPlace(scan: Scan): boolean {
  if (scan.named || (scan.time === undefined && !scan.hasLevel)) return false
  const match = sticky(/([\w./-]{1,100}):(\d{1,6})\(([\w:~]{1,80})\)/y, scan)
  if (match === null) return readSource(scan)
  scan.named = true
  return add(scan, 'name', match[1] as string, scan.at + match[0].length, true, match[2], match[3])
}

const LANGUAGES =
  'c|cc|cpp|cxx|h|hpp|m|mm|go|rs|py|pyo|rb|php|js|mjs|ts|java|kt|scala|cs|swift|lua|pl|pm|erl|ex|vala|tcl|pas'
const SOURCE_FILE = new RegExp(`\\.(?:${LANGUAGES})$`)

/** server.go, not net.shibboleth.idp. */
export function isSourceFile(name: string): boolean {
  return SOURCE_FILE.test(name)
}

/** sync.py:126 · net/absconn.cpp(177) · global.cpp:626!logVersion · Monitor.cpp:123:connect_thread(): */
const SOURCE = new RegExp(
  `([\\w./+-]{1,120}\\.(?:${LANGUAGES}))(?::(\\d{1,6})(?:!(\\w{1,80})|:([\\w:~]{1,80})(?:\\(\\))?(?=:))?|\\((\\d{1,6})\\)| (\\d{1,6})(?=: ))(?=[\\s,;|\\]]|:(?: |$)|$)`,
  'y',
)

/** A file that only source has, with its line: also behind a thread or a module. */
function readSource(scan: Scan): boolean {
  if (weakWords(scan, false) > 2 || weakWords(scan, true) > 0) return false
  const match = sticky(SOURCE, scan)
  if (match === null) return false
  scan.named = true
  return add(
    scan,
    'name',
    match[1] as string,
    scan.at + match[0].length,
    true,
    match[2] ?? match[5] ?? match[6],
    match[3] ?? match[4],
  )
}

/** i2pd: 10:11:12@240/info - NetDb: text */
export function readThreadAndLevel(scan: Scan): boolean {
  if (scan.hasLevel || scan.tokens.at(-1)?.kind !== 'time') return false
  const match = sticky(/@(\w{1,20})\/([a-z]{3,9})(?= - )/y, scan)
  if (match === null || !isSureLevel(match[2] as string)) return false
  add(scan, 'pid', match[1] as string, scan.at + match[0].length, true)
  return addLevel(scan, match[2] as string, scan.at)
}

/** Objective-C, on phones and Macs: -[MIContainer makeLive:]: */
export function readMethod(scan: Scan): boolean {
  if (scan.named || scan.time === undefined || weakWords(scan, false) > 1) return false
  const match = sticky(/[-+]\[(\w{1,80}(?:\(\w{1,80}\))?) ([\w:.]{1,200})\]:?(?=\s)/y, scan)
  if (match === null) return false
  scan.named = true
  return add(scan, 'name', match[1] as string, scan.at + match[0].length, true, undefined, match[2])
}

/** Traffic Server's thread {0x7f12ab34}, Calibre-Web's {cps.web:1475}. */
export function readBraced(scan: Scan): boolean {
  if (scan.time === undefined) return false
  const thread = sticky(/\{(0x[\da-f]{4,16})\}(?= )/y, scan)
  if (thread !== null) return add(scan, 'pid', thread[1] as string, scan.at + thread[0].length, true)
  if (!scan.hasLevel || scan.named || weakWords(scan, false) > 0) return false
  const name = sticky(/\{([A-Za-z_][\w./-]{0,100}):(\d{1,6})\}(?= )/y, scan)
  if (name === null) return false
  scan.named = true
  return add(scan, 'name', name[1] as string, scan.at + name[0].length, true, name[2])
}

/** Dovecot's own file: "imap(user@example.com)<4242><session>: Info: ". */
export function readSession(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) < 0x61) return false
  if (scan.named || scan.hasLevel || scan.time === undefined || weakWords(scan, false) > 1) return false
  const match = sticky(
    /([a-z][\w-]{1,60})\(([^()\s]{1,160})\)((?:<[^<>\s]{0,60}>){0,2}): (?=(?:Debug|Info|Warning|Error|Fatal|Panic): )/y,
    scan,
  )
  if (match === null) return false
  scan.named = true
  const end = scan.at + match[0].length - 1
  if (match[3] !== '') add(scan, 'number', match[3] as string, end, false)
  return add(scan, 'program', match[1] as string, end, true, undefined, match[2])
}

/** Behind the time, or a number, without a space: Python's and Jetty's "time:LEVEL:name:message". */
export function readGluedLevel(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) > 0x5a) return false
  if (scan.hasLevel || scan.named || scan.tokens.length === 0 || weakWords(scan, false) > 0) return false
  const match = sticky(/([A-Z]{3,9}):{1,2}(?=[\w([<'"])/y, scan)
  if (match === null || capitalLevel(match[1] as string) === undefined) return false
  addLevel(scan, match[1] as string, scan.at + match[0].length)
  const name = sticky(/([A-Za-z_][\w.$-]{1,100}):(?=[^/\s\d])/y, scan)
  if (name === null) return true
  scan.named = true
  return add(scan, 'name', name[1] as string, scan.at + name[0].length, true)
}

/** oVirt: 2026-05-05 10:11:12,123::INFO::monitor::321::storage::(check) text, with the thread and level in front also. */
export function readColons(scan: Scan): boolean {
  if (scan.tokens.length > 0 && scan.text.charCodeAt(scan.at) !== 0x3a) return false
  if (scan.named || weakWords(scan, false) > 0) return false
  const thread = scan.tokens.length > 0 ? null : sticky(/([\w.-]{1,60})::([A-Z]{4,8})::(?=\d{4}-\d\d-)/y, scan)
  if (thread !== null && capitalLevel(thread[2] as string) !== undefined) {
    add(scan, 'group', thread[1] as string, scan.at + (thread[1] as string).length, true)
    return addLevel(scan, thread[2] as string, scan.at + (thread[2] as string).length + 4)
  }
  // SABnzbd: 2026-05-05 10:11:12,123::WARNING::[interface:657] text
  const alone = scan.time === undefined || scan.hasLevel ? null : sticky(/:{1,2}([A-Z]{4,8})::(?=[^\w])/y, scan)
  if (alone !== null && capitalLevel(alone[1] as string) !== undefined)
    return addLevel(scan, alone[1] as string, scan.at + alone[0].length)
  const match =
    scan.time === undefined
      ? null
      : sticky(/:?(?:([A-Z]{4,8})::)?([A-Za-z_][\w.]{0,80})::(\d{1,6})::([\w.-]{1,80})::/y, scan)
  if (match === null || (match[1] !== undefined && (scan.hasLevel || capitalLevel(match[1]) === undefined)))
    return false
  const end = scan.at + match[0].length
  if (match[1] !== undefined) addLevel(scan, match[1], end)
  scan.named = true
  add(scan, 'name', match[2] as string, end, true, match[3])
  return add(scan, 'number', match[4] as string, end, true)
}

/** ArangoDB: "[e52b0] {general} ", the number of the message and its topic. */
export function readTopic(scan: Scan): boolean {
  if (!scan.hasLevel || scan.named || weakWords(scan, false) > 0) return false
  const match = sticky(/\[([\da-f]{5})\] \{([a-z][\w-]{1,40})\}(?= )/y, scan)
  if (match === null) return false
  add(scan, 'number', match[1] as string, scan.at + 7, false)
  scan.named = true
  return add(scan, 'name', match[2] as string, scan.at + (match[2] as string).length + 3, true)
}

/** VMkernel: cpu12:4242 opID=ab)ScsiDeviceIO: · cpu1:4242)WARNING: NFS: */
export function readProcessor(scan: Scan): boolean {
  if (scan.named || !scan.text.startsWith('cpu', scan.at) || weakWords(scan, false) > 1) return false
  const match = sticky(/(cpu\d{1,4}:\d{1,10})(?: opID=\w{1,40})?\)/y, scan)
  return match !== null && add(scan, 'pid', match[0].slice(0, -1), scan.at + match[0].length, true)
}

/** [ERROR|auth|L83]: columns within a bracket, the first one the level. */
export function readBarredGroup(scan: Scan, word: string, end: number): boolean {
  const [level = '', ...others] = word.split('|').map((part) => part.trim())
  if (
    others.length === 0 ||
    scan.hasLevel ||
    (capitalLevel(level) === undefined && !/^[DIWEF]$/.test(level)) ||
    !delimitedLevel(level)
  )
    return false
  addLevel(scan, level, end)
  for (const other of others) if (other !== '') add(scan, 'group', other, end, true)
  return true
}
