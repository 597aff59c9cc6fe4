import { jsonDialect, setDefault } from './json-dialect.ts'
import { parseStack } from './stack.ts'

/** logstash-logback-encoder, Spring Boot's "logstash": {"@timestamp":…,"@version":"1","message":…,"logger_name":…}. */
export const logstash = jsonDialect({
  name: 'logstash',
  title: 'Logback JSON (logstash-logback-encoder)',
  requires: ['@timestamp', 'message', 'logger_name'],
  times: ['@timestamp'],
  keys: { logger_name: 'logger', thread_name: 'thread', stack_trace: 'stack' },
  finish(fields, line) {
    const stack = line.get('stack_trace')
    if (typeof stack !== 'string') return
    const error = parseStack(stack)
    setDefault(fields, 'error_type', error?.error_type)
    setDefault(fields, 'error', error?.error)
  },
})
