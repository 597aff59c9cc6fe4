import { jsonDialect } from './json-dialect.ts'

/** zerolog: {"level":"info","time":…,"message":…}. Durations are ms. */
export const zerolog = jsonDialect({
  name: 'zerolog',
  title: 'zerolog JSON',
  requires: ['level', 'time', 'message'],
  excludes: ['msg', 'v', 'severity', 'timestamp'],
  times: ['time'],
  check: (line) => typeof line.get('level') === 'string',
})
