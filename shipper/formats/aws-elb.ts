import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import { splitWords } from './access-line.ts'
import type { Format } from './format.ts'
import { putWords } from './word-columns.ts'

/** Columns of a classic load balancer; an application load balancer puts its type in front and goes on behind. */
const CLASSIC = [
  '',
  'node',
  'client_address',
  'upstream',
  'request_time_ms@ms',
  'target_time_ms@ms',
  'response_time_ms@ms',
  'status',
  'upstream_status',
  'bytes_received#',
  'bytes_sent#',
  '@request',
  'user_agent',
  'tls_cipher',
  'tls_protocol',
] as const
const APPLICATION = [
  'connection_type',
  ...CLASSIC,
  'target_group_arn',
  'trace_header',
  'server_name',
  'certificate_arn',
  'rule_priority',
  'request_created',
  'actions',
  'redirect_url',
  'error_reason',
  'targets',
  'target_statuses',
  'classification',
  'classification_reason',
  'connection_id',
] as const
const START =
  /^(?:(?:https?|h2|grpcs|wss?) )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [\w/-]{1,200} [\da-fA-F.:]{2,45}:\d{1,5} /
const PARTS = ['request_time_ms', 'target_time_ms', 'response_time_ms']

export const awsElb: Format = {
  name: 'aws_elb',
  title: 'AWS load balancer access log (ALB and classic)',
  starts: 'hgw0-9',
  parse(head, options) {
    if (!START.test(head)) return undefined
    const isClassic = head.charCodeAt(0) <= 0x39
    const words = splitWords(head, 0)
    const time = readTime(words[isClassic ? 0 : 1] ?? '', 0, options)
    if (time === undefined || words.length < 12) return undefined
    const fields: Fields = new Map()
    putWords(fields, words, isClassic ? CLASSIC : APPLICATION)
    const parts = PARTS.map((name) => fields.get(name)).filter((value) => typeof value === 'number')
    if (parts.length === PARTS.length) {
      fields.set('duration_ms', Math.round(parts.reduce((sum, part) => sum + part, 0) * 1e6) / 1e6)
    }
    return { format: 'aws_elb', time: time.instant, fields }
  },
}
