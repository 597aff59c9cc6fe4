import { shaped } from './shaped.ts'

/** CUPS's severities: emergency, alert, critical, error, warning, notice, info, debug, debug2. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['X', 'emerg'],
  ['A', 'alert'],
  ['C', 'crit'],
  ['E', 'error'],
  ['W', 'warn'],
  ['N', 'notice'],
  ['I', 'info'],
  ['D', 'debug'],
  ['d', 'debug2'],
])

/** `E [05/May/2026:10:11:12 +0200] [Job 12] text`: cupsd's error_log. */
export const cups = shaped({
  name: 'cups',
  title: 'CUPS (error_log)',
  starts: 'XACEWNIDd',
  guard: (head) => head.charCodeAt(2) === 0x5b && head.charCodeAt(5) === 0x2f,
  pattern:
    /^([XACEWNIDd]) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,6})? [+-]\d{4})\] (?:\[([\w .:-]{1,80})\] ?)?(.*)$/,
  columns: ['level', '@time', 'component', 'message'],
  finish(fields, match) {
    fields.set('level', LETTERS.get(match[1] as string) as string)
    fields.set('service', 'cups')
    const job = /^Job (\d{1,9})$/.exec(match[3] ?? '')
    if (job === null) return
    fields.delete('component')
    fields.set('job_id', job[1] as string)
  },
})
