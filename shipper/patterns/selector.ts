/** A stream selector on what the miner knows of a line: service, level and node. */
import { RE2JS } from 're2js'
import { LongshipError } from '../errors.ts'

/** Whether lines with these labels may be among the selected ones. */
export type Selector = (labels: {
  readonly service: string
  readonly level: string
  readonly nodes: ReadonlySet<string>
}) => boolean

interface Matcher {
  readonly name: string
  readonly isNegated: boolean
  readonly matches: (value: string) => boolean
}

const MATCHER = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*/y

/** Longer ones are no selector. */
const MAX_LENGTH = 5120

/** {service="checkout", level=~"error|fatal"}. Throws (code usage) for what is none. */
export function readSelector(text: string): Selector {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH || !trimmed.startsWith('{') || !trimmed.endsWith('}')) throw fault(text)
  const inner = trimmed.slice(1, -1)
  const matchers: Matcher[] = []
  for (let at = 0; at < inner.length; ) {
    MATCHER.lastIndex = at
    const [whole, name, operator, quoted] = MATCHER.exec(inner) ?? []
    if (whole === undefined) {
      if (matchers.length === 0 && inner.trim() === '') break
      throw fault(text)
    }
    matchers.push(matcherOf(name, operator, unquote(quoted, text)))
    at += whole.length
    if (at < inner.length && inner[at++] !== ',') throw fault(text)
  }
  return ({ service, level, nodes }) => matchers.every((matcher) => holds(matcher, service, level, nodes))
}

/** A pattern's lines come from several nodes: one that fits is enough. */
function holds(
  { name, isNegated, matches }: Matcher,
  service: string,
  level: string,
  nodes: ReadonlySet<string>,
): boolean {
  const values = name === 'node' ? [...nodes] : [knownOf(name, service, level)]
  return values.some((value) => matches(value) !== isNegated)
}

/** Loki's own names beside ours. Labels that the miner does not know are as if they were not there. */
function knownOf(name: string, service: string, level: string): string {
  if (name === 'service' || name === 'service_name') return service
  return name === 'level' || name === 'detected_level' ? level : ''
}

function matcherOf(name: string, operator: string, value: string): Matcher {
  const isNegated = operator.startsWith('!')
  if (!operator.endsWith('~')) return { name, isNegated, matches: (text) => text === value }
  try {
    const pattern = RE2JS.compile(value, RE2JS.DOTALL)
    return { name, isNegated, matches: (text) => pattern.matches(text) }
  } catch (error) {
    throw new LongshipError('usage', `the pattern of ${name} in the query: ${(error as Error).message}`)
  }
}

function unquote(quoted: string, query: string): string {
  if (quoted.startsWith('`')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw fault(query)
  }
}

function fault(text: string): LongshipError {
  const got = text.length > 100 ? `${text.slice(0, 100)}…` : text
  return new LongshipError(
    'usage',
    `query must be a stream selector, as {service="checkout"}, got ${JSON.stringify(got)}`,
  )
}
