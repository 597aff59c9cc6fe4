import { shaped } from './shaped.ts'
import { SEVERITIES } from './syslog-priority.ts'

/** `May  5 10:11:12 2026 12345 6 10.1 function(): text`: time, pid (and thread), syslog's severity, LSF's version. */
export const lsf = shaped({
  name: 'lsf',
  title: 'IBM Spectrum LSF daemons',
  starts: 'JFMASOND',
  guard: (head) => head.charCodeAt(15) === 0x20 || head.charCodeAt(15) === 0x2e,
  pattern:
    /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,6})? \d{4}) (\d{1,10})(?::(\d{1,10}))? ([0-7]) (\d{1,2}\.\d{1,2}(?:\.\d{1,3}){0,4}) (?:([A-Za-z_][\w:~/.-]{1,80}(?:\(\))?): )?(.*)$/,
  columns: ['@time', 'pid#', 'thread', 'level', 'version', 'logger', 'message'],
  finish(fields, match) {
    fields.set('level', SEVERITIES[Number(match[4])] as string)
  },
})
