import { shaped } from './shaped.ts'

/** `[INFO] [1777975872.123456789] [node]: text` of ROS 2, `[ WARN] [1777975872.123, 12.34]: text` of ROS 1 (second: simulated). */
export const ros = shaped({
  name: 'ros',
  title: 'ROS 1 and 2 (console)',
  starts: '\\[',
  guard: (head) => head.indexOf('] [') > 0 && head.indexOf('] [') < 40,
  pattern:
    /^(?:\[([\w.-]{1,100}-\d{1,4})\] )?\[ {0,2}(DEBUG|INFO|WARN|ERROR|FATAL)\] \[(\d{10}\.\d{6,9})(?:, {0,2}(\d{1,12}\.\d{1,9}))?\](?: \[([^\]\s]{1,200})\])?: (.*)$/,
  columns: ['service', 'level', '@time', 'simulated_time', 'node', 'message'],
  finish(fields, match) {
    if (match[5] !== undefined) return
    const node = /^\[?(\/[\w/.-]{1,100})\]?:? /.exec(match[6] as string)
    if (node !== null) fields.set('node', node[1] as string)
  },
})
