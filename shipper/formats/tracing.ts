import type { ParsedLine } from '../record.ts'
import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { findPairs } from './key-values.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'tracing'

const LEVEL = /(?: (INFO|WARN)|(TRACE|DEBUG|ERROR)) (?:(ThreadId\(\d{1,8}\)) )?/y
const LEVEL_BEHIND_TIME =
  / {1,2}(TRACE|DEBUG|INFO|WARN|ERROR) (?:(ThreadId\(\d{1,8}\)|[\w-]{1,60} ThreadId\(\d{1,8}\)) )?/y
/** One span with its fields: request{method=GET uri="/"}: */
const SPAN = /([A-Za-z_][\w .:/-]{0,100}?)(?:\{([^{}]{0,1000})\}):/y
/** A span without fields goes on with the next span, or with the space and the target that end the scope. */
const BARE_SPAN =
  /([A-Za-z_][\w-]{0,100}):(?!:)(?=[A-Za-z_][\w-]{0,100}[:{]| [A-Za-z_]\w{0,100}(?:::\w{1,100}){0,12}: )/y
/** The first one alone could be a crate: its target must show itself by a ::. */
const FIRST_BARE_SPAN =
  /([A-Za-z_][\w-]{0,100}):(?!:)(?=[A-Za-z_][\w-]{0,100}[:{]| [A-Za-z_]\w{0,100}(?:::\w{1,100}){1,12}: )/y
const TARGET = / ?([A-Za-z_]\w{0,100}(?:::[\w]{1,100}){0,12}): (?:([^\s:]{1,200}\.rs):(\d{1,6}): )?/y
/** Deeper scopes are not looked into. */
const MAX_SPANS = 16

/** Rust's tracing-subscriber, the full format: "2025-…Z  INFO span{k=v}:inner: crate::module: msg key=value". */
export const tracing: Format = {
  name: NAME,
  title: 'Rust tracing-subscriber (full)',
  starts: '0-9 TDE\\[',
  parse(head, options) {
    // Linkerd and others write their uptime in brackets: [     0.012345s]  INFO …
    const uptime = head.charCodeAt(0) === 0x5b ? UPTIME.exec(head) : null
    if (uptime !== null) return withUptime(this.parse(head.slice(uptime[0].length), options), Number(uptime[1]))
    const code = head.charCodeAt(0)
    if (code === 0x5b) return undefined
    const timed = code >= 0x30 && code <= 0x39
    if (timed && head.charCodeAt(10) !== 0x54) return undefined
    const time = timed ? leadingTime(head, options) : undefined
    if (timed && time?.lead !== 'L') return undefined
    const pattern = time === undefined ? LEVEL : LEVEL_BEHIND_TIME
    pattern.lastIndex = time?.end ?? 0
    const level = pattern.exec(head)
    if (level === null) return undefined
    const fields: Fields = new Map([['level', (level[1] ?? level[2]) as string]])
    const thread = time === undefined ? level[3] : level[2]
    if (thread !== undefined) fields.set('thread', thread)
    const at = readScope(fields, head, pattern.lastIndex, time !== undefined)
    if (at < 0) return undefined
    addMessage(fields, head.slice(at))
    return parsed(NAME, time?.instant, fields)
  },
}

const UPTIME = /^\[ {0,12}(\d{1,9}\.\d{1,9})s\] {0,1}(?= ?[A-Z])/

function withUptime(line: ParsedLine | undefined, seconds: number): ParsedLine | undefined {
  line?.fields.set('uptime_seconds', seconds)
  return line
}

/** Spans, then the target. Returns where the message starts, or -1 when there is no target. */
function readScope(fields: Fields, head: string, from: number, timed: boolean): number {
  const spans: string[] = []
  const members: Fields = new Map()
  let at = from
  for (let depth = 0; depth < MAX_SPANS; depth++) {
    const span = matchAt(SPAN, head, at) ?? matchAt(depth === 0 ? FIRST_BARE_SPAN : BARE_SPAN, head, at)
    if (span === null) break
    spans.push(span[1] as string)
    if (span[2] !== undefined) for (const [name, value] of findPairs(span[2], 0)) members.set(name, value)
    at += span[0].length
  }
  const target = matchAt(TARGET, head, at)
  // Without a time and a span, "ERROR word: " is anybody's.
  if (target === null ? members.size === 0 : !timed && spans.length === 0 && !target[1]?.includes('::')) return -1
  if (spans.length > 0) fields.set('span', spans.join(':'))
  if (target !== null) fields.set('logger', target[1] as string)
  if (target?.[2] !== undefined) {
    fields.set('file', target[2])
    fields.set('line', Number(target[3]))
  }
  for (const [name, value] of members) if (!fields.has(name)) fields.set(name, value)
  return at + (target?.[0].length ?? 0)
}

function matchAt(pattern: RegExp, head: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(head)
}
