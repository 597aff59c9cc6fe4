/**
 * A line for eyes, as structlog's console renderer writes it, so that the shipper reads it back: time, [level], what
 * happened, [logger], key=value. A stack stands on lines of its own behind it.
 */
import { type Fields, type Value, valueText } from '../shipper/terms/json.ts'

/** SGR codes; levels as structlog colours them. */
const DIM = 2
const BOLD = 1
const CYAN = 36
const MAGENTA = 35
const LEVEL_COLOURS: ReadonlyMap<string, number> = new Map([
  ['fatal', 31],
  ['critical', 31],
  ['error', 31],
  ['warn', 33],
  ['info', 32],
  ['debug', 34],
  ['trace', 90],
])

const EVENT_WIDTH = 30
/** What is taken for the name of an event when it stands alone. */
const NAME = /^[A-Za-z][\w.:-]{1,100}$/

/** `members`: of a line of ours, redacted. */
export function consoleLine(members: Fields, colour: boolean): string {
  const paint = colour ? (text: string, code: number) => `\u001b[${code}m${text}\u001b[0m` : (text: string) => text
  const level = textOf(members, 'level') ?? 'info'
  const word = level === 'warn' ? 'warning' : level
  const { title, isEvent, message } = titleOf(members)
  const rest = new Map(members)
  for (const name of ['timestamp', 'level', 'stack', 'logger', 'message']) rest.delete(name)
  if (isEvent) rest.delete('event')
  // What every line has stands last.
  for (const name of ['service', 'node']) {
    rest.delete(name)
    rest.set(name, members.get(name) ?? '')
  }
  const pairs = [...rest].map(([name, value]) => `${paint(keyText(name), CYAN)}=${paint(repr(value), MAGENTA)}`)
  const logger = textOf(members, 'logger')
  if (message !== undefined) pairs.unshift(`${paint('message', CYAN)}=${paint(repr(message), MAGENTA)}`)
  if (logger !== undefined) pairs.unshift(isLoggerName(logger) ? `[${logger}]` : `logger=${repr(logger)}`)
  const time = paint(textOf(members, 'timestamp') ?? '', DIM)
  const head = `${time} [${paint(word.padEnd(9), LEVEL_COLOURS.get(level) ?? DIM)}] ${paint(title === '' ? '' : title.padEnd(EVENT_WIDTH), BOLD)}`
  const line = pairs.length > 0 ? `${head} ${pairs.join(' ')}` : head
  const stack = textOf(members, 'stack')
  return stack === undefined ? line : `${line}\n${indented(stack)}`
}

/** What stands where structlog has its event: an event's name, or the message when nobody would take it for a name. */
function titleOf(members: Fields): { title: string; isEvent: boolean; message: string | undefined } {
  const event = textOf(members, 'event')
  const message = textOf(members, 'message')
  if (event !== undefined && NAME.test(event)) return { title: event, isEvent: true, message }
  const isPlain = message !== undefined && !NAME.test(message) && /^[^\s=[][^=[\n\r\u001b]{0,400}$/.test(message)
  return isPlain ? { title: message, isEvent: false, message: undefined } : { title: '', isEvent: false, message }
}

/** Continuation lines are known by their indentation; a stack's first line has none. */
function indented(stack: string): string {
  return stack
    .split('\n')
    .map((line) => (/^\s/.test(line) ? line : `  ${line}`))
    .join('\n')
}

function isLoggerName(text: string): boolean {
  return /^[\w.-]{1,200}$/.test(text)
}

function keyText(name: string): string {
  return name.replace(/[^\w.-]/g, '_').replace(/^(?![A-Za-z_])/, '_')
}

/** As Python writes it: bare where that is one word, else quoted; containers as JSON, which reads the same. */
function repr(value: Value): string {
  const text = valueText(value)
  if (typeof value !== 'string') return text
  if (/^[^\s'"\\[\](){}\u0000-\u001f\u007f]+$/.test(text)) return text
  const escaped = text.replace(/[\\'\n\t\r]/g, (char) => `\\${ESCAPES.get(char) ?? char}`)
  // What is left of control characters could move a terminal's cursor.
  return `'${escaped.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')}'`
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', 'n'],
  ['\t', 't'],
  ['\r', 'r'],
])

function textOf(members: Fields, name: string): string | undefined {
  const value = members.get(name)
  return typeof value === 'string' ? value : undefined
}
