import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { addMessage, addPairs, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'dotnet_console'

const HEAD = /(?:\]? )?(trce|dbug|info|warn|fail|crit): ([A-Za-z_][\w.`+<>-]{0,300})\[(-?\d{1,10})\](?: |$)/y
/** The systemd formatter writes syslog's number instead: <6>Category[14] message */
const SYSTEMD = /<([0-7])>(?=\S)/y
const SYSTEMD_CATEGORY = / ?([A-Za-z_][\w.`+<>-]{0,300})\[(-?\d{1,10})\](?: |$)/y
/** Scopes: "=> SpanId:00f0…, TraceId:4bf9…, ParentId:… => RequestPath:/x RequestId:0HM…" */
const SCOPE = /\b(SpanId|TraceId|ParentId|ConnectionId|RequestId|RequestPath|ActionId|ActionName):([^\s,]{1,300})/g
const SCOPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['SpanId', 'span_id'],
  ['TraceId', 'trace_id'],
  ['ParentId', 'parent_id'],
  ['ConnectionId', 'connection_id'],
  ['RequestId', 'request_id'],
  ['RequestPath', 'path'],
  ['ActionId', 'action_id'],
  ['ActionName', 'action_name'],
])
/** Where the message ends: an exception, or a frame of its stack. */
const EXCEPTION = /^\s{0,12}(?:[A-Z]\w{0,80}(?:\.\w{1,80}){0,12}(?:Exception|Error)\b|at \S)/

/** Microsoft.Extensions.Logging's console: "info: Category[14]", and the message in the lines below, six spaces in. */
export const dotnetConsole: Format = {
  name: NAME,
  title: '.NET console (simple, single-line, systemd)',
  starts: 'tdiwfc<0-9\\[',
  parse(head, options) {
    const code = head.charCodeAt(0)
    if (code === 0x3c) return readSystemd(head)
    const time = code > 0x60 ? undefined : leadingTime(head, options)
    if (code < 0x61 && time?.lead !== 'w' && time?.lead !== ']') return undefined
    HEAD.lastIndex = time?.end ?? 0
    const match = HEAD.exec(head)
    if (match === null) return undefined
    const [, level = '', logger = '', id] = match
    const fields: Fields = new Map()
    fields.set('level', level === 'trce' ? 'trace' : level)
    fields.set('logger', logger)
    fields.set('event_id', Number(id))
    const line = head.slice(HEAD.lastIndex)
    if (line.trim() !== '') addMessage(fields, takeScopes(fields, line))
    else addLines(fields, options.rest)
    return parsed(NAME, time?.instant, fields)
  },
}

function readSystemd(head: string) {
  SYSTEMD.lastIndex = 0
  const level = SYSTEMD.exec(head)
  SYSTEMD_CATEGORY.lastIndex = 3
  const match = level && SYSTEMD_CATEGORY.exec(head)
  if (!match) return undefined
  const fields: Fields = new Map()
  fields.set('level', Number(level[1]))
  fields.set('logger', match[1] as string)
  fields.set('event_id', Number(match[2]))
  addMessage(fields, takeScopes(fields, head.slice(SYSTEMD_CATEGORY.lastIndex)))
  return { format: NAME, time: undefined, scale: 'syslog' as const, fields }
}

/** The message's lines, its indent off, up to the exception (stack.ts reads that). */
function addLines(fields: Fields, rest: string): void {
  const lines: string[] = []
  for (const line of rest.split('\n')) {
    if (lines.length > 0 && EXCEPTION.test(line)) break
    if (line.trimStart().startsWith('=> ')) addScopes(fields, line)
    else lines.push(line.startsWith('      ') ? line.slice(6) : line)
  }
  const message = lines.join('\n').trim()
  if (message !== '') fields.set('message', message)
  addPairs(fields, message)
}

function takeScopes(fields: Fields, line: string): string {
  const end = line.startsWith('=> ') ? line.lastIndexOf('=> ') : -1
  if (end < 0) return line
  addScopes(fields, line)
  return line
}

function addScopes(fields: Fields, text: string): void {
  for (const [, name = '', value = ''] of text.matchAll(SCOPE)) fields.set(SCOPE_NAMES.get(name) ?? name, value)
}
