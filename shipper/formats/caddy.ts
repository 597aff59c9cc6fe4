import type { Fields, Value } from '../terms/json.ts'
import { jsonDialect, setDefault, setDuration, valueAt } from './json-dialect.ts'

const MODULE = /^(?:http|tls|admin|pki|events|layer4|dynamic_dns|caddy|docker-proxy|watcher)(?:$|\.)/

/** Caddy writes with zap but no caller, and names its modules: http.log.access.log0, tls.obtain, admin.api. */
export function isCaddy(line: Fields): boolean {
  const logger = line.get('logger')
  return typeof logger === 'string' && MODULE.test(logger) && !line.has('caller')
}

const REQUEST = [
  ['http_method', ['method']],
  ['path', ['uri']],
  ['http_host', ['host']],
  ['http_version', ['proto']],
  ['client_address', ['client_ip']],
  ['client_address', ['remote_ip']],
  ['client_address', ['remote_addr']],
  ['user_agent', ['headers', 'User-Agent']],
  ['referer', ['headers', 'Referer']],
] as const

/** Caddy's JSON log, access log included. `duration` is in seconds. */
export const caddy = jsonDialect({
  name: 'caddy',
  title: 'Caddy JSON log (access log too)',
  requires: ['level', 'ts', 'logger', 'msg'],
  excludes: ['caller'],
  times: ['ts'],
  check: isCaddy,
  finish(fields, line) {
    const request = line.get('request')
    if (!(request instanceof Map)) return
    if (line.has('status')) setDefault(fields, 'event', 'http_request')
    for (const [name, path] of REQUEST) setDefault(fields, name, first(valueAt(request, ...path)))
    setDuration(fields, line.get('duration'), 1e-3)
  },
})

/** Headers are lists. */
function first(value: Value | undefined): Value | undefined {
  return Array.isArray(value) ? value[0] : value
}
