import type { Value } from '../terms/json.ts'
import { jsonDialect, setDefault, setDuration } from './json-dialect.ts'
import { readInstant } from './time-keys.ts'

/** Traefik's access log as JSON. Durations are nanoseconds. */
export const traefikJson = jsonDialect({
  name: 'traefik_json',
  title: 'Traefik access log, JSON',
  requires: ['RequestMethod', 'RequestPath'],
  anyOf: ['DownstreamStatus', 'OriginStatus', 'RouterName', 'entryPointName'],
  times: [],
  keys: {
    RequestMethod: 'http_method',
    RequestPath: 'path',
    RequestProtocol: 'http_version',
    RequestHost: 'http_host',
    DownstreamStatus: 'status',
    DownstreamContentSize: 'bytes_sent',
    ClientHost: 'client_address',
    'request_User-Agent': 'user_agent',
    request_Referer: 'referer',
    RouterName: 'router',
    // Its name would make it the line's service; the line is Traefik's, about a request to it.
    ServiceName: 'upstream_service',
  },
  take(fields, options) {
    // `time` is when it was written, to the second; StartUTC has nanoseconds, but lies before a long request.
    const logged = readTime(fields.get('time'))
    const started = readTime(fields.get('StartUTC') ?? fields.get('StartLocal'))
    if (logged === undefined) return started
    fields.delete('time')
    return started?.seconds === logged.seconds && logged.nanos === 0 ? started : logged

    function readTime(value: Value | undefined) {
      return value === undefined ? undefined : readInstant(value, options)
    }
  },
  finish(fields, line) {
    setDefault(fields, 'event', 'http_request')
    if (fields.get('msg') === '') fields.delete('msg')
    if (!fields.has('msg')) setDefault(fields, 'message', `${line.get('RequestMethod')} ${line.get('RequestPath')}`)
    setDuration(fields, line.get('Duration'), 1e6)
  },
})
