/**
 * Log4j 1 and 2, reload4j, log4net and SLF4J's simple logger: the PatternLayouts that are common, and those that
 * Elasticsearch, Solr, Flink, ActiveMQ, Dropwizard, Akka and Minecraft ship with.
 */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { isNeverName } from './general/prose.ts'
import { addMessage, JAVA_CLASS, LEVEL, LOGGER, layout, parsed, readAfterTime, readLayouts, THREAD } from './layout.ts'
import { type LeadingTime, leadingTime } from './leading-time.ts'

const NAME = 'log4j'

/** Behind the time. */
const LAYOUTS = [
  // %d %-5p [%t] %c:%L - %m, Flink's %c{60} %x: "INFO  org.apache.flink.Foo [] - msg"
  layout(
    ` {1,2}${LEVEL} {1,6}(?:${THREAD} {1,4})?${LOGGER}(?::(\\d{1,6}))?(?: \\[([^\\]]{0,100})\\])? {1,9}- `,
    'level thread logger line context',
    'L',
  ),
  // log4j 2's manual: %d %p %c{1.} [%t] %m
  layout(` ${LEVEL} {1,6}(?!sqlalchemy)(${JAVA_CLASS}) ${THREAD} `, 'level logger thread', 'L'),
  // %d [%p] [%t] %c - %m, %d %p [%t] (%F:%L) - %m
  layout(` \\[${LEVEL} {0,4}\\] ${THREAD} ${LOGGER} - `, 'level thread logger', '['),
  layout(
    ` ${LEVEL} {1,6}(?:${THREAD} )?\\(([\\w$]{1,100}\\.\\w{1,10}):(\\d{1,6})\\) - `,
    'level thread file line',
    'L',
  ),
  // Solr: INFO  (qtp1-12) [c:books s:shard1] o.a.s.c.S.Request msg
  layout(
    ` ${LEVEL} {1,6}\\(([^()]{1,200})\\) \\[( {0,9}|[a-z]:[^\\]]{0,200})\\] ${LOGGER} `,
    'level thread context logger',
    'L',
  ),
  // Elasticsearch: [INFO ][o.e.n.Node               ] [node-1] msg
  layout(`\\]\\[${LEVEL} {0,4}\\]\\[${LOGGER} {0,40}\\] ?(?:\\[([^\\[\\]]{1,100})\\] ?)?`, 'level logger node', ']'),
  // Minecraft: [12:30:11] [Server thread/INFO]: msg, Forge: [12:30:11] [main/INFO] [FML/]: msg
  layout(`\\] \\[([^\\[\\]/]{1,100})/${LEVEL}\\](?: \\[([^\\[\\]]{1,100})\\])?: `, 'thread level logger', ']'),
]

const ACTIVEMQ = new RegExp(` \\| ${LEVEL} {0,4} \\| `, 'y')
const ACTIVEMQ_TAIL = / \| ([\w.$-]{1,200}) \| ([^|]{1,200})$/

/** Level first: "INFO  [main] 2026-… logger - ", "INFO  [2026-…] com.foo.Bar: " (Dropwizard), "[INFO] [2026-…] [thread] [akka://…]". */
const LEVEL_FIRST = new RegExp(`^ ?\\[?${LEVEL} {0,4}\\]? {1,6}(?:${THREAD} {1,4}(?=\\d))?\\[?`)
const BEHIND_LEVEL_FIRST = [
  layout(` (?:${THREAD} )?(?!\\w{1,100}\\.java)${LOGGER}(?::(\\d{1,6}))? {1,9}- `, 'thread logger line'),
  layout(`\\] ${LOGGER}: `, 'logger'),
  layout(`\\] \\[([^\\]]{1,200})\\] \\[([^\\]]{1,200})\\] `, 'thread logger'),
]
/** No time: SLF4J's simple logger, TTCC ("176 [main] INFO  com.foo.Bar - msg", milliseconds since the start). */
const UNTIMED = [
  layout(
    `(?:(\\d{1,12}) {1,2})?${THREAD} {1,2}${LEVEL} {1,6}${LOGGER} {1,2}(?:\\[[^\\]]{0,100}\\] |x )?- `,
    'uptime_ms thread level logger',
  ),
  layout(`log4j:${LEVEL} `, 'level'),
]

export const log4j: Format = {
  name: NAME,
  title: 'Log4j pattern layouts (also Elasticsearch, Solr, Flink, ActiveMQ, Akka)',
  starts: '0-9\\[A-Z l',
  parse(head, options) {
    const code = head.charCodeAt(0)
    const digit = code >= 0x30 && code <= 0x39
    if (digit || code === BRACKET) {
      const timed = readAfterTime(NAME, LAYOUTS, head, options, readTailed)
      // "INFO Done - 12 files copied" is a sentence.
      if (timed !== undefined && isNeverName(timed.fields.get('logger'))) return undefined
      if (timed !== undefined || leadingTime(head, options) !== undefined) return timed
    }
    if (digit || code === BRACKET || code === SMALL_L) {
      const fields = readLayouts(UNTIMED, head, 0)
      if (fields !== undefined) return parsed(NAME, undefined, fields)
      if (code !== BRACKET) return undefined
    }
    return readLevelFirst(head, options)
  },
}

const BRACKET = 0x5b
const SMALL_L = 0x6c

/** ActiveMQ writes logger and thread behind the message: "… | logger | thread". */
function readTailed(head: string, time: LeadingTime): Fields | undefined {
  if (time.lead !== '|') return undefined
  ACTIVEMQ.lastIndex = time.end
  const activemq = ACTIVEMQ.exec(head)
  if (activemq === null) return undefined
  const tail = ACTIVEMQ_TAIL.exec(head.slice(Math.max(ACTIVEMQ.lastIndex - 1, head.length - 420)))
  if (tail === null) return undefined
  const [all, logger = '', thread = ''] = tail
  const fields: Fields = new Map()
  fields.set('level', activemq[1] as string)
  fields.set('logger', logger)
  fields.set('thread', thread)
  addMessage(fields, head.slice(ACTIVEMQ.lastIndex, head.length - all.length))
  return fields
}

function readLevelFirst(head: string, options: ParseOptions) {
  const match = LEVEL_FIRST.exec(head)
  if (match === null) return undefined
  const time = readTime(head, match[0].length, options)
  const behind = time && readLayouts(BEHIND_LEVEL_FIRST, head, time.end)
  if (time === undefined || behind === undefined) return undefined
  const fields: Fields = new Map([['level', match[1] as string]])
  if (match[2]) fields.set('thread', match[2])
  for (const [name, value] of behind) fields.set(name, value)
  return parsed(NAME, time.instant, fields)
}
