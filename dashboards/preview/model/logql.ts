/** LogQL as far as a page needs it while someone types: its words for colours, its selectors, where the cursor stands. */
import type { Filter } from './dashboard.ts'

export type TokenKind =
  | 'comment'
  | 'string'
  | 'duration'
  | 'number'
  | 'function'
  | 'keyword'
  | 'name'
  | 'operator'
  | 'space'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

export const FUNCTIONS = (
  'rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time max_over_time ' +
  'stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time absent_over_time vector sum avg ' +
  'max min count stddev stdvar bottomk topk sort sort_desc label_replace approx_topk bytes duration duration_seconds ip'
).split(' ')
export const STAGES = 'json logfmt pattern regexp unpack line_format label_format unwrap decolorize drop keep'.split(
  ' ',
)
const WORDS = new Set([
  ...STAGES,
  ...'by without on ignoring group_left group_right offset bool and or unless'.split(' '),
])
const NAMES = new Set(FUNCTIONS)

/** Tolerant: an unfinished string ends with the text, whatever fits nothing is an operator. Linear in the text. */
const TOKEN =
  /(\s+)|(#[^\n]*)|("(?:[^"\\\n]|\\.)*"?|`[^`]*`?)|(\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]|[KMGTP]i?B)(?:\d+(?:ms|[smhdwy]))*)|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(\|[=~>]|![=~>]|[=<>!]=|=~|.)/gsu
const KINDS = ['space', 'comment', 'string', 'duration', 'number', 'name', 'operator'] as const

export function tokenize(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((match) => {
    const index = match.slice(1).findIndex((group) => group !== undefined)
    const kind = KINDS[index]
    const at = match.index
    if (kind !== 'name') return { kind, text: match[0], at }
    if (WORDS.has(match[0])) return { kind: 'keyword', text: match[0], at }
    const isCall = NAMES.has(match[0]) && /^\s*(?:\(|by\b|without\b)/.test(text.slice(at + match[0].length, at + 40))
    return { kind: isCall ? 'function' : 'name', text: match[0], at }
  })
}

/** Where each stream selector's `}` stands. A `{` inside of a string is none. */
export function selectorEnds(text: string): number[] {
  return tokenize(text)
    .filter(({ kind, text: token }) => kind === 'operator' && token === '}')
    .map(({ at }) => at)
}

/** The first stream selector, whole; undefined when there is none. */
export function firstSelector(text: string): string | undefined {
  const tokens = tokenize(text)
  const open = tokens.find(({ kind, text: token }) => kind === 'operator' && token === '{')
  const close = tokens.find(({ at, kind, text: token }) => kind === 'operator' && token === '}' && at > (open?.at ?? 0))
  return open === undefined || close === undefined ? undefined : text.slice(open.at, close.at + 1)
}

/** Its value is a number of samples, not lines: what stands before the selector is a call or a parenthesis. */
export function isMetricQuery(text: string): boolean {
  const first = tokenize(text).find(({ kind }) => kind !== 'space' && kind !== 'comment')
  return first !== undefined && first.text !== '{' && text.trim() !== ''
}

const OPERATORS = new Set(['=', '!=', '=~', '!~', '<', '>', '<=', '>='])

/** Every selector with the filters behind it, as label filters: they find labels and structured metadata alike. */
export function withFilters(query: string, filters: readonly Filter[]): string {
  const usable = filters.filter(({ key, operator }) => /^[A-Za-z_]\w*$/.test(key) && OPERATORS.has(operator))
  if (usable.length === 0) return query
  const stages = usable.map(({ key, operator, value }) => {
    const isNumber = /^[<>]/.test(operator) && /^-?\d+(?:\.\d+)?$/.test(value)
    return ` | ${key}${operator}${isNumber ? value : quote(value)}`
  })
  let result = ''
  let from = 0
  for (const end of selectorEnds(query)) {
    result += query.slice(from, end + 1) + stages.join('')
    from = end + 1
  }
  return result + query.slice(from)
}

/** A Go string: JSON's escapes are all Go's as well. */
export function quote(value: string): string {
  return JSON.stringify(value)
}
