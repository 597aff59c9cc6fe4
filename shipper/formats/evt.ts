import { addField, type Fields } from '../terms/json.ts'
import { levelWord } from '../terms/level.ts'
import { parseJsonObject } from '../terms/parse-json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { addStack } from './json-dialect.ts'
import { takeTime } from './time-keys.ts'

/** What Go's log may write before the event is shorter than this. */
const MAX_PREFIX = 300
/** Lshortfile and Llongfile, then log.Lmsgprefix: `provision.go:42: [provlog] `. */
const PREFIX = /^(?:((?:[A-Za-z]:)?[^\s:]{1,200}\.go):(\d{1,7}): )?(?:\[?([\w.-]{1,60})\]?:? )?$/
const EVENT = /^([^\s{]{1,200})(?:\s+(\{.*))?\s*$/s

/** Lifecycle events beside Go's log lines: `2026/05/05 12:30:11 evt: provision.start {"workspace_id":"ws-1"}`. */
export const evt: Format = {
  name: 'evt',
  title: 'evt: lines (event name and JSON, Go log prefix)',
  starts: '0-9A-Za-z[/',
  parse(head, options) {
    const mark = head.indexOf('evt: ')
    if (mark < 0 || mark > MAX_PREFIX) return undefined
    const stamp = mark === 0 ? undefined : readTime(head, 0, options)
    if (stamp !== undefined && stamp.end >= mark) return undefined
    const prefix = PREFIX.exec(head.slice(stamp === undefined ? 0 : stamp.end + 1, mark))
    const event = EVENT.exec(head.slice(mark + 5))
    if (prefix === null || event === null) return undefined
    const fields: Fields = new Map([['event', event[1]!]])
    if (prefix[1] !== undefined) fields.set('file', prefix[1]).set('line', Number(prefix[2]))
    if (prefix[3] !== undefined) fields.set(levelWord(prefix[3]) === undefined ? 'logger' : 'level', prefix[3])
    addDetails(fields, event[2])
    const time = stamp?.instant ?? takeTime(fields, options)
    if (options.rest !== '') addStack(fields, options.rest)
    return { format: 'evt', time, fields }
  },
}

/** Members of the JSON; JSON that was cut off stays text. */
function addDetails(fields: Fields, text: string | undefined): void {
  if (text === undefined) return
  const details = parseJsonObject(text)
  if (details === undefined) fields.set('message', text)
  else for (const [name, value] of details) addField(fields, name, value)
}
