import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { addMessage, parsed } from './layout.ts'

const NAME = 'logrus_console'

/** Four letters of the level; in brackets the seconds since the start, or with FullTimestamp the time. */
const HEAD = /^(TRAC|DEBU|INFO|WARN|ERRO|FATA|PANI)\[(?:(\d{4,10})|(?=\d{4}-)([^\]]{1,60}))\] ?/
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['TRAC', 'trace'],
  ['DEBU', 'debug'],
  ['ERRO', 'error'],
  ['FATA', 'fatal'],
  ['PANI', 'panic'],
])

/** logrus on a terminal: "INFO[0012] msg padded to 44            key=value". */
export const logrusConsole: Format = {
  name: NAME,
  title: 'Go logrus on a terminal',
  starts: 'TDIWEFP',
  parse(head, options) {
    const match = HEAD.exec(head)
    if (match === null) return undefined
    const [all, word = '', seconds, stamp] = match
    const time = stamp === undefined ? undefined : readTime(stamp, 0, options)
    if (stamp !== undefined && time === undefined) return undefined
    const fields: Fields = new Map([['level', LEVELS.get(word) ?? word]])
    addMessage(fields, head.slice(all.length))
    if (seconds !== undefined) fields.set('uptime_seconds', Number(seconds))
    return parsed(NAME, time?.instant, fields)
  },
}
