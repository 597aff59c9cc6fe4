import { putText, shaped } from './shaped.ts'

/** The log plugin's query lines, and what plugins write about themselves. CoreDNS writes no times of its own. */
export const coredns = shaped({
  name: 'coredns',
  title: 'CoreDNS',
  starts: '\\[',
  guard: (head) => LINE.test(head),
  pattern:
    /^\[([A-Z]+)\] (?:plugin\/(\w+): )?(?:\[?([\da-fA-F.:]{2,45})\]?:(\d{1,5}) - (\d{1,5}) "([A-Z0-9-]+) ([A-Z]{2,4}) (\S+) (\w+) (\d+) (\w+) (\d+)" ([A-Z]+) (\S+) (\d+) ([\d.]+)s|(.*))$/,
  columns: [
    'level',
    'node',
    'client_address',
    'client_port#',
    'query_id',
    'query_type',
    'query_class',
    'query_name',
    'protocol',
    'request_size#',
    'dnssec_ok',
    'buffer_size#',
    'status',
    'flags',
    'response_size#',
    '',
    'message',
  ],
  finish(fields, match) {
    if (match[16] === undefined) return
    fields.set('event', 'dns_query')
    fields.set('duration_ms', Math.round(Number(match[16]) * 1e9) / 1e6)
    putText(fields, 'message', match[0].slice(match[0].indexOf(']') + 2))
  },
})

const LINE =
  /^\[(?:DEBUG|INFO|WARNING|ERROR|FATAL)\] (?:plugin\/\w+: |\[?[\da-fA-F.:]{2,45}\]?:\d{1,5} - \d{1,5} "|SIGTERM|SIGUSR1|Reloading|CoreDNS)/
