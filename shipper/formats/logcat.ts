import type { ParsedLine } from '../record.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { putNumber, putText, shaped, syslogTime } from './shaped.ts'

/** Android's logcat: threadtime (also with a year, a zone or a uid), time, brief, tag, long, and Android Studio's. */
const shape = shaped({
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

export const logcat: Format = {
  ...shape,
  starts: '0-9VDIWEFAS\\-\\[',
  parse: (head, options) => shape.parse(head, options) ?? readStudio(head, options) ?? readLong(head, options),
}

/** Android Studio: time  pid-tid  Tag                     com.example.app  D  message */
const STUDIO =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) {1,2}(\d{1,7})-(\d{1,7}) {1,8}(\S.{0,80}?) {1,40}([\w.:-]{3,120}) {1,40}([VDIWEFA]) {2}(.*)$/

function readStudio(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = head.charCodeAt(4) === 0x2d && head.charCodeAt(23) === 0x20 ? STUDIO.exec(head) : null
  const time = match === null ? undefined : readTime(match[1] as string, 0, options)
  if (match === null || time === undefined) return undefined
  const [, , pid, thread, tag = '', app = '', level = '', message] = match
  const fields: Fields = new Map([['level', level]])
  putNumber(fields, 'pid', pid)
  putText(fields, 'thread', thread)
  putText(fields, 'logger', tag.trim())
  putText(fields, 'service', app)
  putText(fields, 'message', message)
  return { format: 'logcat', time: time.instant, fields }
}

/** logcat -v long: [ 05-05 10:11:12.123  1234: 5678 I/Tag ], the message on the lines behind it. */
const LONG =
  /^\[ ((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) {1,8}(\d{1,7}): {0,6}(\d{1,7}) ([VDIWEFA])\/(.{1,80}?) {0,40}\]$/

function readLong(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = head.charCodeAt(0) === 0x5b ? LONG.exec(head) : null
  if (match === null) return undefined
  const [, raw = '', pid, thread, level = '', tag] = match
  const time = readTime(
    raw.charCodeAt(4) === 0x2d ? raw : syslogTime(raw.slice(0, 2), raw.slice(3, 5), raw.slice(6)),
    0,
    options,
  )
  if (time === undefined) return undefined
  const fields: Fields = new Map([['level', level]])
  putNumber(fields, 'pid', pid)
  putText(fields, 'thread', thread)
  putText(fields, 'logger', tag)
  return { format: 'logcat', time: time.instant, fields }
}

const START =
  /^(?:(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d\.\d{3,9} |[VDIWEFAS]\/[^(:]{0,120}(?:\( *\d{1,7}\))?: |--------- beginning of )/
