import { addField } from '../terms/json.ts'
import { jsonDialect } from './json-dialect.ts'

/** Graylog's GELF: {"version":"1.1","host":…,"short_message":…,"timestamp":1700000000.123,"level":6,"_user":…}. */
export const gelf = jsonDialect({
  name: 'gelf',
  title: 'GELF (Graylog) JSON',
  requires: ['version', 'host', 'short_message'],
  times: ['timestamp'],
  scale: 'syslog',
  keys: { short_message: 'message' },
  finish(fields, line) {
    // Additional fields carry an underscore that is no part of their name.
    for (const [key, value] of line) {
      if (!key.startsWith('_') || line.has(key.slice(1)) || !fields.delete(key)) continue
      addField(fields, key.slice(1), value)
    }
  },
})
