/**
 * Which line continues the event before it? One line is one event unless it clearly goes on: a frame of a stack trace,
 * the lines a runtime prints as a program dies, indented text below a log line, a pretty-printed object.
 */
import { indentOf, isQuiet, isStamped, startsOwn } from './own-head.ts'

/** `maybe`: the next line decides, when it is a frame both belong to the event. */
export type Verdict = 'joins' | 'maybe' | 'starts'

/** What kind of event is open; decides what its lines may look like. */
export type Mode =
  | 'plain'
  | 'trace'
  | 'python'
  | 'python_done'
  | 'go'
  | 'node'
  | 'rust'
  | 'php'
  | 'json'
  | 'slow_query'
  | 'pem'
  | 'closed'

/** An event whose end has not been seen. */
export interface OpenEvent {
  readonly head: string
  /** Lines after the head so far. */
  readonly count: number
  /** The line before, the head when there is none. */
  readonly last: string
  /** Empty lines seen since `last`: part of the event only when something behind them is. */
  readonly blanks: number
  /** A line of it ended with an opening brace or bracket. */
  readonly opened: boolean
  mode: Mode | undefined
  /** A logger wrote the head (it has a time or a level); undefined: not looked at yet. */
  stamped: boolean | undefined
}

const EXCEPTION = '(?:Exception|Error|Throwable|Failure|Fault)'
const FRAME =
  /^\s+(?:at \S|\.{3} \d+ (?:more|common)|Caused by: |Suppressed: |File "|from \S+:\d+:in |--- End of|---> |\d+: from |\S+\.go:\d+)/
const DOTTED_EXCEPTION = new RegExp(`^[a-zA-Z_$][\\w$]*\\.[\\w$.\`+]*${EXCEPTION}(?:: |$)`)
const BARE_EXCEPTION = new RegExp(`^(?:Uncaught )?[A-Z]\\w*${EXCEPTION}(?: \\[\\w+\\])?(?:: |$)`)
const TRACEBACK = /^[ |+]*(?:Exception Group )?Traceback \(most recent call last\):/
const GOROUTINE = /^goroutine \d+ [^[]{0,80}\[/
const GO_FUNCTION = /^[A-Za-z][\w.\-/]*\.[\w.*()]+(?:\([^ ]*\))?$/
const RUBY_FRAME = /^[^\s:]+\.rb:\d+:in /
const RUNTIME_PLACE = /^(?:(?:file:\/\/)?\S+\.[cm]?[jt]sx?|node:\S+):\d+$/
const CLOSER = /^[)}\]]+[,;]?$/
const JUL_HEAD = /^[A-Z][a-z]{2}\.? \d{1,2}, \d{4},? \d{1,2}:\d{2}:\d{2}\s[AP]M \S+/
const JUL_LEVEL = /^(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): /

/** A key is one secret: its lines stay together, so that redaction sees it whole. */
const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----\s*$/
const PEM_LINE = /^\s*(?:[A-Za-z0-9+/=]{1,100}|[A-Za-z-]{1,40}: .{1,200})\s*$/

/** The mode of an event that may go on with lines of any look, told by its head; most have none. */
export function modeOfHead(head: string): Mode | undefined {
  return head.includes('PRIVATE KEY') && PEM_BEGIN.test(head.slice(-400)) ? 'pem' : undefined
}

