/** Python's logging: its default, and the format strings that people write for it; loguru, Flask, Django, Home Assistant, Odoo. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { isNeverName } from './general/prose.ts'
import { JAVA_CLASS, LEVEL, LOGGER, layout, parsed, readAfterTime, readLayouts } from './layout.ts'
import type { LeadingTime } from './leading-time.ts'

const NAME = 'python_logging'
/** A module: nodes.developer, root, __main__. */
const MODULE = '([A-Za-z_][\\w.$-]{0,200})'

/** Behind any time. */
const MARKED = [
  // %(asctime)s - %(name)s - %(levelname)s - %(message)s, also "… - name - LEVEL: message"
  layout(` - ${LOGGER} {0,40} - ${LEVEL} {0,8}(?: - |: )`, 'logger level', '-'),
  // … - name - line - LEVEL - message
  layout(` - ${LOGGER} {0,40} - (\\d{1,6}) - ${LEVEL} {0,8} - `, 'logger line level', '-'),
  // … - thread - name - LEVEL - message
  layout(` - ([\\w.-]{1,60}) - ${LOGGER} {0,40} - ${LEVEL} {0,8} - `, 'thread logger level', '-'),
  // … - LEVEL - message, … - LEVEL - name - message, … - [LEVEL] - message
  layout(` - \\[?${LEVEL}\\]? {0,8} - (?:${MODULE} {0,40} - )?`, 'level logger', '-'),
  // loguru: | INFO     | module:function:line - message
  layout(` \\| ${LEVEL} {0,9} \\| ([\\w.$]{1,200}):([\\w<>.]{1,100}):(\\d{1,6}) - `, 'level logger function line', '|'),
  layout(
    ` \\| ${LEVEL} {0,9} \\| (?!(?:TRACE|DEBUG|INFO|WARN|ERROR|CRITICAL) )${MODULE} {0,40} \\| `,
    'level logger',
    '|',
  ),
  layout(` \\| ${MODULE} {0,40} \\| ${LEVEL} {0,9} \\| `, 'logger level', '|'),
]

/**
 * Behind a time with dashes and a space between date and clock, as asctime has it: with slashes these layouts are Go's,
 * behind an ISO time they are hclog's and Rust's.
 */
const ASCTIME = [
  // [LEVEL] name: message, [LEVEL] message
  layout(
    `\\]? \\[${LEVEL} {0,8}\\] (?!\\[[^\\]]{1,200}\\] \\S{1,200} - )(?:\\[${LOGGER}\\] |([a-z_][\\w.]{0,100}|\\w{1,80}\\.[\\w.]{1,120}): )?`,
    'level logger logger',
    '[]',
  ),
  // Flask: [time] LEVEL in module: message
  layout(`\\] ${LEVEL} in ${MODULE}: `, 'level logger', ']'),
  layout(
    ` {1,2}\\[?${LEVEL}\\]? {1,8}(?!${JAVA_CLASS}: )${MODULE}(?:: |:(\\d{1,6}):? (?!- ))`,
    'level logger line',
    'L[',
  ),
  // LEVEL [name] message
  layout(
    ` ${LEVEL} {1,8}\\[(?!main\\])([a-z_]\\w{0,80}(?:\\.\\w{1,80}){0,12})(?::(\\d{1,6}))?\\] (?!\\(|\\S{1,200}:? - |(?:${JAVA_CLASS}): )`,
    'level logger line',
    'L',
  ),
  // Home Assistant: INFO (MainThread) [homeassistant.core] message
  layout(` ${LEVEL} \\(([^()]{1,100})\\) \\[${MODULE}\\] `, 'level thread logger', 'L'),
  // INFO sqlalchemy.engine.Engine [generated in 0.0001s] …, INFO some.module message
  layout(` {1,2}${LEVEL} {1,8}(sqlalchemy\\.[\\w.]{1,100}) `, 'level logger', 'L'),
  layout(` {1,2}${LEVEL} {1,8}([a-z_]\\w{0,80}(?:\\.\\w{1,80}){1,12}) {1,40}(?![-[(])`, 'level logger', 'L'),
  // %(name)-12s %(levelname)-8s %(message)s
  layout(
    // Behind Jira's level comes a request, then [c.a.j.Logger].
    ` {1,2}(?!TRACE |DEBUG |INFO |WARN|ERROR |FATAL |CRITICAL )${MODULE} {1,40}${LEVEL}:? {1,8}(?![^[]{0,300}\\[[a-z]\\.[a-z]\\.[\\w.]{1,200}\\] )`,
    'logger level',
    'w',
  ),
  // Odoo: 1234 INFO database odoo.modules.loading: message
  layout(` (\\d{1,10}) ${LEVEL} ([\\w?-]{1,100}) ${MODULE}: `, 'pid level database logger', '0'),
  layout(`[ :] ?${LEVEL}:${MODULE}: ?`, 'level logger', 'L:'),
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

function readUnmarked(head: string, time: LeadingTime): Fields | undefined {
  // 17/06/09 is Spark's, 26-Dec-2025 Tomcat's, 2026/05/05 Go's.
  const third = head.charCodeAt(2)
  if (third === SLASH || third === DASH || head.charCodeAt(4) === SLASH) return undefined
  const iso = head.charCodeAt(10) === LETTER_T || head.charCodeAt(11) === LETTER_T
  const fields = iso ? undefined : readLayouts(ASCTIME, head, time.end, time.lead)
  // "INFO Total: 12 items": the message's word.
  return fields !== undefined && isNeverName(fields.get('logger')) ? undefined : fields
}

const SLASH = 0x2f
const DASH = 0x2d
const LETTER_T = 0x54

const LEVEL_START = /^(?:TRACE|DEBUG|INFO|WARN|ERROR|CRITICAL|FATAL|NOTICE|SUCCESS)/

function readLevelFirst(head: string, options: ParseOptions) {
  if (!LEVEL_START.test(head)) return undefined
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
