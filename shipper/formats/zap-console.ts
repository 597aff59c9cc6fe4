import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { readJsonTail } from './json-tail.ts'
import { addMessage, parsed } from './layout.ts'
import { leadingTime } from './leading-time.ts'

const NAME = 'zap_console'

/** Tabs stand between time, level, logger, caller and message; logger and caller may be missing. */
const LEVEL = /\t(DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL|debug|info|warn|error|dpanic|panic|fatal)\t/y

/** zap's console encoder (controller-runtime, etcd, Caddy's console): "2025-…Z	INFO	shop	cart/cart.go:12	msg	{"id": 7}". */
export const zapConsole: Format = {
  name: NAME,
  title: 'Go zap console encoder',
  starts: '0-9',
  parse(head, options) {
    const time = leadingTime(head, options)
    if (time === undefined || head.charCodeAt(time.end) !== TAB) return undefined
    LEVEL.lastIndex = time.end
    const match = LEVEL.exec(head)
    if (match === null) return undefined
    const fields: Fields = new Map([['level', match[1] as string]])
    const columns = head.slice(LEVEL.lastIndex).split('\t')
    // Trino: time, level, thread, Java class.
    if (JAVA_CLASS.test(columns[1] ?? '') || (THREAD.test(columns[0] ?? '') && MODULE.test(columns[1] ?? '')))
      return undefined
    takeSource(fields, columns)
    const body = columns.join('\t')
    const tail = readJsonTail(body)
    const members = tail?.values.length === 1 ? tail.values[0] : undefined
    addMessage(fields, members instanceof Map && tail !== undefined ? tail.text : body)
    if (members instanceof Map)
      for (const [name, value] of members) fields.set(fields.has(name) ? `field_${name}` : name, value)
    return parsed(NAME, time.instant, fields)
  },
}

const TAB = 9
const JAVA_CLASS = /^[a-z]\w{0,40}(?:\.[a-z]\w{0,40}){1,12}\.[A-Z][\w$]{0,100}$/
const THREAD = /-\d{1,6}$/
const MODULE = /^[a-z]\w{0,40}(?:\.[a-z]\w{0,40}){1,12}$/
const CALLER = /^([^\s:]{1,300}\.go):(\d{1,7})$/
const LOGGER = /^\[?[\w./-]{1,200}\]?$/

/** [logger] [caller] message: the caller shows itself, a logger only with a column of text behind it. */
function takeSource(fields: Fields, columns: string[]): void {
  const at = CALLER.test(columns[0] ?? '') ? 0 : CALLER.test(columns[1] ?? '') ? 1 : -1
  const isLogger =
    at === 1 || (at < 0 && columns.length > 1 && LOGGER.test(columns[0] ?? '') && !/^[{[]/.test(columns[1] ?? ''))
  if (isLogger) fields.set('logger', (columns.shift() as string).replace(/^\[(.*)\]$/, '$1'))
  if (at < 0) return
  const [, file = '', line] = CALLER.exec(columns.shift() as string) ?? []
  fields.set('file', file)
  // As with klog: where no logger is named, the file is the part that wrote it.
  if (!isLogger) fields.set('logger', file)
  fields.set('line', Number(line))
}
