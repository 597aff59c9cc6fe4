import { jsonDialect } from './json-dialect.ts'

/** Python's logging through a JSON formatter (python-json-logger and its like): the names of LogRecord. */
export const pythonJson = jsonDialect({
  name: 'python_json',
  title: 'Python logging as JSON (python-json-logger)',
  requires: ['levelname', 'message'],
  times: ['timestamp', 'asctime', 'time', '@timestamp', 'created'],
  scale: 'python',
  keys: {
    name: 'logger',
    levelname: 'level',
    funcName: 'function',
    lineno: 'line',
    process: 'pid',
    threadName: 'thread',
    exc_info: 'stack',
  },
  check: (line) => typeof line.get('levelname') === 'string',
})
