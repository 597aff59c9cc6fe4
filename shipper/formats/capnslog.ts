import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'capnslog'

const LAYOUTS = [layout(' ([CEWNIDT]) \\| (?:([\\w./-]{1,100}): )?', 'level logger', 'w')]

/** CoreOS's capnslog (etcd 3.4 and older, Clair, rook): "2025-12-26 02:03:45.123456 I | etcdserver: msg". */
export const capnslog: Format = {
  name: NAME,
  title: 'capnslog (etcd, Rook)',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
