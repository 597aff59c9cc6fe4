/**
 * What ansible and ansible-playbook print (default callback, profile_tasks, -v to -vvv), bare or in the log that
 * ANSIBLE_LOG_PATH names: "2025-12-26 02:03:45,123 p=123 u=root n=ansible INFO| TASK [web : install] ****".
 */
import type { Instant } from '../terms/instant.ts'
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import { readRecap, readResult } from './ansible-result.ts'
import type { Format, ParseOptions } from './format.ts'
import { layout, parsed, readAfterTime } from './layout.ts'

const NAME = 'ansible'

const LOG_FILE = [
  layout(
    ' p=(\\d{1,10}) (?:u=(\\S{1,100}) )?(?:n=(\\S{1,100}))? ?([A-Z]{4,8})? {0,2}\\| ?',
    'pid user logger level',
    'w',
  ),
]

/** Where a line of Ansible's can start: everything else is turned away here. */
const GUARD =
  /^(?:PLAY[ :B]|TASK(?: |: ?\[| ?\*)(?!ERROR)|RUNNING HANDLER |HANDLER |GATHERING FACTS |CLEANUP TASK |NO MORE HOSTS|META: |ERROR! |FAILED - RETRYING: |ASYNC (?:OK|FAILED|POLL) on |included: |task path: |skipping: |(?:ok|changed|failed|fatal|rescued|ignored|unreachable): \[|\.\.\.ignoring|\[(?:DEPRECATION )?WARNING\]: |\[ERROR\]: |\[DEPRECATED\]: |<[\w.:-]{1,200}> (?:ESTABLISH|EXEC|SSH: |PUT|FETCH|\(\d{1,3}, )|Using \S{1,300} as config file|No config file found; using defaults|Origin: \S{1,400}:\d{1,7}:\d{1,5}$|Playbook run took |to retry, use: --limit @)/
const WEEKDAY = /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]{2,8} \d{4} {1,2}\d/

export const ansible: Format = {
  name: NAME,
  title: 'Ansible output and log file',
  starts: undefined,
  parse(head, options) {
    if (mayBeLine(head)) {
      const fields: Fields = new Map()
      const time = readLine(fields, head, options)
      if (time !== undefined) return parsed(NAME, time ?? undefined, fields)
    }
    const code = head.charCodeAt(0)
    return code >= 0x30 && code <= 0x39 ? readLogFile(head, options) : undefined
  },
}

/** By the first two characters and the last: nearly all lines of others end here. */
function mayBeLine(text: string): boolean {
  if (text.charCodeAt(0) === LESS || FIRST.has(text.slice(0, 2))) return true
  switch (text.charCodeAt(text.length - 1)) {
    case STAR:
      return true
    case SMALL_S:
      return text.includes(' ---')
    // "… >>", "… => {" and "… => {json}"
    case 0x3e:
    case 0x7b:
    case 0x7d:
      return text.includes(' | ')
    default:
      return text.includes(' unreachable=')
  }
}

/** The prefix of the log file, then a line as above; a line of none of those shapes is a message. */
function readLogFile(head: string, options: ParseOptions) {
  const line = readAfterTime(NAME, LOG_FILE, head, options)
  if (line === undefined) return undefined
  const bar = head.indexOf('|')
  const body = head.slice(head.charCodeAt(bar + 1) === 0x20 ? bar + 2 : bar + 1)
  const found: Fields = new Map()
  if (readLine(found, body, options) === undefined) return line
  for (const name of ['pid', 'user', 'logger'] as const) {
    const value = line.fields.get(name)
    if (value !== undefined && !found.has(name)) found.set(name, value)
  }
  const level = line.fields.get('level')
  if (level !== undefined && !found.has('level')) found.set('level', level)
  return parsed(NAME, line.time, found)
}

const STAR = 0x2a
const LESS = 0x3c
/** The first two characters of what the guard takes: most lines of others end here. */
const FIRST = new Set(
  'PL TA RU HA GA CL NO ME ER FA AS in ta sk ok ch fa re ig un .. [D [W [E Us Pl to No Or'.split(' '),
)

/** Fills `fields`; undefined: not a line of Ansible's, null: one without a time. */
function readLine(fields: Fields, text: string, options: ParseOptions): Instant | null | undefined {
  if ((text.charCodeAt(0) === LESS || FIRST.has(text.slice(0, 2))) && GUARD.test(text)) {
    if (!readResult(fields, text, options.rest)) readNotice(fields, text)
    return null
  }
  if (readRecap(fields, text, options.rest) || readTiming(fields, text)) return null
  return text.charCodeAt(text.length - 1) === STAR && WEEKDAY.test(text)
    ? readProfile(fields, text, options)
    : undefined
}

/** Kind of line → event; the name in brackets goes to the field. */
const BANNERS: readonly (readonly [pattern: RegExp, event: string, field: string])[] = [
  [/^PLAY RECAP \**\s*$/, 'play_recap', ''],
  [/^PLAY(?:: ?)?(?: \[(.*)\])? \*{2,}\s*$/, 'play_start', 'play'],
  [/^PLAYBOOK: (.*?) \*{2,}\s*$/, 'playbook_start', 'playbook'],
  [/^(?:TASK:?|CLEANUP TASK) \[(.*)\] ?\**\s*$/, 'task_start', 'task'],
  [/^(?:RUNNING )?HANDLER \[(.*)\] ?\**\s*$/, 'handler_start', 'task'],
  [/^(GATHERING FACTS) \**\s*$/, 'task_start', 'task'],
  [/^NO MORE HOSTS LEFT \**\s*$/, 'no_more_hosts', ''],
  [/^META: (.*)$/, 'meta', 'operation'],
  [/^included: (.*?) for (?=\S)/, 'included', 'file'],
  [/^Using (\S+) as config file$/, 'config_file', 'file'],
  [/^skipping: no hosts matched/, 'no_hosts_matched', ''],
  [/^\.\.\.ignoring/, 'error_ignored', ''],
]

const NOTICE = /^\[(DEPRECATION WARNING|DEPRECATED|WARNING|ERROR)\]: |^(ERROR)! /
const CONNECTION = /^<([\w.:-]{1,200})> /
const TASK_PATH = /^(?:task path|Origin): (.{1,1000}?):(\d{1,7})(?::\d{1,5})?$/
const RETRYING = /^FAILED - RETRYING: (?:\[([^\]]{1,200})\]: )?(.*) \((\d{1,6}) retries left\)\.?/
const ASYNC = /^ASYNC (OK|FAILED|POLL) on (\S{1,200}): /

function readNotice(fields: Fields, text: string): void {
  fields.set('message', text.replace(/ \*{2,}\s*$/, ''))
  for (const [pattern, event, field] of BANNERS) {
    const match = pattern.exec(text)
    if (match === null) continue
    fields.set('event', event)
    if (field !== '' && match[1]) setName(fields, field, match[1])
    if (event === 'error_ignored') fields.set('status', 'ignored')
    return
  }
  let match: RegExpExecArray | null
  if ((match = NOTICE.exec(text)) !== null) {
    const kind = match[1] ?? match[2]
    fields.set('level', kind === 'ERROR' ? 'error' : 'warning')
    fields.set('message', text.slice(match[0].length))
    if (kind?.startsWith('DEPRECAT')) fields.set('event', 'deprecation')
  } else if ((match = RETRYING.exec(text)) !== null) {
    fields.set('event', 'task_retry')
    fields.set('status', 'retrying')
    if (match[1] !== undefined) fields.set('node', match[1])
    setName(fields, 'task', match[2] as string)
    fields.set('retries_left', Number(match[3]))
  } else if ((match = TASK_PATH.exec(text)) !== null) {
    fields.set('file', match[1] as string)
    fields.set('line', Number(match[2]))
  } else if ((match = CONNECTION.exec(text)) !== null) {
    fields.set('node', match[1] as string)
    fields.set('level', 'debug')
  } else if ((match = ASYNC.exec(text)) !== null) {
    fields.set('status', match[1] === 'POLL' ? 'running' : (match[1] as string).toLowerCase())
    fields.set('node', match[2] as string)
  }
}

/** "role : name": the role in front of a task's name is a field of its own. */
function setName(fields: Fields, field: string, name: string): void {
  const mark = field === 'task' ? name.indexOf(' : ') : -1
  if (mark > 0) fields.set('role', name.slice(0, mark))
  fields.set(field, mark > 0 ? name.slice(mark + 3) : name)
}

/** The summary of profile_tasks: "web : install nginx ------------------ 12.34s". */
const SMALL_S = 0x73
const TIMING = /^(\S.{0,400}?) -{3,200} {1,2}(\d{1,9}\.\d{2})s\s*$/

function readTiming(fields: Fields, text: string): boolean {
  if (text.charCodeAt(text.length - 1) !== SMALL_S || !text.includes(' ---')) return false
  const match = TIMING.exec(text)
  if (match === null) return false
  fields.set('event', 'task_timing')
  fields.set('message', text)
  setName(fields, 'task', match[1] as string)
  fields.set('duration_ms', Math.round(Number(match[2]) * 1000))
  return true
}

const ELAPSED = / \((\d{1,4}):(\d\d):(\d\d\.\d{1,6})\) {1,20}(\d{1,4}):(\d\d):(\d\d\.\d{1,6}) \**\s*$/

/** profile_tasks under each task: the time, how long the last task took, how long everything took. */
function readProfile(fields: Fields, text: string, options: ParseOptions): Instant | null | undefined {
  const elapsed = ELAPSED.exec(text)
  if (elapsed === null) return undefined
  const [, hours, minutes, seconds, allHours, allMinutes, allSeconds] = elapsed.map(Number) as number[]
  fields.set('event', 'task_profile')
  fields.set('message', text.replace(/ \*{2,}\s*$/, ''))
  fields.set('duration_ms', toMs(hours, minutes, seconds))
  fields.set('total_ms', toMs(allHours, allMinutes, allSeconds))
  return readTime(text, 0, options)?.instant ?? readTime(text, text.indexOf(' ') + 1, options)?.instant ?? null
}

function toMs(hours = 0, minutes = 0, seconds = 0): number {
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000)
}
