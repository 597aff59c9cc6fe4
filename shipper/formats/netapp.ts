import { shaped } from './shaped.ts'

/** `Tue May  5 10:11:12 UTC [node1: mgwd: callhome.battery.low:EMERGENCY]: text`: ONTAP's event log (EMS), and its audit log. */
export const netapp = shaped({
  name: 'netapp',
  title: 'NetApp ONTAP (EMS, audit log)',
  starts: 'JFMASONDTW<',
  guard: (head) => (head.charCodeAt(3) === 0x20 || head.charCodeAt(0) === 0x3c) && head.slice(10, 60).includes(' ['),
  pattern:
    /^(?:<\d{1,3}>)?((?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: [A-Z]{3,4})?(?: [+-]\d{4})?) \[([\w.-]{1,80}): ?([^:[\]]{1,80}):(?: ([A-Za-z][\w.]{1,100}):)?(emergency|alert|critical|error|warning|notice|info|debug)(?::(\d{1,12}))?\]: (.*)$/i,
  columns: ['@time', 'host', 'thread', 'logger', 'level', 'sequence#', 'message'],
  finish(fields) {
    // Without an event the second name is who wrote it: [node1:kern_audit:info:1234]
    const thread = fields.get('thread')
    if (fields.has('logger') || thread === undefined) return
    fields.set('logger', thread)
    fields.delete('thread')
  },
})
