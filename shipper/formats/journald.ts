import type { Value } from '../terms/json.ts'
import { jsonDialect, setDefault } from './json-dialect.ts'

/** What names the program, the best first: Docker's journald driver sets CONTAINER_NAME beside a meaningless identifier. */
const PROGRAM = ['CONTAINER_NAME', 'SYSLOG_IDENTIFIER', '_COMM', '_SYSTEMD_UNIT']

/** `journalctl -o json` (and systemd-journal-upload): values are text, but bytes that are none are a list of numbers. */
export const journald = jsonDialect({
  name: 'journald',
  title: 'journald JSON (journalctl -o json)',
  requires: ['__REALTIME_TIMESTAMP'],
  times: ['__REALTIME_TIMESTAMP', '_SOURCE_REALTIME_TIMESTAMP'],
  scale: 'syslog',
  keys: {
    MESSAGE: 'message',
    PRIORITY: 'level',
    _HOSTNAME: 'host',
    _SYSTEMD_UNIT: 'unit',
    _PID: 'pid',
    CODE_FILE: 'file',
    CODE_LINE: 'line',
    CODE_FUNC: 'function',
  },
  finish(fields, line) {
    const message = bytesText(line.get('MESSAGE'))
    if (message !== undefined) fields.set('message', message)
    for (const key of PROGRAM) {
      const program = line.get(key)
      if (typeof program === 'string') setDefault(fields, 'service', program)
    }
    // A program's errno, 0 when there was none.
    const errno = line.get('ERRNO')
    if (errno !== undefined && errno !== '0') setDefault(fields, 'error_code', errno)
  },
})

/** Bytes as text, U+FFFD for those that are no UTF-8; undefined when the value is no list of bytes. */
function bytesText(value: Value | undefined): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  if (!value.every((byte) => typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte < 256))
    return undefined
  return Buffer.from(value as number[]).toString('utf8')
}
