import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'php'

/** [26-Dec-2025 02:03:45 UTC] PHP Warning:  msg in /srv/a.php on line 12 */
const ERROR =
  /\] PHP (Fatal error|Parse error|Recoverable fatal error|Warning|Notice|Deprecated|Strict Standards|Core Warning): {1,2}/y
/** [26-Dec-2025 02:03:45] WARNING: [pool www] child 12 exited */
const FPM = /\] (ALERT|ERROR|WARNING|NOTICE|DEBUG): (?:\[pool ([^\]]{1,100})\] )?/y
const PLACE = / in (\S{1,400})(?: on line |:)(\d{1,7})$/
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['Fatal error', 'fatal'],
  ['Parse error', 'error'],
  ['Recoverable fatal error', 'error'],
  ['Core Warning', 'warning'],
  ['Deprecated', 'warning'],
  ['Strict Standards', 'notice'],
])

/** PHP's error log and PHP-FPM's own. */
export const php: Format = {
  name: NAME,
  title: 'PHP error log, PHP-FPM',
  starts: '\\[',
  parse(head, options) {
    // [26-Dec-2025
    if (head.charCodeAt(3) !== DASH || head.charCodeAt(7) !== DASH) return undefined
    const time = leadingTime(head, options)
    if (time?.lead !== ']') return undefined
    const fields: Fields = new Map()
    ERROR.lastIndex = time.end
    const error = ERROR.exec(head)
    if (error !== null) {
      const kind = error[1] as string
      fields.set('level', LEVELS.get(kind) ?? kind)
      fields.set('error_type', kind)
      addMessage(fields, head.slice(ERROR.lastIndex))
      const place = PLACE.exec(head.slice(-420))
      if (place !== null) fields.set('file', place[1] as string).set('line', Number(place[2]))
      return parsed(NAME, time.instant, fields)
    }
    FPM.lastIndex = time.end
    const fpm = FPM.exec(head)
    if (fpm === null) return undefined
    fields.set('level', fpm[1] as string)
    if (fpm[2] !== undefined) fields.set('pool', fpm[2])
    addMessage(fields, head.slice(FPM.lastIndex))
    return parsed(NAME, time.instant, fields)
  },
}

const DASH = 0x2d
