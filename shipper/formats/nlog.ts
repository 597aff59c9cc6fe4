import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'nlog'

const LAYOUTS = [
  layout(
    '\\|(Trace|Debug|Info|Warn|Error|Fatal|TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\\|([^|]{1,200})\\|',
    'level logger',
    '|',
  ),
  // With ASP.NET's event id: 2025-… | 0 | INFO | Logger | msg
  layout('\\|(\\d{1,10})\\|(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\\|([^|]{1,200})\\|', 'event_id level logger', '|'),
]

/** NLog's default: "${longdate}|${level:uppercase=true}|${logger}|${message}". */
export const nlog: Format = {
  name: NAME,
  title: 'NLog (default layout)',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
