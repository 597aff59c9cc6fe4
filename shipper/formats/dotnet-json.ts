import { jsonDialect, setDefault, valueAt } from './json-dialect.ts'

/** .NET's AddJsonConsole: {"EventId":14,"LogLevel":"Information","Category":…,"Message":…,"State":{…},"Exception":…}. */
export const dotnetJson = jsonDialect({
  name: 'dotnet_json',
  title: '.NET console, JSON formatter',
  requires: ['LogLevel', 'Category'],
  times: ['Timestamp'],
  scale: 'dotnet',
  keys: { EventId: 'event_id', LogLevel: 'level', Category: 'logger', Message: 'message' },
  finish(fields, line) {
    setDefault(fields, 'message', valueAt(line, 'State', 'Message'))
    setDefault(fields, 'message_template', valueAt(line, 'State', '{OriginalFormat}'))
  },
})
