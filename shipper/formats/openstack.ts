import type { Fields } from '../terms/json.ts'
import { putText, shaped } from './shaped.ts'

/** oslo.log's layout behind the name of the file it came from, as collected OpenStack logs have it. Bare: oslo-log.ts. */
export const openstack = shaped({
  name: 'openstack',
  title: 'OpenStack logs collected under their file names',
  starts: 'a-z',
  guard: (head) => START.test(head),
  pattern:
    /^([\w.-]{1,80}\.log[\w.:-]{0,80}) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) (\d{1,10}) (TRACE|DEBUG|INFO|AUDIT|WARNING|ERROR|CRITICAL) ([\w.-]{1,200}) (?:\[([^\]]{0,300})\] )?(.*)$/,
  columns: ['source', '@time', 'pid#', 'level', 'logger', 'request_context', 'message'],
  finish(fields, match) {
    putText(fields, 'service', match[1]?.slice(0, match[1].indexOf('.log')))
    putText(fields, 'request_id', REQUEST.exec(match[6] ?? '')?.[1])
    readMessage(fields, match[7] ?? '')
  },
})

const START = /^[\w.-]{1,80}\.log[\w.:-]{0,80} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \d{1,10} [A-Z]{4,8} [a-z]/
const REQUEST = /(?:^| )(req-[\da-f-]{8,40})/
const INSTANCE = /^\[instance: ([\da-f-]{36})\]/
const ANSWER = / status: (\d{3}) len: (\d{1,12}) time: (\d{1,6}\.\d{1,9})$/

function readMessage(fields: Fields, message: string): void {
  putText(fields, 'instance', INSTANCE.exec(message)?.[1])
  const answer = ANSWER.exec(message)
  if (answer === null) return
  putText(fields, 'status', answer[1])
  fields.set('bytes_sent', Number(answer[2]))
  fields.set('duration_ms', Math.round(Number(answer[3]) * 1e9) / 1e6)
}
