import type { Format } from './format.ts'
import { findPairs } from './key-values.ts'
import { layout, readAfterTime } from './layout.ts'

const NAME = 'elixir'
const LEVEL = '(debug|info|notice|warn|warning|error|critical|alert|emergency)'

/** Erlang's process, Play's class, the padding of structlog. */
const NOT_OTHERS = '(?!<\\d|[a-z]\\w{0,40}(?:\\.\\w{1,80}){1,12} - |\\S[^=]{0,200} {2,30}[A-Za-z_]\\w{0,100}=)'

/** $time $metadata[$level] $message: the metadata, if any, stands between the time and the level. */
const LAYOUTS = [
  layout(` ((?:[a-z]\\w{0,40}=\\S{1,200} ){0,8})\\[${LEVEL}\\] {1,4}${NOT_OTHERS}`, 'metadata level', '[w'),
]

/** Elixir's Logger: "02:03:45.123 [info] msg", "02:03:45.123 request_id=F8x [info] GET /". */
export const elixir: Format = {
  name: NAME,
  title: 'Elixir Logger (Phoenix)',
  starts: '0-9',
  parse(head, options) {
    // 2026/05/05 … [error] is nginx's.
    if (head.charCodeAt(4) === SLASH) return undefined
    const line = readAfterTime(NAME, LAYOUTS, head, options)
    const metadata = line?.fields.get('metadata')
    if (line === undefined || typeof metadata !== 'string') return line
    line.fields.delete('metadata')
    for (const [name, value] of findPairs(metadata, 0)) if (!line.fields.has(name)) line.fields.set(name, value)
    return line
  },
}

const SLASH = 0x2f
