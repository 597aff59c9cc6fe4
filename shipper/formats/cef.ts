import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { putSecurityEvent, timeOfEvent } from './security-event.ts'

/** "CEF:0|vendor|product|version|class|name|severity|key=value …". Behind a syslog header it is syslog's message. */
export const cef: Format = {
  name: 'cef',
  title: 'CEF, ArcSight Common Event Format (also behind a syslog header)',
  starts: 'C',
  parse(head, options) {
    const fields: Fields = new Map()
    if (!head.startsWith('CEF:') || !putSecurityEvent(fields, head)) return undefined
    return { format: 'cef', time: timeOfEvent(fields, options), fields }
  },
}
