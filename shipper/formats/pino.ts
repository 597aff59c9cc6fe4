import type { Value } from '../terms/json.ts'
import { jsonDialect, setDefault, setDuration, valueAt } from './json-dialect.ts'

/** pino: {"level":30,"time":1700000000000,"pid":1,"hostname":"h","msg":…}; levels as labels too. */
export const pino = jsonDialect({
  name: 'pino',
  title: 'pino JSON',
  requires: ['level', 'time'],
  times: ['time'],
  scale: 'pino',
  keys: { name: 'logger' },
  check(line) {
    const isBunyan = line.has('v') && typeof line.get('time') === 'string'
    if (isBunyan) return false
    // Its levels begin at 10; Nextcloud and others count from 0.
    const level = line.get('level')
    return (typeof level === 'number' && level >= 10) || (typeof line.get('time') === 'number' && line.has('pid'))
  },
  finish(fields, line) {
    setDefault(fields, 'request_id', requestId(valueAt(line, 'req', 'id')))
    setDefault(fields, 'status', valueAt(line, 'res', 'statusCode'))
    setDefault(fields, 'http_method', valueAt(line, 'req', 'method'))
    setDefault(fields, 'path', valueAt(line, 'req', 'url'))
    setDefault(fields, 'client_address', valueAt(line, 'req', 'remoteAddress'))
    setDuration(fields, line.get('responseTime'), 1)
  },
})

/** pino-http numbers requests, or takes the id of a header. */
function requestId(id: Value | undefined): string | undefined {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}
