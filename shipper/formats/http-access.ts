/** Access logs in the common and combined layout, with what nginx, ingress-nginx, Apache and others add at the end. */
import type { Fields } from '../terms/json.ts'
import { quoteEnd, readAccessLine } from './access-line.ts'
import type { Format } from './format.ts'
import { addPairs, putNumber, putText } from './shaped.ts'
import { isTraefikTail } from './traefik-access.ts'

export const httpAccess: Format = {
  name: 'http_access',
  title: 'nginx, Apache, Varnish and other access logs (common, combined, ingress-nginx)',
  starts: 'a-zA-Z0-9:\\-',
  parse(head, options) {
    const line = readAccessLine(head, options)
    if (line === undefined || isTraefikTail(line.tail)) return undefined
    if (line.tail !== '') readTail(line.fields, line.tail)
    return { format: 'http_access', time: line.time, fields: line.fields }
  },
}

/** ingress-nginx: length, seconds, then the upstreams; lists are joined with a comma and a space when it retried. */
const LIST = '([^ ,]+(?:, [^ ,]+)*)'
const INGRESS = new RegExp(
  `^(\\d+) (\\d+\\.\\d+) \\[([^\\]]*)\\] \\[([^\\]]*)\\] ${LIST} ${LIST} ${LIST} ${LIST} (\\S+)$`,
)
const INGRESS_NAMES = [
  'request_length#',
  '@seconds',
  'upstream_name',
  'upstream_alternative',
  'upstream',
  'upstream_response_length',
  'upstream_response_time',
  'upstream_status',
  'request_id',
]

function readTail(fields: Fields, tail: string): void {
  const ingress = INGRESS.exec(tail)
  if (ingress !== null) {
    for (const [index, name] of INGRESS_NAMES.entries()) putNamed(fields, name, ingress[index + 1])
    return
  }
  let rest = tail
  if (rest.charCodeAt(0) === 0x22) {
    const end = quoteEnd(rest, 0)
    const quoted = rest.slice(1, end < 0 ? undefined : end)
    if (quoted === '-' || /^[\da-fA-F.:, ]{3,}$/.test(quoted)) {
      putText(fields, 'forwarded_for', quoted)
      rest = end < 0 ? '' : rest.slice(end + 1).trim()
    }
  }
  readTimes(fields, rest)
}

const SECONDS = /^"?(\d{1,7}\.\d{1,6})"?(?: "?([\d.]+|-)"?)?(?: |$)/
/** Apache's %D is microseconds, also in the usual `**%T/%D**`. */
const MICROSECONDS = /^(?:\*\*\d+\/(\d{1,12})\*\*|(\d{1,12}))$/

function readTimes(fields: Fields, rest: string): void {
  if (rest === '') return
  const seconds = SECONDS.exec(rest)
  const micros = seconds === null ? MICROSECONDS.exec(rest) : null
  if (seconds !== null) {
    putNamed(fields, '@seconds', seconds[1])
    putNamed(fields, 'upstream_response_time#', seconds[2])
    rest = rest.slice(seconds[0].length).trim()
  } else if (micros !== null) {
    fields.set('duration_ms', Number(micros[1] ?? micros[2]) / 1000)
    return
  }
  if (rest.includes('=')) {
    addPairs(fields, rest)
    const time = fields.get('rt') ?? fields.get('request_time')
    if (!fields.has('duration_ms')) putNamed(fields, '@seconds', typeof time === 'number' ? String(time) : time)
  } else putText(fields, 'extra', rest)
}

function putNamed(fields: Fields, name: string, value: unknown): void {
  if (typeof value !== 'string') return
  if (name === '@seconds') {
    if (/^\d{1,7}(?:\.\d{1,6})?$/.test(value)) fields.set('duration_ms', Math.round(Number(value) * 1e6) / 1000)
  } else if (name.endsWith('#')) putNumber(fields, name.slice(0, -1), value)
  else putText(fields, name, value)
}
