import type { Format } from './format.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'zerolog_console'

const LAYOUTS = [
  layout(' (TRC|DBG|INF|WRN|ERR|FTL|PNC) (?:([^\\s:]{1,300}\\.go):(\\d{1,7}) > |> )?', 'level file line', 'w'),
]

/** zerolog's ConsoleWriter (Traefik 3 and others): "2025-12-26T02:03:45Z INF cart/cart.go:12 > msg key=value". */
export const zerologConsole: Format = {
  name: NAME,
  title: 'Go zerolog console writer',
  starts: '0-9',
  parse: (head, options) => readAfterTime(NAME, LAYOUTS, head, options),
}
