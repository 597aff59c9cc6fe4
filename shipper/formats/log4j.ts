/**
 * Log4j 1 and 2, reload4j, log4net and SLF4J's simple logger: the PatternLayouts that are common, and those that
 * Elasticsearch, Kafka, Cassandra, Solr, Flink, ActiveMQ, Dropwizard, Akka and Minecraft ship with.
 */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { addMessage, LEVEL, LOGGER, layout, parsed, readAfterTime, readLayouts, THREAD } from './layout.ts'

const NAME = 'log4j'

/** Behind the time. */
const LAYOUTS = [
  // %d %-5p [%t] %c:%L - %m, Flink's %c{60} %x: "INFO  org.apache.flink.Foo [] - msg"
  layout(
    ` {1,2}${LEVEL} {1,6}(?:${THREAD} {1,4})?${LOGGER}(?::(\\d{1,6}))?(?: \\[[^\\]]{0,100}\\])? {1,9}- `,
    'level thread logger line',
  ),
  // Solr: INFO  (qtp1-12) [c:books s:shard1] o.a.s.c.S.Request msg
  layout(
    ` ${LEVEL} {1,6}\\(([^()]{1,200})\\) \\[( {0,9}|[a-z]:[^\\]]{0,200})\\] ${LOGGER} `,
    'level thread context logger',
  ),
  // Elasticsearch: [INFO ][o.e.n.Node               ] [node-1] msg
  layout(`\\]\\[${LEVEL} {0,4}\\]\\[${LOGGER} {0,40}\\] ?(?:\\[([^\\[\\]]{1,100})\\] ?)?`, 'level logger node'),
  // Minecraft: [12:30:11] [Server thread/INFO]: msg, Forge: [12:30:11] [main/INFO] [FML/]: msg
  layout(`\\] \\[([^\\[\\]/]{1,100})/${LEVEL}\\](?: \\[([^\\[\\]]{1,100})\\])?: `, 'thread level logger'),
]

const ACTIVEMQ = new RegExp(` \\| ${LEVEL} {0,4} \\| `, 'y')
const ACTIVEMQ_TAIL = / \| ([\w.$-]{1,200}) \| ([^|]{1,200})$/
const KAFKA = new RegExp(`\\] ${LEVEL} `, 'y')
const KAFKA_TAIL = /^[\w.$-]{1,200}$/

/** Level first: "INFO  [main] 2026-…" (Cassandra), "INFO  [2026-…] com.foo.Bar: " (Dropwizard), "[INFO] [2026-…] [thread] [akka://…]". */
const LEVEL_FIRST = new RegExp(`^ ?\\[?${LEVEL}\\]? {1,6}(?:${THREAD} {1,4}(?=\\d))?\\[?`)
const BEHIND_LEVEL_FIRST = [
  layout(` (?:${THREAD} )?${LOGGER}(?::(\\d{1,6}))? {1,9}- `, 'thread logger line'),
  layout(` ${LOGGER} \\(line (\\d{1,6})\\) `, 'logger line'),
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
  title: 'Log4j pattern layouts (also Elasticsearch, Kafka, Cassandra, Solr, Flink, ActiveMQ, Akka)',
  starts: '0-9\\[A-Z l',
  parse(head, options) {
    const code = head.charCodeAt(0)
    if (code === 0x5b || (code >= 0x30 && code <= 0x39)) {
      const timed = readAfterTime(NAME, LAYOUTS, head, options, readTailed)
      if (timed !== undefined) return timed
      const fields = readLayouts(UNTIMED, head, 0)
      if (fields !== undefined) return parsed(NAME, undefined, fields)
    }
    if (code === 0x6c) {
      const fields = readLayouts(UNTIMED, head, 0)
      return fields && parsed(NAME, undefined, fields)
    }
    return readLevelFirst(head, options)
  },
}

/** Layouts whose logger stands behind the message: ActiveMQ's "… | logger | thread", Kafka's "… (logger)". */
function readTailed(head: string, start: number): Fields | undefined {
  const activemq = matchAt(ACTIVEMQ, head, start)
  if (activemq !== null) {
    const tail = ACTIVEMQ_TAIL.exec(head.slice(Math.max(ACTIVEMQ.lastIndex - 1, head.length - 420)))
    if (tail === null) return undefined
    const [all, logger = '', thread = ''] = tail
    return fieldsOf({ level: activemq[1], logger, thread }, head.slice(ACTIVEMQ.lastIndex, head.length - all.length))
  }
  if (!head.endsWith(')')) return undefined
  const kafka = matchAt(KAFKA, head, start)
  const open = head.lastIndexOf(' (')
  if (kafka === null || open < KAFKA.lastIndex - 1) return undefined
  const logger = head.slice(open + 2, -1)
  return KAFKA_TAIL.test(logger) ? fieldsOf({ level: kafka[1], logger }, head.slice(KAFKA.lastIndex, open)) : undefined
}

function matchAt(pattern: RegExp, head: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start
  return pattern.exec(head)
}

function fieldsOf(found: Record<string, string | undefined>, message: string): Fields {
  const fields: Fields = new Map()
  for (const [name, value] of Object.entries(found)) if (value !== undefined) fields.set(name, value)
  addMessage(fields, message)
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
