/** Ruby's Logger, and what Rails writes for a request, a query, a template and a job, with or without tags in front. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format, ParseOptions } from './format.ts'
import { addMessage, parsed } from './layout.ts'

const NAME = 'rails'

/** "I, [2025-12-26T02:03:45.123456 #1234]  INFO -- progname: msg" */
const LOGGER_HEAD = /^[DIWEFAU], \[/
const LOGGER_BEHIND_TIME =
  / #(\d{1,10})\] {1,3}(DEBUG|INFO|WARN|ERROR|FATAL|UNKNOWN|ANY) -- ([^:]{0,100}(?:::[^:]{1,100}){0,6}): ?/y
/** What a bare line of Rails starts with; anything else needs a Logger head or a request id as its tag. */
const REQUEST_LINE =
  /^(?:Started [A-Z]{3,8} "|Processing by [\w:]{1,200}#|Completed \d{3} |Redirected to \S|Render(?:ed|ing) [\w./]{1,300} ?|Sent (?:file|data) |Filter chain halted as |Perform(?:ing|ed) [\w:]{1,200} \(Job ID: |Enqueued [\w:]{1,200} \(Job ID: |Unpermitted parameters?: |Can't verify CSRF token|Action(?:Controller|View|Dispatch)::\w{1,80} \(|Parameters: \{| {2,4}(?:Parameters: \{|Rendered |Rendering |[A-Z][\w:]{0,100}(?: [A-Za-z?]{1,30}){0,3} \(\d{1,9}\.\d{1,3}ms\) ))/
const UUID_TAG = /^\[[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\] ?/
const TAGS = /^(?:\[[^\]]{1,100}\] ){1,6}/
const REQUEST_ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/

export const rails: Format = {
  name: NAME,
  title: 'Rails, Ruby Logger',
  starts: 'A-Z\\[ ',
  parse(head, options) {
    if (LOGGER_HEAD.test(head)) return readLogger(head, options)
    const code = head.charCodeAt(0)
    const tags = code === 0x5b ? TAGS.exec(head)?.[0] : ''
    if (tags === undefined) return undefined
    const body = head.slice(tags.length)
    if (!REQUEST_LINE.test(body) && !(tags !== '' && UUID_TAG.test(head))) return undefined
    const fields: Fields = new Map()
    addTags(fields, tags)
    const time = addBody(fields, body, options)
    return parsed(NAME, time, fields)
  },
}

function readLogger(head: string, options: ParseOptions) {
  const time = readTime(head, 4, options)
  if (time === undefined) return undefined
  LOGGER_BEHIND_TIME.lastIndex = time.end
  const match = LOGGER_BEHIND_TIME.exec(head)
  if (match === null) return undefined
  const fields: Fields = new Map()
  fields.set('level', match[2] as string)
  fields.set('pid', Number(match[1]))
  const program = (match[3] as string).trim()
  if (program !== '') fields.set('logger', program)
  const body = head.slice(LOGGER_BEHIND_TIME.lastIndex)
  const tags = TAGS.exec(body)?.[0] ?? ''
  addTags(fields, tags)
  addBody(fields, body.slice(tags.length), options)
  return parsed(NAME, time.instant, fields)
}

/** The request's id becomes request_id, the other tags stay together. */
function addTags(fields: Fields, text: string): void {
  if (text === '') return
  const others: string[] = []
  for (const tag of text.trim().slice(1, -1).split('] [')) {
    if (REQUEST_ID.test(tag) && !fields.has('request_id')) fields.set('request_id', tag)
    else others.push(tag)
  }
  if (others.length > 0) fields.set('tags', others)
}

const STARTED = /^Started ([A-Z]{3,8}) "([^"]{0,8000})" for (\S{1,100}) at (?=\d)/
const PROCESSING = /^Processing by ([\w:]{1,200})#(\w{1,100})(?: as (\S{1,40}))?/
const COMPLETED = /^Completed (\d{3}) ([^(]{0,60}?)(?: ?in ([\d.]{1,12})ms)?(?: \((.{0,400})\))?$/
const PART = /([A-Za-z]{1,30}): ([\d.]{1,15})(ms)?/g
const TIMED = /^(?:Rendered|Sent file|Sent data) (\S{1,300}) [^(]{0,300}\((?:Duration: )?([\d.]{1,12})ms/
const QUERY = /^([A-Z][\w:]{0,100}(?: [A-Za-z?]{1,30}){0,3}) \((\d{1,9}\.\d{1,3})ms\) {1,4}(.*)$/
const JOB =
  /^(Performing|Performed|Enqueued) ([\w:]{1,200}) \(Job ID: ([\w-]{1,60})\) (?:from|to) (\S{1,100}?)(?:\(([^)]{1,100})\))?(?: in ([\d.]{1,12})ms)?(?=[ .]|$)/

/** Returns the time that a "Started" line carries. */
function addBody(fields: Fields, body: string, options: ParseOptions) {
  const text = body.trim()
  addMessage(fields, text)
  const started = STARTED.exec(text)
  if (started !== null) {
    fields.set('event', 'request_started')
    fields.set('http_method', started[1] as string)
    fields.set('path', started[2] as string)
    fields.set('client_address', started[3] as string)
    return readTime(text, started[0].length, options)?.instant
  }
  if (!addCompleted(fields, text)) addOther(fields, text)
  return undefined
}

function addCompleted(fields: Fields, text: string): boolean {
  const match = COMPLETED.exec(text)
  if (match === null) return false
  fields.set('event', 'request_completed')
  fields.set('status', Number(match[1]))
  if (match[3] !== undefined) fields.set('duration_ms', Number(match[3]))
  for (const [, name = '', value, unit] of (match[4] ?? '').matchAll(PART)) {
    const snake = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()
    fields.set(unit === undefined ? snake : `${snake}_ms`, Number(value))
  }
  return true
}

function addOther(fields: Fields, text: string): void {
  let match: RegExpExecArray | null
  if ((match = PROCESSING.exec(text)) !== null) {
    fields.set('event', 'request_processing')
    fields.set('controller', match[1] as string)
    fields.set('action', match[2] as string)
    if (match[3] !== undefined) fields.set('response_format', match[3])
  } else if ((match = TIMED.exec(text)) !== null) {
    fields.set('template', match[1] as string)
    fields.set('duration_ms', Number(match[2]))
  } else if ((match = QUERY.exec(text)) !== null) {
    fields.set('operation', match[1] as string)
    fields.set('duration_ms', Number(match[2]))
  } else if ((match = JOB.exec(text)) !== null) {
    fields.set('event', `job_${(match[1] as string).toLowerCase()}`)
    fields.set('job', match[2] as string)
    fields.set('job_id', match[3] as string)
    if (match[5] !== undefined) fields.set('queue', match[5])
    if (match[6] !== undefined) fields.set('duration_ms', Number(match[6]))
  } else if (fields.has('controller') && fields.has('duration')) {
    // Lograge writes milliseconds.
    fields.set('duration_ms', Number(fields.get('duration')))
  }
}
