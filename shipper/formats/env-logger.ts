import type { Format } from './format.ts'
import { layout, parsed, readAfterTime, readLayouts } from './layout.ts'

const NAME = 'env_logger'
const LEVEL = '(TRACE|DEBUG|INFO|WARN|ERROR)'
const TARGET = '([A-Za-z_][\\w:./-]{0,200})'

const LAYOUTS = [
  layout(` ${LEVEL} {1,2}${TARGET}\\] `, 'level logger', 'L'),
  layout(` ${LEVEL} {1,2}${TARGET} > (?!\\d)`, 'level logger', 'L'),
]
/** Without a time: "[INFO  crate::module] msg", and pretty_env_logger's " INFO  crate::module > msg". */
const UNTIMED = [
  layout(`\\[${LEVEL} {1,2}${TARGET}\\] `, 'level logger'),
  layout(` ?${LEVEL} {1,2}${TARGET} > (?!\\d)`, 'level logger'),
]

/** Rust's env_logger: "[2025-12-26T02:03:45Z INFO  crate::module] msg". */
export const envLogger: Format = {
  name: NAME,
  title: 'Rust env_logger, pretty_env_logger',
  starts: '\\[ TDIWE0-9',
  parse(head, options) {
    const code = head.charCodeAt(0)
    const digit = code >= 0x30 && code <= 0x39
    const line = digit || code === 0x5b ? readAfterTime(NAME, LAYOUTS, head, options) : undefined
    if (line !== undefined || digit) return line
    const fields = readLayouts(UNTIMED, head, 0)
    return fields && parsed(NAME, undefined, fields)
  },
}
