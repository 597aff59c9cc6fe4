import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { addMessage, LEVEL, LOGGER } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'spring_boot'

/** LEVEL [app,trace,span] pid --- [brackets] logger : msg. Sleuth (Boot 2) put its brackets before the pid. */
const BEHIND_TIME = new RegExp(
  ` {1,4}${LEVEL} {1,3}(?:\\[([^\\]]{0,200})\\] )?(?:(\\d{1,10}|\\$\\{PID:-?\\}) )? {0,8}--- ((?:\\[[^\\]]{0,200}\\] ?){1,4}) {0,40}${LOGGER} {0,40}: ?`,
  'y',
)
const CORRELATION = /^([0-9a-f]{16,32})[-,]([0-9a-f]{16})$/

/** Spring Boot's console pattern: 2.x "… INFO 1 --- [main] c.e.Foo : msg", 3.x with [app], [group] and [trace-span]. */
export const springBoot: Format = {
  name: NAME,
  title: 'Spring Boot (2.x and 3.x, Sleuth, Micrometer tracing)',
  starts: '0-9',
  parse(head, options) {
    const time = leadingTime(head, options)
    if (time?.lead !== 'L') return undefined
    BEHIND_TIME.lastIndex = time.end
    const match = BEHIND_TIME.exec(head)
    if (match === null) return undefined
    const [, level = '', sleuth, pid, brackets = '', logger = ''] = match
    const fields: Fields = new Map([['level', level]])
    if (sleuth !== undefined) addSleuth(fields, sleuth)
    if (pid !== undefined && !pid.startsWith('$')) fields.set('pid', Number(pid))
    addBrackets(fields, brackets)
    fields.set('logger', logger)
    addMessage(fields, head.slice(BEHIND_TIME.lastIndex))
    return { format: NAME, time: time.instant, fields }
  },
}

/** app,trace,span[,exportable] */
function addSleuth(fields: Fields, text: string): void {
  const [app = '', trace = '', span = ''] = text.split(',')
  if (app !== '') fields.set('service', app)
  if (trace !== '') fields.set('trace_id', trace)
  if (span !== '') fields.set('span_id', span)
}

/** [app] [group] [thread] [trace-span]: the thread always stands, the correlation last and blank outside a trace. */
function addBrackets(fields: Fields, text: string): void {
  const parts = text
    .split(']')
    .slice(0, -1)
    .map((part) => part.slice(part.indexOf('[') + 1).trim())
  const last = parts.at(-1) ?? ''
  const correlation = CORRELATION.exec(last)
  if (parts.length > 1 && (last === '' || correlation !== null)) parts.pop()
  if (correlation !== null) {
    fields.set('trace_id', correlation[1] as string)
    fields.set('span_id', correlation[2] as string)
  }
  const thread = parts.pop() ?? ''
  const [app = '', group = ''] = parts
  if (app !== '') fields.set('service', app)
  if (group !== '') fields.set('group', group)
  if (thread !== '') fields.set('thread', thread)
}
