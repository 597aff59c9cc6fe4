import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'

/** Elastic Common Schema, keys with dots or nested objects. What normalize's table of keys knows is not repeated here. */
export const ecs = jsonDialect({
  name: 'ecs',
  title: 'Elastic Common Schema (ECS) JSON',
  requires: ['@timestamp'],
  anyOf: ['ecs.version', 'ecs', 'log.level', 'log'],
  excludes: ['logger_name'],
  times: ['@timestamp'],
  keys: {
    'log.level': 'level',
    'log.logger': 'logger',
    'service.name': 'service',
    'service.environment': 'env',
    'service.node.name': 'node',
    'process.thread.name': 'thread',
    'process.pid': 'pid',
    'event.action': 'event',
    'event.outcome': 'outcome',
    'error.message': 'error',
    'error.type': 'error_type',
    'error.code': 'error_code',
    'error.stack_trace': 'stack',
    'trace.id': 'trace_id',
    'span.id': 'span_id',
    'http.response.status_code': 'status',
    'http.request.method': 'http_method',
    'url.path': 'path',
    'client.ip': 'client_address',
    'user_agent.original': 'user_agent',
  },
  check: (line) => !line.has('log') || line.get('log') instanceof Map || line.has('ecs') || line.has('ecs.version'),
  finish(fields, line) {
    for (const [name, path] of NESTED) setDefault(fields, name, valueAt(line, ...path))
  },
})

/** Nested objects stay whole; these of their members also stand under the record's name. */
const NESTED = [
  ['level', ['log', 'level']],
  ['logger', ['log', 'logger']],
  ['env', ['service', 'environment']],
  ['node', ['service', 'node', 'name']],
  ['thread', ['process', 'thread', 'name']],
  ['pid', ['process', 'pid']],
  ['status', ['http', 'response', 'status_code']],
  ['http_method', ['http', 'request', 'method']],
  ['path', ['url', 'path']],
  ['client_address', ['client', 'ip']],
] as const
