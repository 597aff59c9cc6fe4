import type { Format } from './format.ts'
import { LEVEL, LOGGER, layout, readAfterTime } from './layout.ts'

const NAME = 'wildfly'

const LAYOUTS = [layout(` ${LEVEL} {1,6}\\[${LOGGER}\\] \\(([^()]{1,200})\\) (?!- )`, 'level logger thread', 'L')]

/** JBoss LogManager: "12:30:11,123 INFO  [org.jboss.as] (Controller Boot Thread) WFLYSRV0025: msg". */
export const wildfly: Format = {
  name: NAME,
  title: 'WildFly, JBoss, Quarkus, Keycloak',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
