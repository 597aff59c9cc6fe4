/** Ansible's results: "changed: [host -> delegate] => (item=a) => {json}", recap lines and ad hoc commands. */
import type { Fields, Value } from '../terms/json.ts'
import { valueText } from '../terms/json.ts'
import { readJsonText } from './json-tail.ts'

const RESULT =
  /^(ok|changed|skipping|failed|fatal|rescued|ignored|unreachable): \[([^\]]{1,200}?)(?: -> ([^\]]{1,200}))?\](?:: (FAILED|UNREACHABLE)!)?/
const ITEM = /^(?: =>)? \(item=(.*?)\) ?(?==>|$)/
const AD_HOC = /^(\S{1,200}) \| (SUCCESS|CHANGED|FAILED|UNREACHABLE|SKIPPED)!?(?: \| rc=(-?\d{1,6}))? (?:=>|>>)/
const RECAP =
  /^(\S{1,200}) {1,80}: (ok=\d{1,9} {1,9}changed=\d{1,9} {1,9}unreachable=\d{1,9} {1,9}failed=\d{1,9}[\w= ]{0,100})$/

/** The word in front → status. */
const STATUS: ReadonlyMap<string, string> = new Map([
  ['skipping', 'skipped'],
  ['fatal', 'failed'],
  ['SUCCESS', 'ok'],
])
const BAD = new Set(['failed', 'unreachable'])

/** A task's result on one host. Its JSON may go on in `rest` (debug, -v with a pretty callback). */
export function readResult(fields: Fields, text: string, rest: string): boolean {
  const match = RESULT.exec(text)
  if (match === null) return false
  const [all, word = '', host = '', delegate, verdict] = match
  setOutcome(fields, (verdict ?? STATUS.get(word) ?? word).toLowerCase(), host)
  if (delegate !== undefined) fields.set('delegated_to', delegate)
  let at = all.length
  const item = ITEM.exec(text.slice(at))
  if (item !== null) {
    fields.set('item', item[1] as string)
    at += item[0].length
  }
  addDetails(fields, text, at, rest)
  return true
}

/** "host : ok=2 changed=1 unreachable=0 failed=0 …" of the recap, and "host | CHANGED | rc=0 >>" of ad hoc commands. */
export function readRecap(fields: Fields, text: string, rest: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  // "… >>", "… => {" and "… => {json}"
  if (last === 0x3e || last === 0x7b || last === 0x7d) return readAdHoc(fields, text, rest)
  if (last !== 0x20 && (last < 0x30 || last > 0x39)) return false
  if (!text.includes(' unreachable=')) return false
  const match = RECAP.exec(text.trimEnd())
  if (match === null) return false
  const [, host = '', counts = ''] = match
  const numbers: Fields = new Map()
  for (const pair of counts.split(/ +/)) {
    const [name = '', count] = pair.split('=')
    if (name !== '' && count !== undefined) numbers.set(name, Number(count))
  }
  const more = (name: string) => Number(numbers.get(name) ?? 0) > 0
  setOutcome(
    fields,
    more('unreachable') ? 'unreachable' : more('failed') ? 'failed' : more('changed') ? 'changed' : 'ok',
    host,
  )
  fields.set('event', 'host_recap')
  fields.set('message', text.trim().replace(/ {2,}/g, ' '))
  for (const [name, count] of numbers) fields.set(name, count)
  return true
}

function readAdHoc(fields: Fields, text: string, rest: string): boolean {
  const match = AD_HOC.exec(text)
  if (match === null) return false
  const [all, host = '', word = '', code] = match
  setOutcome(fields, STATUS.get(word) ?? word.toLowerCase(), host)
  if (code !== undefined) fields.set('rc', Number(code))
  if (all.endsWith('>>')) fields.set('message', rest === '' ? text : rest)
  else addDetails(fields, text, all.length - 3, rest)
  return true
}

function setOutcome(fields: Fields, status: string, host: string): void {
  fields.set('event', 'task_result')
  fields.set('status', status)
  if (BAD.has(status)) fields.set('level', 'error')
  fields.set('node', host)
}

/** What stands behind the host: " => {json}", " => msg", nothing. */
function addDetails(fields: Fields, text: string, at: number, rest: string): void {
  const arrow = text.indexOf('=> ', at)
  const details = arrow < 0 ? '' : text.slice(arrow + 3).trim()
  const result = details.startsWith('{') ? readJsonText(rest === '' ? details : `${details}\n${rest}`) : undefined
  if (!(result instanceof Map)) {
    fields.set('message', text.trimEnd())
    return
  }
  const said = result.get('msg')
  const label = text.slice(0, arrow).trimEnd()
  fields.set('message', typeof said === 'string' && said !== '' ? `${label} => ${said}` : label)
  for (const [name, value] of result) addMember(fields, name, value)
}

const DELTA = /^(?:(\d{1,5}) days?, )?(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,6})?)$/

/** Members keep their names, but for those that mean something else in a record. */
function addMember(fields: Fields, name: string, value: Value): void {
  if (name === 'msg') {
    if (fields.has('level')) fields.set('error', valueText(value))
    else if (typeof value !== 'string') fields.set('result', value)
    return
  }
  if (name === 'delta' && typeof value === 'string') {
    const [, days, hours, minutes, seconds] = (DELTA.exec(value) ?? []) as (string | undefined)[]
    const total = Number(days ?? 0) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
    if (Number.isFinite(total)) fields.set('duration_ms', Number((total * 1000).toFixed(3)))
  }
  if (fields.get(name) === value) return
  fields.set(fields.has(name) || OWN.has(name) ? `result_${name}` : name, value)
}

/** uri answers with a status, service with a state and its status, many modules with a message or a name of theirs. */
const OWN = new Set([
  'status',
  'level',
  'event',
  'node',
  'service',
  'message',
  'task',
  'logger',
  'timestamp',
  'time',
  'duration_ms',
])