/** What a first line announces, in order. */
const HEADS: readonly { readonly head: RegExp; readonly mode: Mode }[] = [
  { head: /^[{[]$/, mode: 'json' },
  { head: TRACEBACK, mode: 'python' },
  { head: /^(?:panic|fatal error|SIG[A-Z]{3,4}): |^goroutine \d+ [^[]{0,80}\[/, mode: 'go' },
  { head: RUNTIME_PLACE, mode: 'node' },
  { head: /^thread '[^']*' (?:\(\d+\) )?panicked at/, mode: 'rust' },
  { head: /PHP (?:Fatal|Parse) error: |Fatal error: {1,2}Uncaught |^Uncaught .* in \S+\.php:\d+$/, mode: 'php' },
  { head: /^# (?:Time|User@Host): /, mode: 'slow_query' },
  { head: /^(?:Exception in thread "|Unhandled [Ee]xception|\*\* \([\w.]+\) |\S+\.rb:\d+:in )/, mode: 'trace' },
  { head: DOTTED_EXCEPTION, mode: 'trace' },
  { head: BARE_EXCEPTION, mode: 'trace' },
]

/** Never throws; looks at `line` and at what is known of the event, and moves its mode on. */
export function continues(event: OpenEvent, line: string): Verdict {
  if (event.mode === undefined && NEVER[line.charCodeAt(0)] && isUnremarkable(event.head)) return 'starts'
  event.mode ??= HEADS.find(({ head }) => head.test(event.head.slice(0, 400)))?.mode ?? 'plain'
  const verdict = MODES[event.mode]?.(event, line)
  if (verdict) return verdict
  const first = line.charCodeAt(0)
  return first === 32 || first === 9 ? indented(event, line) : unindented(event, line)
}

/** Most heads: they start with a digit, { or <, and no kind of event but `plain` has such a head. */
function isUnremarkable(head: string): boolean {
  return head.length > 1 && NEVER[head.charCodeAt(0)] === 1
}

/** Does `line` prove that the line before it, which was only `maybe`, belongs to a trace? */
export function confirms(line: string): boolean {
  return FRAME.test(line)
}

/** Rules of one kind of event; undefined: the general ones decide. */
const MODES: Partial<Record<Mode, (event: OpenEvent, line: string) => Verdict | undefined>> = {
  closed: () => 'starts',
  json: (event, line) => {
    if (/^[}\]],?$/.test(line)) event.mode = 'closed'
    return event.blanks === 0 && /^(?:\s+\S|[}\]],?$|")/.test(line) ? 'joins' : 'starts'
  },
  python: (event, line) => {
    if (indentOf(line) > 0) return event.blanks === 0 || FRAME.test(line) ? 'joins' : 'starts'
    if (TRACEBACK.test(line)) return 'joins'
    if (startsOwn(line) || !/^[A-Za-z_][\w.]*(?::|$)/.test(line)) return 'starts'
    event.mode = 'python_done'
    return 'joins'
  },
  python_done: (event, line) => {
    if (/^(?:During handling of the above|The above exception was)/.test(line)) {
      event.mode = 'python'
      return 'joins'
    }
    if (event.blanks > 0 || TRACEBACK.test(line)) return 'starts'
    if (/^(?:\[SQL: |\[parameters: |\(Background on this|LINE \d+:|DETAIL: |HINT: |CONTEXT: )/.test(line))
      return 'joins'
    return indentOf(line) > 0 && !startsOwn(line) ? 'joins' : 'starts'
  },
  go: (event, line) => {
    if (/^exit status \d/.test(line)) {
      event.mode = 'closed'
      return 'joins'
    }
    if (
      GOROUTINE.test(line) ||
      /^(?:\[signal |runtime stack:|r[a-z0-9]{1,2} +0x|[er]?flags +0x|[cfg]s +0x|PC=0x)/.test(line)
    )
      return 'joins'
    if (event.blanks > 0) return 'starts'
    if (/^(?:created by |\.\.\.|\[recovered|goroutine running on)/.test(line) || GO_FUNCTION.test(line)) return 'joins'
    return /^[\w.\-/*()[\]{}]+\(.*\)$/.test(line.slice(0, 2000)) || line.charCodeAt(0) === 9 ? 'joins' : 'starts'
  },
  node: (event, line) => {
    if (/^Node\.js v\d/.test(line)) {
      event.mode = 'closed'
      return 'joins'
    }
    if (event.count === 0 && event.blanks === 0) return startsOwn(line) ? 'starts' : 'joins'
    if (event.count === 1 && /^\s*\^+$/.test(line)) return 'joins'
    if (/^(?:\(Use `node|Thrown at:|\[Unhandled|Uncaught )/.test(line)) return 'joins'
    return BARE_EXCEPTION.test(line) || FRAME.test(line) ? 'joins' : undefined
  },
  rust: (event, line) => {
    if (event.blanks > 0) return 'starts'
    if (event.count === 0 && event.head.endsWith(':')) return startsOwn(line) ? 'starts' : 'joins'
    return /^(?:note: |stack backtrace:)|^\s+\S/.test(line) ? 'joins' : undefined
  },
  php: (event, line) => {
    if (/^\s*"\}/.test(line)) {
      event.mode = 'closed'
      return 'joins'
    }
    return /^(?:#\d+ |\{main\}|Next [\w\\]+: |(?:PHP )?Stack trace:|\[stacktrace\]|\[previous exception\]|\s+thrown in )/.test(
      line,
    )
      ? 'joins'
      : undefined
  },
  pem: (event, line) => {
    if (/^\s*-----END /.test(line)) {
      event.mode = 'closed'
      return 'joins'
    }
    return event.blanks <= 1 && PEM_LINE.test(line) ? 'joins' : 'starts'
  },
  slow_query: (event, line) => {
    if (event.blanks > 0 || /^# Time: |^\/\S+, Version: |^Tcp port: /.test(line)) return 'starts'
    if (line.startsWith('# User@Host: ')) return /^# Time: /.test(event.last) ? 'joins' : 'starts'
    if (line.startsWith('#') || /^(?:SET timestamp=|use )/i.test(line)) return 'joins'
    const done = /;\s*$/.test(event.last) && !/^(?:SET timestamp=|use )/i.test(event.last)
    return done || startsOwn(line) ? 'starts' : 'joins'
  },
}

function indented(event: OpenEvent, line: string): Verdict {
  // An exception line behind blanks, a frame behind anything: always the trace of what stands before it.
  if (FRAME.test(line) && !startsOwn(line)) return event.blanks === 0 || event.mode !== 'plain' ? 'joins' : 'starts'
  if (event.blanks > 0 || isComplete(event.head)) return 'starts'
  const deep = line.charCodeAt(0) === 9 || line.charCodeAt(1) === 32 || line.charCodeAt(1) === 9
  if (!deep || line.trim() === '' || startsOwn(line)) return 'starts'
  return event.mode !== 'plain' || event.opened || stamped(event) ? 'joins' : 'starts'
}

function unindented(event: OpenEvent, line: string): Verdict {
  if (/^(?:Caused by|Suppressed|Wrapped by): [\w$.]/.test(line)) return isComplete(event.head) ? 'starts' : 'joins'
  if (event.opened && event.count > 0 && event.blanks === 0 && CLOSER.test(line)) return 'joins'
  if (event.count === 0 && JUL_LEVEL.test(line) && JUL_HEAD.test(event.head)) return 'joins'
  if (line === 'Caused by:' && /^Error: /.test(event.head)) return trace(event, 'trace')
  if (/^(?:Stack trace:|\[stacktrace\]|#0 )/.test(line) && /Exception|Error|Fatal/.test(event.head))
    return trace(event, 'php')
  if (event.mode !== 'plain' || event.blanks > 1 || isComplete(event.head) || !stamped(event)) return 'starts'
  if (RUBY_FRAME.test(line)) return 'joins'
  if (event.blanks > 0) return 'starts'
  if (TRACEBACK.test(line)) return isQuiet(event.head) ? 'starts' : trace(event, 'python')
  if (GOROUTINE.test(line)) return trace(event, 'go')
  if (DOTTED_EXCEPTION.test(line)) return FRAME.test(event.last) ? 'starts' : trace(event, 'trace')
  return BARE_EXCEPTION.test(line) || (line.includes('.') && GO_FUNCTION.test(line.slice(0, 400))) ? 'maybe' : 'starts'
}

function trace(event: OpenEvent, mode: Mode): Verdict {
  event.mode = mode
  return 'joins'
}

/** A JSON object on one line has said what it had to say; only a trace's frames may follow. */
function isComplete(head: string): boolean {
  return head.charCodeAt(0) === 123 && head.length > 1 && head.charCodeAt(head.length - 1) === 125
}

function stamped(event: OpenEvent): boolean {
  event.stamped ??= isStamped(event.head)
  return event.stamped
}

/**
 * On bytes, before any text is made: false when this line can never continue another whose event is `plain`. What cannot:
 * a digit, {, <, and name=… (logfmt).
 */
export function canContinue(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!
  if (NEVER[first]) return false
  if (!IS_NAME[first]) return true
  let at = start + 1
  while (at < end && IS_NAME[bytes[at]!]) at++
  return bytes[at] !== 61
}

const NEVER = new Uint8Array(256)
for (const c of '{<0123456789') NEVER[c.charCodeAt(0)] = 1

const IS_NAME = new Uint8Array(256)
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-') IS_NAME[c.charCodeAt(0)] = 1
