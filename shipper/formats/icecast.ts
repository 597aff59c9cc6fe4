import { shaped } from './shaped.ts'

/** `[2026-05-05  10:11:12] INFO stats/stats thread started`: Icecast's error.log; two spaces between date and clock. */
export const icecast = shaped({
  name: 'icecast',
  title: 'Icecast (error.log)',
  starts: '\\[',
  guard: (head) => head.startsWith('  ', 11),
  pattern:
    /^\[(\d{4}-\d\d-\d\d {2}\d\d:\d\d:\d\d)\] (EROR|ERROR|WARN|INFO|DBUG) (?:([\w-]{1,60})\/)?(\w{1,80})(?: (.*))?$/,
  columns: ['@time', 'level', 'logger', 'function', 'message'],
  time: (raw) => raw.replace('  ', ' '),
})
