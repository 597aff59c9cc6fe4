import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { putSecurityEvent, timeOfEvent } from './security-event.ts'

/** "LEEF:1.0|vendor|product|version|event|key=value<tab>…". Behind a syslog header it is syslog's message. */
export const leef: Format = {
  name: 'leef',
  title: 'LEEF, QRadar Log Event Extended Format (also behind a syslog header)',
  starts: 'L',
  parse(head, options) {
    const fields: Fields = new Map()
    if (!head.startsWith('LEEF:') || !putSecurityEvent(fields, head)) return undefined
    return { format: 'leef', time: timeOfEvent(fields, options), fields }
  },
}
