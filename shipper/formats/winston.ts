import { jsonDialect } from './json-dialect.ts'

/** winston's format.json() with format.timestamp(): {"level":…,"message":…,"timestamp":…}. */
export const winston = jsonDialect({
  name: 'winston',
  title: 'winston JSON',
  requires: ['level', 'message', 'timestamp'],
  excludes: [
    'loggerName',
    'levelname',
    'severity',
    'time',
    '@timestamp',
    '@version',
    'cluster.name',
    'target',
    'level_name',
  ],
  times: ['timestamp'],
})
