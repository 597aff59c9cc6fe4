import type { Format } from './format.ts'
import { LEVEL, layout, readAfterTime } from './layout.ts'

const NAME = 'zookeeper'

/** … [myid:1] - INFO  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774] - msg: the class follows the last colon. */
const LAYOUTS = [
  layout(
    ` (?:\\[myid:(\\d{0,6})\\] )?- ${LEVEL} {1,6}\\[([^@]{1,200}):([\\w.$]{1,200})@(\\d{1,6})\\] - `,
    'myid level thread logger line',
    '-[',
  ),
]

export const zookeeper: Format = {
  name: NAME,
  title: 'ZooKeeper',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
