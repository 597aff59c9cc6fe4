import type { Format } from './format.ts'
import { LEVEL, layout, readAfterTime } from './layout.ts'

const NAME = 'gunicorn'

const LAYOUTS = [layout(`\\] \\[(\\d{1,10})\\] \\[${LEVEL} {0,8}\\] `, 'pid level', ']')]

/** "[2025-12-26 02:03:45 +0000] [123] [INFO] msg". Also Hypercorn's and Sanic's. */
export const gunicorn: Format = {
  name: NAME,
  title: 'Gunicorn (error log), Hypercorn, Sanic',
  starts: '\\[',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
