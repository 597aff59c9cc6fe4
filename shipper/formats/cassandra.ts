import { shaped } from './shaped.ts'

/** Cassandra's logback layout, and log4j's `Foo.java (line 12) text` of version 1. */
export const cassandra = shaped({
  name: 'cassandra',
  title: 'Apache Cassandra',
  starts: 'TDIWE',
  guard: (head) => head.includes('] ', 8) && head.includes('.java', 30),
  pattern:
    /^(TRACE|DEBUG|INFO|WARN|ERROR) +\[([^\]]{1,120})\] (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (\w+\.java)(?::(\d{1,6}) -| \(line (\d{1,6})\)) (.*)$/,
  columns: ['level', 'thread', '@time', 'logger', 'line#', 'line#', 'message'],
})
