import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'zerolog_console'

const LAYOUTS = [
  // Not ChromeOS, whose lines go on with a program: ERR kernel: [ 12.3] text, ERR chrome[1234]: text
  layout(
    ' (TRC|DBG|INF|WRN|ERR|FTL|PNC) (?!kernel: |[a-z][\\w.-]{0,60}\\[\\d{1,10}\\]: )(?:([^\\s:]{1,300}\\.go):(\\d{1,7}) > |> )?',
    'level file line',
    'w',
  ),
]

/** zerolog's ConsoleWriter (Traefik 3 and others): "2025-12-26T02:03:45Z INF cart/cart.go:12 > msg key=value". */
export const zerologConsole: Format = {
  name: NAME,
  title: 'Go zerolog console writer',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
