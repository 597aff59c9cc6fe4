import { putNumber, putText, shaped, syslogTime } from './shaped.ts'

/** Android's logcat: threadtime (also with a year, a zone or a uid), time, brief and tag. */
export const logcat = shaped({
  name: 'logcat',
  title: 'Android logcat (threadtime, time, brief, tag)',
  starts: '0-9VDIWEFAS\\-',
  guard: (head) => START.test(head),
  pattern:
    /^(?:((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9}(?: [+-]\d{4})?) +)?(?:(?:([a-z][\w]{0,20}|\d+) +)?(\d{1,7}) +(\d{1,7}) ([VDIWEFAS]) ([^:]{0,120}): ?|([VDIWEFAS])\/([^(:]{0,120})(?:\( *(\d{1,7})\))?: |--------- beginning of )(.*)$/,
  columns: ['@time', 'uid', 'pid#', 'thread', 'level', '', 'level', '', 'pid#', 'message'],
  time: (raw) => (raw.charCodeAt(4) === 0x2d ? raw : syslogTime(raw.slice(0, 2), raw.slice(3, 5), raw.slice(6))),
  finish(fields, match) {
    putText(fields, 'logger', (match[6] ?? match[8])?.trim())
    if (match[0].startsWith('---')) fields.set('message', match[0])
    else if (match[5] === undefined && match[7] !== undefined) putNumber(fields, 'pid', match[9])
  },
})

const START =
  /^(?:(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9} |[VDIWEFAS]\/[^(:]{0,120}(?:\( *\d{1,7}\))?: |--------- beginning of )/
