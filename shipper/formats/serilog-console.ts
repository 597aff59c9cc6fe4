import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'serilog_console'

const LAYOUTS = [
  // [02:03:45 INF] msg; with a source: [02:03:45 INF] [My.App.Startup] msg, [02:03:45 INF My.App.Startup] msg
  layout(
    ' (VRB|DBG|INF|WRN|ERR|FTL)(?: ([\\w.]{1,200}))?\\] (?:\\[([\\w.`+]{1,200})\\] |<([\\w.`+]{1,200})> )?',
    'level logger logger logger',
    'w',
  ),
  // File sink: 2025-12-26 02:03:45.123 +02:00 [INF] msg
  layout(' \\[(VRB|DBG|INF|WRN|ERR|FTL)\\] (?:\\[([\\w.`+]{1,200})\\] )?', 'level logger', '['),
]

export const serilogConsole: Format = {
  name: NAME,
  title: 'Serilog (console and file templates)',
  starts: '0-9\\[',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
