import { shaped } from './shaped.ts'

/** `[component:level,time,node:process:module:function:line]text`, Couchbase's ns_server. */
export const couchbase = shaped({
  name: 'couchbase',
  title: 'Couchbase Server (ns_server)',
  starts: '\\[',
  guard: (head) => head.includes(',', 8) && head.includes('@', 30),
  pattern:
    /^\[([\w-]{1,60}):(debug|info|warn|error|critical),(\d{4}-\d\d-\d\dT[\d:.]{8,16}(?:Z|[+-]\d\d:\d\d)),([^\s:@\]]{1,60}@[^\s:\]]{1,100}):([^\]]{0,300}?)(?::([\w-]{1,60}):([\w'/-]{1,60}):(\d{1,6}))?\](.*)$/,
  columns: ['service', 'level', '@time', 'host', 'process', 'logger', 'function', 'line#', 'message'],
})
