import type { ParsedLine } from '../record.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { putNumber, putText } from './shaped.ts'

const NAME = 'macos_log'

/** time thread type activity pid ttl    process: — `log show`, its default style. */
const COLUMNS =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}[+-]\d{4}) (0x[\da-f]{1,16}) {1,12}([A-Z][a-z]{2,12}) {1,12}(0x[\da-f]{1,16}) {1,24}(\d{1,10}) {1,10}(\d{1,6}) {1,6}([^:]{1,100}): /
/** time type process[pid:thread] — `log show --style compact`. */
const COMPACT =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) (Df|Db|[IEFALST]) {1,2}([^[\]:]{1,100})\[(\d{1,10}):([\da-f]{1,16})\] /
/** Behind the head: (library) [subsystem:category] */
const SENDER = /^(?:\(([^()\n]{1,120})\) )?(?:\[([\w.-]{1,160}):([^[\]\n]{0,120})\] )?/

/** Activities, signposts and the like are kinds of events, not levels. */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['Default', 'default'],
  ['Df', 'default'],
  ['Info', 'info'],
  ['I', 'info'],
  ['Debug', 'debug'],
  ['Db', 'debug'],
  ['Error', 'error'],
  ['E', 'error'],
  ['Fault', 'fault'],
  ['F', 'fault'],
])

/** Apple's unified logging, on Macs and phones, as `log show` and `log stream` print it. */
export const macosLog: Format = {
  name: NAME,
  title: 'macOS and iOS unified log (log show, log stream)',
  starts: '0-9',
  parse(head, options) {
    if (head.charCodeAt(4) !== 0x2d || head.charCodeAt(19) !== 0x2e) return undefined
    return readColumns(head, options) ?? readCompact(head, options)
  },
}

function readColumns(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = COLUMNS.exec(head)
  if (match === null) return undefined
  const [all, time = '', thread, type = '', activity = '', pid, ttl, process = ''] = match
  const fields: Fields = new Map()
  putType(fields, type)
  putText(fields, 'service', process)
  putNumber(fields, 'pid', pid)
  putText(fields, 'thread', thread)
  if (activity !== '0x0') fields.set('activity', activity)
  if (ttl !== '0') putNumber(fields, 'ttl', ttl)
  return finish(fields, time, head.slice(all.length), options)
}

function readCompact(head: string, options: ParseOptions): ParsedLine | undefined {
  const match = COMPACT.exec(head)
  if (match === null) return undefined
  const [all, time = '', type = '', process = '', pid, thread] = match
  const fields: Fields = new Map()
  putType(fields, type)
  putText(fields, 'service', process)
  putNumber(fields, 'pid', pid)
  putText(fields, 'thread', thread)
  return finish(fields, time, head.slice(all.length), options)
}

function putType(fields: Fields, type: string): void {
  const level = LEVELS.get(type)
  fields.set(level === undefined ? 'type' : 'level', level ?? type)
}

function finish(fields: Fields, time: string, text: string, options: ParseOptions): ParsedLine | undefined {
  const instant = readTime(time, 0, options)?.instant
  if (instant === undefined) return undefined
  const [all = '', library, subsystem, category] = SENDER.exec(text) ?? []
  putText(fields, 'node', library)
  putText(fields, 'logger', subsystem)
  putText(fields, 'category', category)
  putText(fields, 'message', text.slice(all.length).trim())
  return { format: NAME, time: instant, fields }
}
