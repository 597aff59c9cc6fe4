import { shaped } from './shaped.ts'

/** Kafka's log4j layout: `[%d] %p %m (%c)`. The class stands last, in parentheses. */
export const kafka = shaped({
  name: 'kafka',
  title: 'Apache Kafka',
  starts: '\\[',
  guard: (head) => head.charCodeAt(20) === 0x2c && head.charCodeAt(24) === 0x5d && head.endsWith(')'),
  pattern:
    /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] (TRACE|DEBUG|INFO|WARN|ERROR|FATAL) (?:\[([^\]]{1,120})\] )?(.*) \(([A-Za-z][\w.$-]*)(?::(\d{1,6}))?\)$/,
  columns: ['@time', 'level', 'component', 'message', 'logger', 'line#'],
})
