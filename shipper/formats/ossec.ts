import { shaped } from './shaped.ts'

/** `2026/05/05 10:11:12 program[pid] file.c:12 at function(): LEVEL: (1234): text`, OSSEC's and Wazuh's ossec.log. */
export const ossec = shaped({
  name: 'ossec',
  title: 'OSSEC, Wazuh (ossec.log)',
  starts: '0-9',
  guard: (head) => head.charCodeAt(4) === 0x2f && head.charCodeAt(19) === 0x20,
  pattern:
    /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) ([a-z][\w-]{1,40}(?::[\w-]{1,40})?)(?:\[(\d{1,10})\])?(?: ([\w.-]{1,60}\.\w{1,3}):(\d{1,6}) at ([\w:~]{1,80})\(\))?: (DEBUG|INFO|WARNING|ERROR|CRITICAL|VERBOSE): (?:\((\d{1,6})\): )?(.*)$/,
  columns: ['@time', 'service', 'pid#', 'logger', 'line#', 'function', 'level', 'event', 'message'],
})
