/**
 * LogQL's terminals, numbered as goyacc numbers Loki's: the order decides which of them a syntax error lists. A line is
 * NAME, or NAME and how the token is written, which is what messages call it.
 */

export interface Token {
  /** Number of the terminal. */
  readonly type: number
  /** STRING: its text unquoted. DURATION, RANGE: milliseconds. BYTES: bytes. Else the token as it is written. */
  readonly value: string | number
}

const TERMINALS = `
$null $end error $unk BYTES IDENTIFIER STRING NUMBER FUNCTION_FLAG DURATION RANGE MATCHERS LABELS
EQ:= RE:=~ NRE:!~ NPA:!> OPEN_BRACE:{ CLOSE_BRACE:} OPEN_BRACKET:[ CLOSE_BRACKET:] COMMA:, DOT:.
PIPE_MATCH:|~ PIPE_EXACT:|= PIPE_PATTERN:|> OPEN_PARENTHESIS:( CLOSE_PARENTHESIS:) BY:by WITHOUT:without
COUNT_OVER_TIME RATE RATE_COUNTER SUM SORT SORT_DESC AVG MAX MIN COUNT STDDEV STDVAR BOTTOMK TOPK APPROX_TOPK
BYTES_OVER_TIME BYTES_RATE BOOL:bool JSON:json REGEXP:regexp LOGFMT:logfmt PIPE:| LINE_FMT:line_format
LABEL_FMT:label_format UNWRAP:unwrap AVG_OVER_TIME SUM_OVER_TIME MIN_OVER_TIME MAX_OVER_TIME STDVAR_OVER_TIME
STDDEV_OVER_TIME QUANTILE_OVER_TIME BYTES_CONV DURATION_CONV DURATION_SECONDS_CONV FIRST_OVER_TIME LAST_OVER_TIME
ABSENT_OVER_TIME VECTOR LABEL_REPLACE:label_replace UNPACK:unpack OFFSET:offset PATTERN:pattern IP:ip ON:on
IGNORING:ignoring GROUP_LEFT:group_left GROUP_RIGHT:group_right DECOLORIZE:decolorize DROP:drop KEEP:keep
VARIANTS:variants OF:of OR:or AND:and UNLESS:unless CMP_EQ:== NEQ:!= LT:< LTE:<= GT:> GTE:>= ADD:+ SUB:- MUL:* DIV:/
MOD:% POW:^
`
  .trim()
  .split(/\s+/)
  .map((line) => {
    const colon = line.indexOf(':')
    return colon < 0 ? { name: line, text: line } : { name: line.slice(0, colon), text: line.slice(colon + 1) }
  })

/** Terminals by number: the name in the grammar, and what messages call them. */
export const terminals: readonly { readonly name: string; readonly text: string }[] = TERMINALS

/** Operators from weak to strong; `^` alone binds to the right. */
export const precedence: readonly (readonly string[])[] = [
  ['OR'],
  ['AND', 'UNLESS'],
  ['CMP_EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE'],
  ['ADD', 'SUB'],
  ['MUL', 'DIV', 'MOD'],
  ['POW'],
]
export const rightAssociative: ReadonlySet<string> = new Set(['POW'])

const numbers: ReadonlyMap<string, number> = new Map(TERMINALS.map(({ name }, index) => [name, index]))
const words: ReadonlyMap<string, number> = new Map(
  TERMINALS.flatMap(({ name, text }, index) => (name === text ? [] : [[text, index]])),
)

/** Words that are functions before a parenthesis or a grouping, and names elsewhere. */
const functions: ReadonlyMap<string, number> = new Map(
  (
    'rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time ' +
    'max_over_time stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time ' +
    'absent_over_time vector sum avg max min count stddev stdvar bottomk topk sort sort_desc label_replace ' +
    'approx_topk bytes duration duration_seconds ip'
  )
    .split(' ')
    .map((word) => [word, numbers.get(`${word.toUpperCase()}_CONV`) ?? numbers.get(word.toUpperCase())!]),
)

export const tokenNumber = {
  named(name: string): number {
    return numbers.get(name)!
  },
  word(text: string): number | undefined {
    return words.get(text)
  },
  function(text: string): number | undefined {
    return functions.get(text)
  },
} as const
