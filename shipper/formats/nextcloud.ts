import { jsonDialect } from './json-dialect.ts'

/** By number: 0 is the least. */
const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal']

/** Nextcloud and ownCloud: {"reqId":…,"level":3,"time":…,"remoteAddr":…,"user":…,"app":"core","method":…,"message":…}. */
export const nextcloud = jsonDialect({
  name: 'nextcloud',
  title: 'Nextcloud, ownCloud',
  requires: ['reqId', 'level', 'time', 'app', 'message'],
  anyOf: ['remoteAddr', 'method'],
  times: ['time'],
  keys: { reqId: 'request_id', app: 'component', remoteAddr: 'client_address', method: 'http_method', url: 'path' },
  check: (line) => typeof line.get('level') === 'number' && LEVELS[line.get('level') as number] !== undefined,
  finish(fields, line) {
    fields.set('level', LEVELS[line.get('level') as number] as string)
  },
})
