import { shaped } from './shaped.ts'

export const clickhouse = shaped({
  name: 'clickhouse',
  title: 'ClickHouse server log',
  starts: '0-9',
  guard: (head) => head.charCodeAt(4) === 0x2e && head.charCodeAt(27) === 0x5b,
  pattern:
    /^(\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d\.\d{6}) \[ (\d{1,10}) \] \{([^}]{0,200})\} <(\w+)> (?:([^:]{1,200}(?:::[^:]{1,200}){0,10}): )?(.*)$/,
  columns: ['@time', 'thread', 'query_id', 'level', 'logger', 'message'],
})
