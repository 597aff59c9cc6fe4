/** One event of Windows' log as XML on one line, as wevtutil, the Event Viewer and log shippers export it. */
import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { putNumber, putText } from './shaped.ts'

const START = /^(?:- {0,2})?<Event[ >]/
const TIME = /<TimeCreated SystemTime=["']([^"']{19,40})["']/
const PROVIDER = /<Provider Name=["']([^"'<>]{1,200})["']/
const EXECUTION = /<Execution ProcessID=["'](\d{1,10})["'] ThreadID=["'](\d{1,10})["']/
const MESSAGE = /<Message>([^<]{1,32768})<\/Message>/

/** winmeta.h: 0 is "log always"; audits carry it. */
const LEVELS = ['info', 'critical', 'error', 'warning', 'info', 'verbose']

/** Data and elements further in than these are kept in the text alone. */
const MAX_DATA = 64
const DATA = /<Data Name=["']([\w.-]{1,80})["'](?:>([^<]{0,2000})<\/Data>|\/>)/g

export const windowsEventXml: Format = {
  name: 'windows_event_xml',
  title: 'Windows event log as XML',
  starts: '<\\-',
  parse(head, options) {
    if (!START.test(head)) return undefined
    const text = options.rest === '' ? head : `${head}\n${options.rest}`
    const time = readTime(TIME.exec(text)?.[1] ?? '', 0, options)
    if (time === undefined) return undefined
    const fields: Fields = new Map()
    const level = LEVELS[Number(element(text, 'Level'))]
    if (level !== undefined) fields.set('level', level)
    putText(fields, 'logger', unescaped(PROVIDER.exec(text)?.[1]))
    putNumber(fields, 'event_id', element(text, 'EventID'))
    putText(fields, 'channel', unescaped(element(text, 'Channel')))
    putText(fields, 'host', element(text, 'Computer'))
    putNumber(fields, 'record_id', element(text, 'EventRecordID'))
    const execution = EXECUTION.exec(text)
    putNumber(fields, 'pid', execution?.[1])
    putText(fields, 'thread', execution?.[2])
    addData(fields, text)
    putText(fields, 'message', unescaped(MESSAGE.exec(text)?.[1])?.trim() ?? text)
    return { format: 'windows_event_xml', time: time.instant, fields }
  },
}

function element(text: string, name: string): string | undefined {
  const start = text.indexOf(`<${name}`)
  const open = start < 0 ? -1 : text.indexOf('>', start)
  const end = open < 0 ? -1 : text.indexOf('<', open)
  return end < 0 || end - open > 300 ? undefined : text.slice(open + 1, end).trim()
}

function addData(fields: Fields, text: string): void {
  let count = 0
  for (const match of text.matchAll(DATA)) {
    if (count++ >= MAX_DATA) return
    const name = match[1] as string
    if (!fields.has(name)) putText(fields, name, unescaped(match[2]))
  }
}

const ENTITIES = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&amp;', '&'],
])

function unescaped(text: string | undefined): string | undefined {
  return text?.includes('&')
    ? text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES.get(entity) ?? entity)
    : text
}
