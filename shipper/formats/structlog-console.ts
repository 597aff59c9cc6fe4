/**
 * structlog's ConsoleRenderer: "time [level    ] event padded to 30   [logger] key=value key2='repr'". Values are text as
 * it is, or Python's repr when they hold spaces or quotes; containers are repr and may hold spaces outside quotes.
 */
import { addField, type Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'structlog_console'

/** The level is padded to nine (trace and fatal are longship/logger's); without padding (pad_level=False) the event's own padding must give it away. */
const LEVEL = /( ?)\[(?=[a-z ]{9,10}\])(debug|info|warning|warn|error|critical|exception|notset|trace|fatal) {0,5}\] /y
const BARE_LEVEL =
  / \[(debug|info|warning|error|critical|exception)\] (?=\S[^=]{0,200} {2,30}(?:\[[\w.]{1,200}\]|[A-Za-z_]\w{0,100}=))/y
/** Where the event ends: at the logger or at the first key. */
const FIRST_PART = / (?=\[[\w.-]{1,200}\](?: |$)|[A-Za-z_][\w.-]{0,100}=)/g
const LOGGER = /\[([\w.-]{1,200})\](?: |$)/y
const KEY = / {0,4}([A-Za-z_][\w.-]{0,100})=/y
const NAME_LIKE = /^[A-Za-z][\w.:-]{0,100}$/

export const structlogConsole: Format = {
  name: NAME,
  title: 'structlog console renderer',
  starts: '0-9[',
  parse(head, options) {
    const timed = head.charCodeAt(0) !== 0x5b
    const time = timed ? leadingTime(head, options) : undefined
    if (timed && time?.lead !== '[') return undefined
    const start = time?.end ?? 0
    const fields: Fields = new Map()
    const body = readLevel(fields, head, start)
    if (body < 0) return undefined
    addEvent(fields, head, body)
    return parsed(NAME, time?.instant, fields)
  },
}

function readLevel(fields: Fields, head: string, start: number): number {
  LEVEL.lastIndex = start
  const padded = LEVEL.exec(head)
  if (padded !== null && (padded[1] === ' ') === start > 0) {
    fields.set('level', padded[2] as string)
    return LEVEL.lastIndex
  }
  BARE_LEVEL.lastIndex = start
  const bare = start === 0 ? null : BARE_LEVEL.exec(head)
  if (bare === null) return -1
  fields.set('level', bare[1] as string)
  return BARE_LEVEL.lastIndex
}

/** A name-like event is the machine's name for what happened; anything else is the message. */
function addEvent(fields: Fields, head: string, start: number): void {
  FIRST_PART.lastIndex = start
  const part = FIRST_PART.exec(head)
  const event = head.slice(start, part?.index).trim()
  if (event !== '') fields.set(NAME_LIKE.test(event) && event.length > 1 ? 'event' : 'message', event)
  if (part === null) return
  let at = part.index + part[0].length
  LOGGER.lastIndex = at
  const logger = LOGGER.exec(head)
  if (logger !== null) {
    fields.set('logger', logger[1] as string)
    at = LOGGER.lastIndex
  }
  addKeys(fields, head, at)
}

/** What does not read as key=value any more joins the message: nothing is lost. */
function addKeys(fields: Fields, head: string, from: number): void {
  let at = from
  for (;;) {
    KEY.lastIndex = at
    const key = KEY.exec(head)
    if (key === null) break
    const start = KEY.lastIndex
    const end = valueEnd(head, start)
    addField(fields, key[1] as string, readRepr(head.slice(start, end)))
    at = end
  }
  const left = head.slice(at).trim()
  if (left !== '') addField(fields, 'message', left)
}

/** Behind a quoted text or a container, else the next space. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x27:
      case 0x22: {
        if (at !== start && depth === 0) break
        const close = quoteEnd(text, at)
        if (close < 0) return nextSpace(text, start)
        at = close
        break
      }
      case 0x5b:
      case 0x7b:
      case 0x28:
        depth++
        break
      case 0x5d:
      case 0x7d:
      case 0x29:
        depth--
        break
      case 0x20:
        if (depth <= 0) return at
        break
      default:
    }
  }
  return depth > 0 ? nextSpace(text, start) : text.length
}

function quoteEnd(text: string, open: number): number {
  const quote = text.charCodeAt(open)
  for (let at = open + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (code === 0x5c) at++
  }
  return -1
}

function nextSpace(text: string, start: number): number {
  const space = text.indexOf(' ', start)
  return space < 0 ? text.length : space
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
])

/** Quotes off a repr of text; everything else as it was written. */
function readRepr(raw: string): string {
  const quote = raw.charCodeAt(0)
  if ((quote !== 0x27 && quote !== 0x22) || raw.length < 2 || raw.charCodeAt(raw.length - 1) !== quote) return raw
  const inner = raw.slice(1, -1)
  return inner.includes('\\') ? inner.replace(/\\([\\'"ntr])/g, (_, code) => ESCAPES.get(code) ?? code) : inner
}
