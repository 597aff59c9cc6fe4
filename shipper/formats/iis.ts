import type { Fields } from '../terms/json.ts'
import { readTime } from '../terms/time.ts'
import { splitWords } from './access-line.ts'
import type { Format, ParseOptions } from './format.ts'
import { putText } from './shaped.ts'
import { putWords } from './word-columns.ts'

/** The default selection of fields since IIS 7; time-taken is left out by some, the referer by IIS 7. */
const DEFAULT = [
  '',
  '',
  'host_address',
  'http_method',
  'path',
  'query',
  'port#',
  'user',
  'client_address',
  'user_agent',
  'referer',
  'status',
  'substatus',
  'win32_status',
  'duration_ms#',
] as const
const COLUMNS: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [15, DEFAULT],
  [14, DEFAULT.filter((name) => name !== 'referer')],
])
const DATA = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [\da-fA-F.:%]{2,60} [A-Z]{3,20} \/\S* \S+ \d{1,5} /
const DIRECTIVE = /^#(?:Software: |Version: |Date: |Fields: |Start-Date: |End-Date: |Remark: )/

/** IIS W3C extended logs. `#Fields:` cannot be remembered from line to line, so the default selection is what is known. */
export const iis: Format = {
  name: 'iis',
  title: 'IIS access log (W3C extended, default fields)',
  starts: '0-9#',
  parse(head, options) {
    if (head.charCodeAt(0) === 0x23) return readDirective(head, options)
    if (head.charCodeAt(19) !== 0x20 || !DATA.test(head)) return undefined
    const words = splitWords(head, 0)
    const columns = COLUMNS.get(words.length)
    // The format's times are in UTC, whatever zone the server has.
    const time = columns === undefined ? undefined : readTime(`${words[0]}T${words[1]}Z`, 0, options)
    if (columns === undefined || time === undefined) return undefined
    const fields: Fields = new Map()
    putWords(fields, words, columns)
    fields.set('event', 'http_request')
    const query = fields.get('query')
    const target = query === undefined ? fields.get('path') : `${fields.get('path')}?${query}`
    fields.set('message', `${fields.get('http_method')} ${target}`)
    // W3C words hold no spaces: IIS writes + for them.
    putText(fields, 'user_agent', words[9]?.replaceAll('+', ' '))
    return { format: 'iis', time: time.instant, fields }
  },
}

function readDirective(head: string, options: ParseOptions) {
  if (!DIRECTIVE.test(head)) return undefined
  const time = head.startsWith('#Date: ') ? readTime(`${head.slice(7).replace(' ', 'T')}Z`, 0, options) : undefined
  return { format: 'iis', time: time?.instant, fields: new Map([['message', head]]) }
}
