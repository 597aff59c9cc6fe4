import type { Format } from './format.ts'
import { LEVEL, LOGGER, layout, readAfterTime, THREAD } from './layout.ts'

const NAME = 'tomcat'

/** The source is class.method; the class is the logger. */
const LAYOUTS = [layout(` ${LEVEL} ${THREAD} ${LOGGER}\\.([\\w$<>]{1,100}) `, 'level thread logger function', 'L')]

/** JULI's OneLineFormatter: "26-Dec-2025 02:03:45.123 INFO [main] org.apache.catalina.startup.Catalina.load msg". */
export const tomcat: Format = {
  name: NAME,
  title: 'Tomcat (catalina.out)',
  starts: '0-3',
  parse: (head, options) => (head.charCodeAt(2) === 0x2d ? readAfterTime(NAME, LAYOUTS, head, options) : undefined),
}
