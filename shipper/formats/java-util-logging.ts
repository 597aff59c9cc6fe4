import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { addMessage, LEVEL, LOGGER, layout, parsed, readAfterTime } from './layout.ts'

const NAME = 'java_util_logging'

/** "Dec 26, 2025 2:03:45 AM com.foo.Bar method", the narrow no-break space of newer JDKs included. */
const HEAD = /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d[ \u202f\u00a0][AP]M (\S{1,200}) ?([\w$<>]{0,100})$/
const LEVEL_LINE = new RegExp(`^${LEVEL}: ?`)
/** Jenkins: 2025-12-26 02:03:45.123+0000 [id=1]	INFO	hudson.WebAppMain$3#run: msg */
const JENKINS = [
  layout(
    ` \\[id=(\\d{1,10})\\]\\t${LEVEL}\\t${LOGGER}#([\\w$<>]{1,100})(?::|$) ?`,
    'thread level logger function',
    '[',
  ),
]

/** java.util.logging's SimpleFormatter: a head line, and in the next one the level and the message. Also Jenkins' one-line form. */
export const javaUtilLogging: Format = {
  name: NAME,
  title: 'java.util.logging (two-line SimpleFormatter, Jenkins)',
  starts: 'A-Z0-9',
  parse(head, options) {
    return head.charCodeAt(0) < 0x3a ? readAfterTime(NAME, JENKINS, head, options) : readTwoLines(head, options)
  },
}

function readTwoLines(head: string, options: ParseOptions) {
  const match = HEAD.exec(head)
  if (match === null) return undefined
  const [, logger = '', method = ''] = match
  const time = readTime(head.replace(/[\u202f\u00a0]/, ' '), 0, options)
  if (time === undefined) return undefined
  const fields: Fields = new Map()
  const end = options.rest.indexOf('\n')
  const line = end < 0 ? options.rest : options.rest.slice(0, end)
  const level = LEVEL_LINE.exec(line)
  if (level !== null) fields.set('level', level[1] as string)
  fields.set('logger', logger)
  if (method !== '') fields.set('function', method)
  addMessage(fields, level === null ? '' : line.slice(level[0].length))
  return parsed(NAME, time.instant, fields)
}
