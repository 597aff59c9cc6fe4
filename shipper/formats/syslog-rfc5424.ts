/** RFC 5424: `<PRI>1 time host app procid msgid [sd] message`. Each header field may be `-`, for none. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { putNumber, putText } from './shaped.ts'
import { putMessage } from './syslog-message.ts'
import { readPriority } from './syslog-priority.ts'
import { readStructuredData } from './syslog-structured-data.ts'
import { putProgram } from './syslog-tag.ts'

/** Behind the priority: version, and the six words of the header. Lengths are those of RFC 5424 §6. */
const HEADER = /([1-9]\d?) (\S{1,40}) (\S{1,255}) (\S{1,255}) (\S{1,255}) (\S{1,255})(?: |$)/y

export const syslogRfc5424: Format = {
  name: 'syslog_rfc5424',
  title: 'syslog (RFC 5424)',
  starts: '<',
  parse(head, options) {
    const fields: Fields = new Map()
    HEADER.lastIndex = readPriority(head, fields)
    const match = HEADER.lastIndex === 0 ? null : HEADER.exec(head)
    if (match === null) return undefined
    const [, , stamp = '', host, program = '-', process, msgid] = match
    const time = stamp === '-' ? undefined : readTime(stamp, 0, options)
    if (stamp !== '-' && time?.end !== stamp.length) return undefined
    let at = HEADER.lastIndex
    putText(fields, 'host', host)
    if (program !== '-') putProgram(fields, program)
    putNumber(fields, /^\d+$/.test(process ?? '') ? 'pid' : 'procid', process)
    putText(fields, 'msgid', msgid)
    at = readStructuredData(head, at, fields)
    putMessage(fields, withoutMark(head.slice(at)))
    return { format: 'syslog_rfc5424', time: time?.instant, fields }
  },
}

/** RFC 5424 §6.4: a message in UTF-8 starts with a byte order mark. */
function withoutMark(text: string): string {
  const message = text.trimStart()
  return message.startsWith('\ufeff') || message.startsWith('\u00ef\u00bb\u00bf')
    ? message.replace(/^\ufeff|^\u00ef\u00bb\u00bf/, '')
    : message
}
