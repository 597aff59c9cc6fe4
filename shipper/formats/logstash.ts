import { jsonDialect } from './json-dialect.ts'

/** logstash-logback-encoder, Spring Boot's "logstash": {"@timestamp":…,"@version":"1","message":…,"logger_name":…}. */
export const logstash = jsonDialect({
  name: 'logstash',
  title: 'Logback JSON (logstash-logback-encoder)',
  requires: ['@timestamp', 'message', 'logger_name'],
  times: ['@timestamp'],
  keys: { logger_name: 'logger', thread_name: 'thread', stack_trace: 'stack' },
})
