import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'

/** MongoDB 4.4 and later: {"t":{"$date":…},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":…,"attr":{…}}. */
export const mongodb = jsonDialect({
  name: 'mongodb',
  title: 'MongoDB structured log',
  requires: ['t', 's', 'c', 'id', 'ctx', 'msg'],
  times: ['t'],
  keys: { s: 'level', c: 'component', ctx: 'thread', id: 'log_id' },
  finish(fields, line) {
    // A dash: no component.
    if (fields.get('component') === '-' && fields.delete('component')) fields.set('c', '-')
    setDefault(fields, 'duration_ms', valueAt(line, 'attr', 'durationMillis'))
    setDefault(fields, 'error_code', valueAt(line, 'attr', 'error', 'codeName') ?? valueAt(line, 'attr', 'errName'))
    setDefault(fields, 'error', valueAt(line, 'attr', 'error', 'errmsg') ?? valueAt(line, 'attr', 'errMsg'))
  },
})
