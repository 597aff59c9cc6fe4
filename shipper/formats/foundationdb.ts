import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { parsed } from './layout.ts'
import { putText } from './shaped.ts'

const NAME = 'foundationdb'
const ATTRIBUTE = /([A-Za-z]\w{0,60})="([^"]{0,4096})"/g
/** flow's SevDebug, SevInfo, SevWarn, SevWarnAlways, SevError. */
const SEVERITIES = new Map([
  ['5', 'debug'],
  ['10', 'info'],
  ['20', 'warn'],
  ['30', 'warn'],
  ['40', 'error'],
])

/** `<Event Severity="10" Time="1777975872.123" Type="MasterProxies" Machine="10.0.0.1:4500" … />`: FoundationDB's trace files. */
export const foundationdb: Format = {
  name: NAME,
  title: 'FoundationDB trace (XML)',
  starts: '<',
  parse(head, options) {
    if (!head.startsWith('<Event ')) return undefined
    const fields: Fields = new Map()
    for (const [, name, value] of head.matchAll(ATTRIBUTE))
      if (!fields.has(name as string)) putText(fields, name as string, value)
    const time = readTime(String(fields.get('Time') ?? ''), 0, options)?.instant
    const level = SEVERITIES.get(String(fields.get('Severity')))
    const type = fields.get('Type')
    if (time === undefined || level === undefined || type === undefined) return undefined
    for (const name of ['Time', 'DateTime', 'Type', 'Machine']) fields.delete(name)
    fields.set('level', level)
    fields.set('logger', type)
    fields.set('event', type)
    putText(fields, 'machine', /Machine="([^"]{1,200})"/.exec(head)?.[1])
    return parsed(NAME, time, fields)
  },
}
