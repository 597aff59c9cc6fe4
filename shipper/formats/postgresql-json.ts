import { jsonDialect } from './json-dialect.ts'

/** PostgreSQL 15 and later, log_destination = jsonlog. */
export const postgresqlJson = jsonDialect({
  name: 'postgresql_json',
  title: 'PostgreSQL jsonlog',
  requires: ['timestamp', 'error_severity', 'message'],
  times: ['timestamp'],
  keys: {
    error_severity: 'level',
    state_code: 'error_code',
    dbname: 'database',
    remote_host: 'client_address',
    remote_port: 'client_port',
    application_name: 'client_application',
  },
  finish(fields, line) {
    // 00000 is successful_completion.
    if (line.get('state_code') === '00000' && fields.delete('error_code')) fields.set('state_code', '00000')
  },
})
