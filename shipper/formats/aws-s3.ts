import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import { splitWords } from './access-line.ts'
import type { Format } from './format.ts'
import { putWords } from './word-columns.ts'

const COLUMNS = [
  'bucket_owner',
  'node',
  '',
  'client_address',
  'requester',
  'request_id',
  'operation',
  'key',
  '@request',
  'status',
  'error_code',
  'bytes_sent#',
  'object_size#',
  'duration_ms#',
  'turn_around_ms#',
  'referer',
  'user_agent',
  'version_id',
  'host_id',
  'signature_version',
  'tls_cipher',
  'authentication_type',
  'http_host',
  'tls_protocol',
  'access_point_arn',
  'acl_required',
] as const
const START = /^[\da-f]{20,80} [a-z\d.-]{3,63} \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] /

export const awsS3: Format = {
  name: 'aws_s3',
  title: 'Amazon S3 server access log',
  starts: 'a-f0-9',
  parse(head, options) {
    const stamp = START.exec(head)?.[1]
    const time = stamp === undefined ? undefined : readTime(stamp, 0, options)
    if (time === undefined) return undefined
    const fields: Fields = new Map()
    putWords(fields, splitWords(head, 0), COLUMNS)
    if (!fields.has('message')) fields.set('message', String(fields.get('operation') ?? ''))
    return { format: 'aws_s3', time: time.instant, fields }
  },
}
