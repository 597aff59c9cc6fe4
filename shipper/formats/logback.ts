import type { Format } from './format.ts'
import { JAVA_CLASS, LEVEL, LOGGER, layout, readAfterTime, THREAD } from './layout.ts'

const NAME = 'logback'

/**
 * Logback's default is "%d{HH:mm:ss.SSS} [%thread] %-5level %logger{36} -%kvp- %msg": thread first. Also with the whole
 * date, with an MDC in brackets, and Play's "[info] play.api.Play - msg".
 */
const LAYOUTS = [
  layout(
    ` ${THREAD} {1,4}${LEVEL} {1,6}(?:\\[([^\\]]{0,200})\\] {1,2})?${LOGGER}(?::(\\d{1,6}))? {1,40}(?:\\[[^\\]]{0,200}\\] )?-(?:-| ?)`,
    'thread level context logger line',
    '[',
  ),
  layout(` ${THREAD} {1,4}${LEVEL} {1,6}(${JAVA_CLASS}): `, 'thread level logger', '['),
  layout(`\\] ${THREAD} {1,4}${LEVEL} {1,6}${LOGGER} - `, 'thread level logger', ']'),
  layout(' \\[(trace|debug|info|warn|error)\\] ([a-z]\\w{0,40}(?:\\.\\w{1,80}){1,12}) - ', 'level logger', '['),
]

/** Logback, and log4j's layouts that put the thread first. */
export const logback: Format = {
  name: NAME,
  title: 'Logback (default and dated patterns, Play)',
  starts: '0-9\\[',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
