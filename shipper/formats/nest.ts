import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { layout, parsed, readLayouts } from './layout.ts'

const NAME = 'nest'

const HEAD = /^\[([^\]]{1,60})\] (\d{1,10})\s{1,4}- (?=\d)/
/** The level is right-aligned; the context is optional; the message may end in the time since the last line. */
const LAYOUTS = [layout(' {1,10}(LOG|ERROR|WARN|DEBUG|VERBOSE|FATAL) (?:\\[([^\\]]{1,200})\\] )?', 'level logger')]
const SINCE = / \+(\d{1,12})ms$/

/** NestJS's console logger: "[Nest] 1234  - 12/26/2025, 2:03:45 AM     LOG [RoutesResolver] msg +3ms". */
export const nest: Format = {
  name: NAME,
  title: 'NestJS console',
  starts: '\\[',
  parse(head, options) {
    const match = HEAD.exec(head)
    if (match === null) return undefined
    const since = SINCE.exec(head)
    const line = since === null ? head : head.slice(0, since.index)
    const time = readTime(line, match[0].length, options)
    const fields = time && readLayouts(LAYOUTS, line, time.end)
    if (fields === undefined) return undefined
    const [, app = '', pid] = match
    if (app !== 'Nest') fields.set('service', app)
    fields.set('pid', Number(pid))
    if (since !== null) fields.set('since_last_ms', Number(since[1]))
    return parsed(NAME, time?.instant, fields)
  },
}
