/** Python's logging: its default, and the format strings that people write for it; loguru, Flask, Django, Home Assistant, Odoo. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { JAVA_CLASS, LEVEL, LOGGER, layout, parsed, readAfterTime, readLayouts } from './layout.ts'

const NAME = 'python_logging'
/** A module: nodes.developer, root, __main__. */
const MODULE = '([A-Za-z_][\\w.$-]{0,200})'

/** Behind any time. */
const MARKED = [
  // %(asctime)s - %(name)s - %(levelname)s - %(message)s, also "… - name - LEVEL: message"
  layout(` - ${LOGGER} {0,40} - ${LEVEL} {0,8}(?: - |: )`, 'logger level'),
  // … - LEVEL - message, … - LEVEL - name - message, … - [LEVEL] - message
  layout(` - \\[?${LEVEL}\\]? {0,8} - (?:${MODULE} {0,40} - )?`, 'level logger'),
  // loguru: | INFO     | module:function:line - message
  layout(` \\| ${LEVEL} {0,9} \\| ([\\w.$]{1,200}):([\\w<>.]{1,100}):(\\d{1,6}) - `, 'level logger function line'),
  layout(` \\| ${LEVEL} {0,9} \\| ${MODULE} {0,40} \\| `, 'level logger'),
  layout(` \\| ${MODULE} {0,40} \\| ${LEVEL} {0,9} \\| `, 'logger level'),
]

/** Behind a time with dashes: with slashes these are Go's. */
const BRACKETED = [
  // [LEVEL] name: message, [LEVEL] message
  layout(
    `\\]? \\[${LEVEL} {0,8}\\] (?:\\[${LOGGER}\\] |([a-z_][\\w.]{0,100}|\\w{1,80}\\.[\\w.]{1,120}): )?`,
    'level logger logger',
  ),
  // Flask: [time] LEVEL in module: message
  layout(`\\] ${LEVEL} in ${MODULE}: `, 'level logger'),
]

/** Behind a time with a space between date and clock, as asctime has it: an ISO time in the same layouts is Rust's. */
const ASCTIME = [
  layout(` {1,2}\\[?${LEVEL}\\]? {1,8}(?!${JAVA_CLASS}: )${MODULE}(?:: |:(\\d{1,6}):? (?!- ))`, 'level logger line'),
  // Home Assistant: INFO (MainThread) [homeassistant.core] message
  layout(` ${LEVEL} \\(([^()]{1,100})\\) \\[${MODULE}\\] `, 'level thread logger'),
  // SQLAlchemy's echo and others: INFO sqlalchemy.engine.Engine message
  layout(
    ` {1,2}${LEVEL} {1,8}([a-z_]\\w{0,80}(?:\\.\\w{1,80}){1,12}) {1,40}(?!- |\\[[^\\]]{0,100}\\] - |\\(\\w{1,100}\\.java:)`,
    'level logger',
  ),
  // %(name)-12s %(levelname)-8s %(message)s
  layout(` {1,2}(?!TRACE |DEBUG |INFO |WARN|ERROR |FATAL |CRITICAL )${MODULE} {1,40}${LEVEL}:? {1,8}`, 'logger level'),
  // Odoo: 1234 INFO database odoo.modules.loading: message
  layout(` (\\d{1,10}) ${LEVEL} ([\\w?-]{1,100}) ${MODULE}: `, 'pid level database logger'),
  layout(`[ :] ?${LEVEL}:${MODULE}: ?`, 'level logger'),
  layout(` (?:- )?${LEVEL}: (?=\\S)`, 'level'),
]

/** No time. logging's default "LEVEL:name:message", Alembic's "LEVEL  [name] message". */
const UNTIMED = [
  layout('(DEBUG|INFO|WARNING|ERROR|CRITICAL):([A-Za-z_][^\\s:]{0,200}):', 'level logger'),
  layout(
    '(DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL) {1,5}\\[([a-z_]\\w{0,80}(?:\\.\\w{1,80}){1,12})\\] ',
    'level logger',
  ),
]
const LEVEL_FIRST = new RegExp(`^\\[?${LEVEL}\\]?[ :]{1,3}(?=\\d{1,4}[-.])`)
/** Django's verbose: LEVEL time module pid thread message. Also LEVEL:time:name:message. */
const BEHIND_LEVEL_FIRST = [
  layout(` ${MODULE} (\\d{1,10}) (\\d{1,20}) `, 'logger pid thread'),
  layout(`[ :]${MODULE}: ?`, 'logger'),
]

export const pythonLogging: Format = {
  name: NAME,
  title: 'Python logging (default and common formats), loguru, Flask, Django, Home Assistant, Odoo',
  starts: '0-9\\[A-Z',
  parse(head, options) {
    const code = head.charCodeAt(0)
    if (code > 0x40 && code !== 0x5b) return readLevelFirst(head, options)
    return readAfterTime(NAME, MARKED, head, options, readUnmarked)
  },
}

function readUnmarked(head: string, start: number): Fields | undefined {
  if (head.charCodeAt(2) === SLASH || head.charCodeAt(4) === SLASH) return undefined
  const iso = head.charCodeAt(10) === LETTER_T || head.charCodeAt(11) === LETTER_T
  return readLayouts(BRACKETED, head, start) ?? (iso ? undefined : readLayouts(ASCTIME, head, start))
}

const SLASH = 0x2f
const LETTER_T = 0x54

function readLevelFirst(head: string, options: ParseOptions) {
  const untimed = readLayouts(UNTIMED, head, 0)
  if (untimed !== undefined) return parsed(NAME, undefined, untimed)
  const match = LEVEL_FIRST.exec(head)
  const time = match && readTime(head, match[0].length, options)
  const behind = time && readLayouts(BEHIND_LEVEL_FIRST, head, time.end)
  if (!behind) return undefined
  const fields: Fields = new Map([['level', match[1] as string]])
  for (const [name, value] of behind) fields.set(name, value)
  return parsed(NAME, time.instant, fields)
}
