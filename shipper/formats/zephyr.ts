import { shaped } from './shaped.ts'

/** `[00:00:12.345,678] <inf> wifi: text`: Zephyr RTOS; hours, minutes and seconds since the start, no time of day. */
export const zephyr = shaped({
  name: 'zephyr',
  title: 'Zephyr RTOS',
  starts: '\\[',
  guard: (head) => head.slice(3, 24).includes('] <'),
  pattern: /^\[(\d{2,8}(?::\d\d:\d\d\.\d{3},\d{3})?)\] <(err|wrn|inf|dbg)> ([\w.-]{1,80})(?:\.([\w:~]{1,80}))?: (.*)$/,
  columns: ['uptime', 'level', 'node', 'function', 'message'],
})
