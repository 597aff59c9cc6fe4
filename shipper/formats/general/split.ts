/** Groups that hold more than one name: a file with its line, a module with its process, a thread with its class. */
import type { Fields } from '../../terms/json.ts'
import { isSourceFile } from './places.ts'
import { isDotted } from './words.ts'

/** Salt pads its modules: [salt.minion      :1234] */
const PLACE = /^([\w./-]{1,200}\.\w{1,40}) {0,40}:(\d{1,6})(?::(\w{1,80}))?$/

/** [server.go:123], [glusterfsd.c:2646:main]: the line would make a component of each place. */
export function splitPlace(text: string, role: string, fields: Fields): boolean {
  if (role !== 'component' && role !== 'thread') return false
  const owner = text.includes('/') ? OWNER.exec(text) : null
  if (owner !== null && !fields.has('logger')) {
    fields.set('logger', owner[1] as string)
    fields.set(fields.has('pid') ? 'thread' : 'pid', owner[2] as string)
    return true
  }
  if (!/[:@]/.test(text) || fields.has('line')) return false
  const match = PLACE.exec(text)
  if (match === null) return role === 'component' && (splitOrdered(text, fields) || splitNumber(text, fields))
  const isModule = isDotted(match[1] as string) && !isSourceFile(match[1] as string)
  if (role === 'thread' && !isModule) return false
  fields.set(isModule && !fields.has('logger') ? 'logger' : 'component', match[1] as string)
  fields.set('line', Number(match[2]))
  if (match[3] !== undefined) fields.set('function', match[3])
  return true
}

/** Kea's [kea-dhcp4.dhcp4/1234.139] */
const OWNER = /^([A-Za-z][\w-]{0,60}(?:\.[\w-]{1,60}){0,6})\/(\d{1,10}(?:\.\d{1,20})?)$/
/** zlog's [1234:main.c:12], NanoLog's [main.cpp:main:12], g3log's [main.cpp->main:12] */
const ORDERED = /^(?:(\d{1,10}):)?([\w./-]{1,120}\.\w{1,4})(?:(?::|->)([A-Za-z_~][\w:~]{0,80}))?:(\d{1,6})$/

function splitOrdered(text: string, fields: Fields): boolean {
  const match = ORDERED.exec(text)
  if (match === null || !isSourceFile(match[2] as string)) return false
  if (match[1] !== undefined && !fields.has('pid')) fields.set('pid', Number(match[1]))
  fields.set('component', match[2] as string)
  if (match[3] !== undefined) fields.set('function', match[3])
  fields.set('line', Number(match[4]))
  return true
}

/** [BillingService:12], [web:2239], [main:1234]: a line or a process; the name alone is a label that ends. */
function splitNumber(text: string, fields: Fields): boolean {
  const match = /^([A-Za-z_][\w$-]{1,100})[:@](\d{1,10})$/.exec(text)
  if (match === null) return false
  fields.set('component', match[1] as string)
  fields.set(/[A-Z]/.test(match[1] as string) ? 'line' : 'number', Number(match[2]))
  return true
}

/** Zookeeper's [thread:Class@line]. */
export function splitThread(text: string, fields: Fields): boolean {
  const at = text.lastIndexOf('@')
  const colon = text.lastIndexOf(':', at)
  if (at < 0 || colon < 1 || fields.has('logger') || !/^[A-Za-z_][\w.$]{0,100}@\d{1,6}$/.test(text.slice(colon + 1)))
    return false
  fields.set('thread', text.slice(0, colon))
  fields.set('logger', text.slice(colon + 1, at))
  fields.set('line', Number(text.slice(at + 1)))
  return true
}
