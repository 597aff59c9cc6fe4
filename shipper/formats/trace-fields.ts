/** Stack traces inside a structured line's values: found where libraries put them, and given the record's names. */
import type { Fields, Value } from '../terms/json.ts'
import { parseStack } from './stack.ts'

/** Keys whose text may be a trace; it becomes `stack`, which the names further left are already called. */
const TRACE_KEYS = [
  'stack',
  'stack_trace',
  'stacktrace',
  'stackTrace',
  'error.stack_trace',
  'exc_info',
  'exception',
  'exc_text',
  'traceback',
  'Exception',
  'full_message',
  'error',
  'err',
]
/** These stay in their place: normalize knows them as the stack. */
const NAMED_STACK = 5
const ERROR_KEYS = ['error', 'err', 'exception']
const MESSAGE_KEYS = ['message', 'msg', 'event']

/** Sets error_type, error and stack from a trace among the values, where the line does not say them itself. */
export function liftTrace(fields: Fields): void {
  for (let at = 0; at < TRACE_KEYS.length; at++) {
    const key = TRACE_KEYS[at]!
    const value = fields.get(key)
    if (typeof value === 'string') {
      if (value.includes('\n') && liftText(fields, key, value, at >= NAMED_STACK)) return
    } else if (Array.isArray(value) && liftList(fields, value)) {
      return
    }
  }
  if (!fields.has('stack')) liftFromMessage(fields)
}

function liftText(fields: Fields, key: string, text: string, moves: boolean): boolean {
  const stack = parseStack(text)
  if (stack === undefined) return false
  if (moves && !fields.has('stack')) {
    fields.delete(key)
    fields.set('stack', text)
  }
  // An error object says it better, and normalize reads its parts.
  if (ERROR_KEYS.some((name) => fields.get(name) instanceof Map)) return true
  setDefault(fields, 'error_type', stack.error_type)
  setDefault(fields, 'error', stack.error)
  setDefault(fields, 'error_code', stack.error_code)
  return true
}

/** structlog's dict_tracebacks: [{"exc_type":…,"exc_value":…,"frames":[{"filename":…,"lineno":…,"name":…}]}]; kept whole. */
function liftList(fields: Fields, list: readonly Value[]): boolean {
  const first = list[0]
  if (!(first instanceof Map)) return false
  const type = first.get('exc_type')
  if (typeof type !== 'string') return false
  const said = first.get('exc_value')
  setDefault(fields, 'error_type', type)
  setDefault(fields, 'error', said)
  const frames = first.get('frames')
  if (!Array.isArray(frames)) return true
  const lines = frames.map((frame) =>
    frame instanceof Map
      ? `  File "${frame.get('filename')}", line ${frame.get('lineno')}, in ${frame.get('name')}`
      : `  ${frame}`,
  )
  setDefault(fields, 'stack', ['Traceback (most recent call last):', ...lines, `${type}: ${said}`].join('\n'))
  return true
}

/** A message with its trace below it: the first line stays the message. */
function liftFromMessage(fields: Fields): void {
  for (const key of MESSAGE_KEYS) {
    const text = fields.get(key)
    if (typeof text !== 'string') continue
    const end = text.indexOf('\n')
    if (end <= 0) continue
    const trace = text.slice(end + 1)
    // A trace whose first line is the message itself (`x.y.Error: text`) needs that line to be told.
    const stack = parseStack(trace)
    if (stack === undefined) continue
    const named = stack.error_type === undefined ? parseStack(text) : stack
    fields.set(key, text.slice(0, end))
    fields.set('stack', trace)
    setDefault(fields, 'error_type', named?.error_type)
    setDefault(fields, 'error', named?.error)
    return
  }
}

function setDefault(fields: Fields, name: string, value: Value | undefined): void {
  if (value !== undefined && value !== null && value !== '' && !fields.has(name)) fields.set(name, value)
}
