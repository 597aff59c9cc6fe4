import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import { splitWords } from './access-line.ts'
import type { Format } from './format.ts'
import { putWords } from './word-columns.ts'

const HEAD = ['', '@request', 'status', 'response_flags'] as const
/** Istio and Envoy since 1.16 put their reasons here. */
const REASONS = ['response_code_details', 'connection_termination_details', 'upstream_failure'] as const
const TAIL = [
  'bytes_received#',
  'bytes_sent#',
  'duration_ms#',
  'upstream_service_time_ms#',
  'forwarded_for',
  'user_agent',
  'request_id',
  'authority',
  'upstream',
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'client_address',
  'requested_server_name',
  'route_name',
] as const
const PLAIN_COLUMNS = [...HEAD, ...TAIL]
const ISTIO_COLUMNS = [...HEAD, ...REASONS, ...TAIL]

/** Envoy's default access log, and Istio's, which is the same with reasons in the middle and clusters at the end. */
export const envoy: Format = {
  name: 'envoy',
  title: 'Envoy and Istio access log',
  starts: '\\[',
  parse(head, options) {
    if (head.charCodeAt(11) !== 0x54 || !head.startsWith('Z] "', 24)) return undefined
    const time = readTime(head, 1, options)
    if (time === undefined || head.charCodeAt(time.end) !== 0x5d) return undefined
    const words = splitWords(head, 0)
    if (words.length < 9 || !/^\d{1,3}$/.test(words[2] ?? '')) return undefined
    const fields: Fields = new Map()
    const plain = /^\d+$/.test(words[4] ?? '') && /^\d+$/.test(words[5] ?? '')
    putWords(fields, words, plain ? PLAIN_COLUMNS : ISTIO_COLUMNS)
    // 0: the connection ended before there was a status. A TCP proxy has no request line at all.
    if (fields.get('status') === '0') fields.delete('status')
    if (words[1] === '- - -') fields.set('event', 'tcp_connection')
    return { format: 'envoy', time: time.instant, fields }
  },
}
