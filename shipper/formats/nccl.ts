import { shaped } from './shaped.ts'

/** `node1:1234:1289 [0] NCCL INFO text`: NVIDIA's and AMD's collectives, as GPU jobs print them; no time. */
export const nccl = shaped({
  name: 'nccl',
  title: 'NCCL, RCCL (GPU collectives)',
  starts: 'A-Za-z0-9\\[',
  guard: (head) => {
    const colon = head.indexOf(':')
    return colon > 0 && colon < 100 && head.charCodeAt(colon + 1) <= 0x39 && head.slice(0, 200).includes('CCL ')
  },
  pattern:
    /^(?:\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] )?([\w.-]{1,100}):(\d{1,10}):(\d{1,10}) \[(\d{1,4})\] (?:([\w./-]{1,100}:\d{1,6}) )?(NCCL|RCCL) (TRACE|INFO|WARN|ERROR|VERSION) ?(.*)$/,
  columns: ['@time', 'host', 'pid#', 'thread', 'device#', 'caller', 'service', 'level', 'message'],
})
