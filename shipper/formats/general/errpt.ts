/** AIX's errpt: identifier, MMddhhmmyy, type, class, resource, description. Its time is no notation of any other log. */
import type { ParsedLine } from '../../record.ts'
import { readTime, type TimeOptions } from '../../terms/time.ts'

const LINE = /^([0-9A-F]{8}) {1,4}(\d\d)(\d\d)(\d\d)(\d\d)(\d\d) ([PTUI]) ([HSOU]) (\S{1,32}) {1,24}(\S.*)$/

/** Permanent, temporary, informational; U (unknown) says nothing. */
const LEVELS = new Map([
  ['P', 'error'],
  ['T', 'warning'],
  ['I', 'info'],
])

export function readErrpt(head: string, options: TimeOptions): ParsedLine | undefined {
  const match = head.length > 400 ? null : LINE.exec(head)
  if (match === null) return undefined
  const [, identifier = '', month, day, hour, minute, year, type = '', kind = '', resource = '', message = ''] = match
  const time = readTime(`20${year}-${month}-${day} ${hour}:${minute}:00`, 0, options)
  if (time === undefined) return undefined
  const fields = new Map([
    ['message', message],
    ['component', resource],
    ['identifier', identifier],
    ['type', type],
    ['class', kind],
  ])
  const level = LEVELS.get(type)
  if (level !== undefined) fields.set('level', level)
  return { format: 'general', time: time.instant, fields }
}
