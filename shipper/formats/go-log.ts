import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { addMessage, parsed } from './layout.ts'

const NAME = 'go_log'
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39

const DATE = /\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{6})?(?: |$)/y
/** log.New(w, "INFO: ", …), "[worker] ", "myapp " in front of the date. */
const PREFIX = /([A-Za-z[(<][^/\d]{0,40}(?:\d{1,3}[^/\d]{1,20})?)(?=\d{4}\/\d\d\/\d\d )/y
/** Lshortfile and Llongfile; Gitea adds the function. */
const FILE = /\[?((?:[A-Za-z]:)?[^\s:[]{1,200}\.go):(\d{1,7})[:\]](?:([\w.()*]{1,100})\(\))? /y
/** slog's default handler ("INFO msg k=v", "WARN+2"), logutils' "[WARN] agent: ", "ERROR: ". */
const LEVEL_WORD =
  /(?:(TRACE|DEBUG|DEBU|INFO|WARN|WARNING|ERROR|ERRO|FATAL|FATA|PANIC)((?:[+-]\d{1,3})?)(?::? )|\[([A-Za-z]{1,8})\]:? (?:\[\d{1,12}\] )?)(?:([a-z][\w./-]{0,40}): )?/y
/** "http: TLS handshake error", "BGP: neighbor …": Go's packages say who they are. The message keeps it, as it does "error: ". */
const TAG = /([a-z][\w./-]{0,40}|[A-Z]{2,20}): (?=\S)/y
const LEVEL_WORDS = new Set(
  'debu erro fata trace debug info notice warn warning error err fatal panic critical alert crit emerg trc dbg inf wrn ftl t d i n w e f'.split(
    ' ',
  ),
)
/** nginx's error log, Gin, OSSEC and evt: lines begin alike and are formats of their own. */
const OTHERS =
  /[A-Z]{4,8}> |(?:[^\s:]{1,200}\.go:\d{1,7}: )?(?:\[?[\w.-]{1,60}\]?:? )?evt: |- |\[\w{1,8}\] \d{1,10}#\d{1,10}: |kid\d|[a-z][\w-]{1,40}(?::[\w-]{1,40})?(?:\[\d{1,10}\])?(?: [\w.-]{1,60}:\d{1,6} at [\w:~]{1,80}\(\))?: (?:DEBUG|INFO|WARNING|ERROR|CRITICAL|VERBOSE): /y

/** (billing) [INF] · com.acme.Billing - |WARN| · {INFO} [main] · | billing | */
const COLUMNS =
  /(?:[({|]|[A-Za-z_][\w.]{0,80} [-|] )[^a-z\n]{0,40}(?:TRACE|DEBUG|INFO|WARN|ERROR|INF|WRN|ERR|DBG)|\{[A-Z]{3,7}\} |\| [\w.]{1,40} \| |(?:Info|Information|Warn|Warning|Error|Debug|Fatal|[DIWEF]) [[(<{]|\([DIWEF]\) |(?=[\w.-]{0,60}[\d.-])[\w.-]{2,60} [[({<]|[({][\w.]{2,40}[)}] \[/y
const SLASH = 0x2f
/** Longest prefix, and a year. */
const MAX_SLASH = 70

/** Go's standard log package, any flags with date and time, prefix in front or behind; slog's default handler. */
export const goLog: Format = {
  name: NAME,
  title: 'Go standard log, slog default handler',
  starts: '0-9A-Za-z[(<',
  parse(head, options) {
    const code = head.charCodeAt(0)
    let start = 0
    let prefix = ''
    if (code < DIGIT_0 || code > DIGIT_9) {
      // The date's slashes: without them there is nothing to look for.
      const slash = head.indexOf('/')
      if (slash < 5 || slash > MAX_SLASH || head.charCodeAt(slash + 3) !== SLASH) return undefined
      prefix = matchAt(PREFIX, head, 0)?.[1] ?? ''
      if (prefix === '') return undefined
      start = prefix.length
    }
    const date = matchAt(DATE, head, start)
    if (date === null || matchAt(OTHERS, head, DATE.lastIndex) !== null) return undefined
    const from = start + date[0].length
    const time = readTime(head, start, options)
    if (time === undefined) return undefined
    const fields: Fields = new Map()
    addPrefix(fields, prefix)
    const body = addHead(fields, head, from)
    // Columns that Go's logger does not write: the general case reads more of them.
    if (prefixless(fields) && prefix === '' && matchAt(COLUMNS, head, body) !== null) return undefined
    addMessage(fields, head.slice(body))
    // As with klog: no program is named, the file is the part that wrote it.
    const file = fields.get('file')
    if (file !== undefined && !fields.has('logger')) fields.set('logger', file)
    return parsed(NAME, time.instant, fields)
  },
}

function matchAt(pattern: RegExp, head: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(head)
}

/** "INFO: " says the level, "[worker] " who wrote the line. */
function addPrefix(fields: Fields, prefix: string): void {
  const word = prefix.replace(/^[\s[(<]+|[\s\])>:|-]+$/g, '')
  if (word === '') return
  fields.set(LEVEL_WORDS.has(word.toLowerCase()) ? 'level' : 'logger', word)
}

/** The file and the level, in either order. Returns where the message starts. */
function addHead(fields: Fields, head: string, from: number): number {
  let at = addFile(fields, head, from)
  const level = matchAt(LEVEL_WORD, head, at)
  const word = level?.[1] ?? level?.[3]
  if (level !== null && word !== undefined && !fields.has('level') && LEVEL_WORDS.has(word.toLowerCase())) {
    fields.set('level', word + (level[2] ?? ''))
    if (level[4] !== undefined && !fields.has('logger')) fields.set('logger', level[4])
    at += level[0].length
  } else if (level === null && prefixless(fields)) {
    const tag = matchAt(TAG, head, at)
    const name = tag?.[1]
    if (name !== undefined && LEVEL_WORDS.has(name)) {
      if (name.length > 1) fields.set('level', name)
    } else if (name !== undefined) fields.set('logger', name)
  }
  return fields.has('file') ? at : addFile(fields, head, at)
}

function prefixless(fields: Fields): boolean {
  return !fields.has('level') && !fields.has('logger') && !fields.has('file')
}

function addFile(fields: Fields, head: string, from: number): number {
  const match = matchAt(FILE, head, from)
  if (match === null) return from
  const [all, file = '', line, method] = match
  fields.set('file', file)
  fields.set('line', Number(line))
  if (method !== undefined) fields.set('function', method)
  return from + all.length
}
