import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'

/** bunyan: {"name":"app","hostname":…,"pid":1,"level":30,"msg":…,"time":"…Z","v":0}. Its name is the application's. */
export const bunyan = jsonDialect({
  name: 'bunyan',
  title: 'bunyan JSON',
  requires: ['v', 'level', 'name', 'hostname', 'pid', 'time'],
  times: ['time'],
  scale: 'pino',
  keys: { name: 'service' },
  check: (line) => typeof line.get('time') === 'string',
  finish(fields, line) {
    setDefault(fields, 'status', valueAt(line, 'res', 'statusCode'))
    setDefault(fields, 'http_method', valueAt(line, 'req', 'method'))
    setDefault(fields, 'path', valueAt(line, 'req', 'url'))
  },
})
