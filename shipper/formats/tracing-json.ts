import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'

/** Rust's tracing-subscriber, json(): {"timestamp":…,"level":"INFO","fields":{"message":…},"target":…,"span":{…}}. */
export const tracingJson = jsonDialect({
  name: 'tracing_json',
  title: 'Rust tracing, JSON',
  requires: ['timestamp', 'level', 'target'],
  excludes: ['msg', 'loggerName'],
  times: ['timestamp'],
  keys: { target: 'logger', filename: 'file', line_number: 'line', threadName: 'thread', threadId: 'rust_thread_id' },
  check: (line) => line.get('fields') instanceof Map || typeof line.get('message') === 'string',
  finish(fields, line) {
    setDefault(fields, 'message', valueAt(line, 'fields', 'message'))
    setDefault(fields, 'error', valueAt(line, 'fields', 'error'))
    setDefault(fields, 'operation', valueAt(line, 'span', 'name'))
  },
})
