import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import type { Format } from './format.ts'
import { addMessage, parsed } from './layout.ts'

const NAME = 'gin'

const ACCESS =
  /^\[GIN\] (\d{4}\/\d\d\/\d\d) - (\d\d:\d\d:\d\d) \| {1,3}(\d{3}) \| {1,20}([\d.hmsuµn]{1,30}) \| {1,40}([^\s|]{1,80}) \| ?([A-Z]{1,20}) {1,12}"?([^"]{0,8000})"?$/
const DEBUG = /^\[GIN-debug\] (?:\[(WARNING|ERROR)\] )?/

/** Gin's access log and its debug lines. The latency is Go's: 1.234ms, 12.5µs, 1m2.5s. */
export const gin: Format = {
  name: NAME,
  title: 'Gin (Go)',
  starts: '\\[',
  parse(head, options) {
    if (!head.startsWith('[GIN')) return undefined
    const fields: Fields = new Map()
    const debug = DEBUG.exec(head)
    if (debug !== null) {
      fields.set('level', debug[1] ?? 'debug')
      addMessage(fields, head.slice(debug[0].length))
      return parsed(NAME, undefined, fields)
    }
    const match = ACCESS.exec(head)
    if (match === null) return undefined
    const [, day = '', clock = '', status, latency = '', client = '', method = '', path = ''] = match
    const time = readTime(`${day} ${clock}`, 0, options)
    if (time === undefined) return undefined
    fields.set('event', 'http_request')
    fields.set('status', Number(status))
    fields.set('latency', latency)
    fields.set('client_address', client)
    fields.set('http_method', method)
    fields.set('path', path)
    fields.set('message', `${method} ${path}`)
    return parsed(NAME, time.instant, fields)
  },
}
