import type { Fields, Value } from '../terms/json.ts'
import type { Format } from './format.ts'
import { readJsonTail } from './json-tail.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'monolog'

const BEHIND_TIME = /\] ([\w.-]{1,100})\.(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): ?/y
/** Laravel: {"exception":"[object] (App\\X(code: 0): message at /app/x.php:12) — closed many lines further down, if at all. */
const EXCEPTION =
  /"exception":"\[object\] \(([\w\\]{1,300})\(code: ([^()]{1,40})\): (.{0,4000}?) at ([^\s"]{1,400}):(\d{1,7})\)/
const OPEN_CONTEXT = / \{"(?:exception|userId|[\w-]{1,60})":/

/** Monolog's LineFormatter (Symfony, Laravel): "[time] channel.LEVEL: message {context} {extra}". */
export const monolog: Format = {
  name: NAME,
  title: 'Monolog (Laravel, Symfony)',
  starts: '\\[',
  parse(head, options) {
    const time = leadingTime(head, options)
    if (time?.lead !== ']') return undefined
    BEHIND_TIME.lastIndex = time.end
    const match = BEHIND_TIME.exec(head)
    if (match === null) return undefined
    const fields: Fields = new Map()
    fields.set('level', match[2] as string)
    fields.set('logger', match[1] as string)
    const body = head.slice(BEHIND_TIME.lastIndex)
    const tail = readJsonTail(body)
    if (tail === undefined) addOpen(fields, body)
    else {
      addMessage(fields, tail.text)
      addValue(fields, 'context', tail.values[0])
      addValue(fields, 'extra', tail.values[1])
    }
    addException(fields, head)
    return parsed(NAME, time.instant, fields)
  },
}

/** A context that the line does not close: Laravel writes the stack's line breaks as they are. */
function addOpen(fields: Fields, body: string): void {
  const open = body.includes('"exception":"[object]') ? OPEN_CONTEXT.exec(body) : null
  if (open === null) {
    addMessage(fields, body)
    return
  }
  addMessage(fields, body.slice(0, open.index))
  fields.set('context', body.slice(open.index + 1))
}

/** Members become fields of their own; [] and {} say that there are none. */
function addValue(fields: Fields, name: string, value: Value | undefined): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return
  if (!(value instanceof Map)) {
    fields.set(name, value)
    return
  }
  for (const [key, member] of value) fields.set(fields.has(key) ? `${name}_${key}` : key, member)
}

function addException(fields: Fields, head: string): void {
  const match = head.includes('"exception":"[object]') ? EXCEPTION.exec(head) : null
  if (match === null) return
  const [, type = '', code = '', error = '', file = '', line] = match
  fields.set('error_type', type.replaceAll('\\\\', '\\'))
  fields.set('error', error)
  if (code !== '0') fields.set('error_code', code)
  fields.set('file', file)
  fields.set('line', Number(line))
}
