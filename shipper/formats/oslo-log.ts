import type { Fields } from '../terms/json.ts'
import type { Format } from './format.ts'
import { LEVEL, layout, readAfterTime } from './layout.ts'

const NAME = 'oslo_log'

/** [request-id user project domain …], with global ids in front of it in newer releases, [-] outside a request. */
const LAYOUTS = [layout(` (\\d{1,10}) ${LEVEL} ([\\w.-]{1,200}) \\[([^\\]]{0,400})\\] `, 'pid level logger context')]
const REQUEST = /\breq-[0-9a-f-]{8,36}/

/** OpenStack's oslo.log: "2025-12-26 02:03:45.123 1234 INFO nova.compute.manager [req-… user project - - -] msg". */
export const osloLog: Format = {
  name: NAME,
  title: 'OpenStack (oslo.log)',
  starts: '0-9',
  parse(head, options) {
    const line = readAfterTime(NAME, LAYOUTS, head, options)
    if (line !== undefined) addContext(line.fields)
    return line
  },
}

function addContext(fields: Fields): void {
  const context = fields.get('context')
  if (context === '-') fields.delete('context')
  const request = typeof context === 'string' ? REQUEST.exec(context) : null
  if (request !== null) fields.set('request_id', request[0])
}
