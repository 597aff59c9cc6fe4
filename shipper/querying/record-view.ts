/** An entry as people read it: level, who said it, the message, and what else there is. */
import type { Entry, Labels } from './answer.ts'

export interface RecordView {
  /** '' when nothing says it. */
  readonly level: string
  readonly message: string
  /** What the message does not say, the important first. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

const LEVELS = ['level', 'detected_level', 'severity', 'lvl'] as const
const MESSAGES = ['message', 'msg', 'event', 'error', 'body', 'MESSAGE'] as const

/** Names that come first behind the message, in this order; stacks last. */
const FIRST = ['event', 'operation', 'step', 'status', 'outcome', 'error_type', 'error', 'duration_ms']
const LAST = ['stack', 'exc_info', 'stacktrace', 'stack_trace']

/** What the record carries for machines: its columns say it, or nobody asks. */
const UNSAID: ReadonlySet<string> = new Set([
  ...LEVELS,
  'timestamp',
  'timestamp_source',
  'time',
  'ts',
  '@timestamp',
  'format',
  'service_name',
  'service',
  'node',
  'env',
  '__error_details__',
])

/** `shown`: names of labels that have columns, or that all entries share. */
export function viewOf(entry: Entry, shown: ReadonlySet<string>): RecordView {
  const object = readFields(entry.line)
  const spoken = object === undefined ? undefined : MESSAGES.find((name) => isText(object.get(name)))
  const said = spoken === undefined ? entry.line : String(object!.get(spoken))
  const fields = new Map<string, string>()
  // A line that is shown whole says its own fields.
  if (object !== undefined && spoken !== undefined) {
    for (const [name, value] of object) {
      if (name !== spoken && !UNSAID.has(name) && value !== null) fields.set(name, textOf(value))
    }
  }
  for (const [name, value] of entry.labels) {
    if (shown.has(name) || UNSAID.has(name) || value === said || (object?.has(name) ?? false)) continue
    fields.set(name, value)
  }
  return { level: levelOf(entry.labels, object), message: said, fields: ordered(fields) }
}

/** The line's own, else the stream's. */
function levelOf(labels: Labels, object: ReadonlyMap<string, unknown> | undefined): string {
  for (const from of [object, labels]) {
    for (const name of LEVELS) {
      const level = from?.get(name)
      if (typeof level === 'string' && level !== '' && level !== 'unknown') return level
    }
  }
  return ''
}

/** What the line itself carries by name: a JSON object's members, or name=value pairs; undefined for other lines. */
export function readFields(line: string): ReadonlyMap<string, unknown> | undefined {
  if (line.startsWith('{')) return readObject(line)
  return STARTS_WITH_PAIR.test(line) ? readPairs(line) : undefined
}

function readObject(line: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}

const STARTS_WITH_PAIR = /^[A-Za-z_][\w.]{0,40}=\S/
/** Bounded throughout: lines are hostile. */
const PAIR = /(?<![\w.])([A-Za-z_][\w.]{0,40})=(?:"((?:[^"\\]|\\.){0,4000})"|([^\s"]{0,1000}))/g
/** Behind that, nobody looks for a pair. */
const MAX_PAIRS_CHARS = 16_384

/** name=value and name="value" wherever they stand in the text. */
export function readPairs(text: string): ReadonlyMap<string, string> {
  const pairs = text.slice(0, MAX_PAIRS_CHARS).matchAll(PAIR)
  return new Map([...pairs].map(([, name, quoted, bare]) => [name!, quoted?.replace(/\\(["\\])/g, '$1') ?? bare ?? '']))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function ordered(fields: ReadonlyMap<string, string>): [string, string][] {
  const rank = (name: string) => {
    if (LAST.includes(name)) return FIRST.length + 1
    const at = FIRST.indexOf(name)
    return at < 0 ? FIRST.length : at
  }
  return [...fields].sort(([a], [b]) => rank(a) - rank(b))
}
