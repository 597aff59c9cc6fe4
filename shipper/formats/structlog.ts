import { jsonDialect } from './json-dialect.ts'

/** spawning_worker, provision.start, http_request: what a program looks for. Anything with spaces is for people. */
const EVENT_NAME = /^[A-Za-z_][\w.:/-]{0,99}$/

export function isEventName(text: string): boolean {
  return EVENT_NAME.test(text)
}

/** Python's structlog, JSONRenderer: {"event":…,"level":…,"timestamp":…}. */
export const structlog = jsonDialect({
  name: 'structlog',
  title: 'structlog JSON renderer',
  requires: ['event', 'level', 'timestamp'],
  excludes: ['message', 'msg'],
  times: ['timestamp'],
  keys: { func_name: 'function', lineno: 'line', filename: 'file' },
  check: (line) => typeof line.get('event') === 'string',
  finish(fields, line) {
    const event = line.get('event')
    if (typeof event !== 'string' || isEventName(event)) return
    fields.delete('event')
    fields.set('message', event)
  },
})
