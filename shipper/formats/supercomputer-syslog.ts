import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { putText } from './shaped.ts'
import { putMessage } from './syslog-message.ts'
import { readTag } from './syslog-tag.ts'

/** label epoch date admin-host syslog-time location tag: text */
const LINE =
  /^([A-Z][A-Z0-9_]*|-) (\d{9,10}) \d{4}\.\d\d\.\d\d (\S{1,64}) [A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d (\S{1,64}) (.*)$/

/** The syslogs of Thunderbird, Spirit and Liberty: an alert label and the epoch stand before a syslog line. */
export const supercomputerSyslog: Format = {
  name: 'supercomputer_syslog',
  title: 'Syslog with alert labels (Thunderbird, Spirit, Liberty)',
  starts: '\\-A-Z',
  parse(head, options) {
    const match = LINE.exec(head)
    if (match === null) return undefined
    const [, label, epoch = '', host, location, text = ''] = match
    const time = readTime(epoch, 0, options) ?? readTime(`0${epoch}`, 0, options)
    if (time === undefined) return undefined
    const fields: Fields = new Map()
    putText(fields, 'alert', label)
    putText(fields, 'host', host)
    putText(fields, 'location', location)
    const end = readTag(text, 0, fields)
    // A kernel's line without a tag: the machine is all that is known of who wrote it.
    putMessage(fields, end > 0 ? text.slice(end) : text)
    return { format: 'supercomputer_syslog', time: time.instant, fields }
  },
}
