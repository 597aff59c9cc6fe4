/**
 * LogQL's tokens, with Loki's names and places (pkg/logql/syntax/lex.go, v3.7.6). A name of a function is one only
 * before a parenthesis or a grouping; `line` is 0 for tokens that Loki reads by single runes, as in its messages.
 */
import { parseError } from './error.ts'
import { unquote } from './quote.ts'
import { readGoDuration, readLogqlSize, readPrometheusDuration } from './units.ts'

export type TokenKind =
  | 'IDENTIFIER'
  | 'STRING'
  | 'NUMBER'
  | 'DURATION'
  | 'BYTES'
  | 'RANGE'
  | 'FLAG'
  | 'FUNCTION'
  | 'MARK'
  | '$end'

export interface Token {
  readonly kind: TokenKind
  /** The word in lower case, the mark, or the value of a string. */
  readonly text: string
  /** NUMBER, BYTES: the value. DURATION, RANGE: milliseconds. */
  readonly value: number
  readonly line: number
  readonly column: number
  /** As Loki names the token in "unexpected …". */
  readonly name: string
}

const MARKS = [
  '|=',
  '|~',
  '|>',
  '!=',
  '!~',
  '!>',
  '=~',
  '==',
  '>=',
  '<=',
  ',',
  '.',
  '{',
  '}',
  '=',
  '|',
  '(',
  ')',
  ']',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '>',
  '<',
]
const WORDS: ReadonlySet<string> = new Set(
  (
    'by without bool unwrap label_replace offset on ignoring group_left group_right or and unless json regexp logfmt unpack pattern ' +
    'label_format line_format ip decolorize drop keep variants of'
  ).split(' '),
)
export const RANGE_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time max_over_time ' +
    'stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time absent_over_time'
  ).split(' '),
)
export const VECTOR_FUNCTIONS: ReadonlySet<string> = new Set(
  'sum avg max min count stddev stdvar bottomk topk approx_topk sort sort_desc'.split(' '),
)
const OTHER_FUNCTIONS: ReadonlySet<string> = new Set(
  'vector label_replace bytes duration duration_seconds ip'.split(' '),
)

const SPACE = /[ \t\r\n]+|#[^\n]*/y
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const WORD = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const STRING = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y
const DURATION_REST = /[\p{N}nuµmshdwy.]+/uy
const BYTES_REST = /[\p{N}BikKMGTP.]+/uy
const FUNCTION_REST = /\s*(?:\(|(?:by|without)\s*\()/iy
const FLAG = /--(?:strict|keep-empty)(?![\p{L}-])/uy

/** Splits a query; throws Loki's parse error for what is no token. */
export function tokenize(input: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  let lineStart = 0

  const match = (pattern: RegExp, from = at): string | undefined => {
    pattern.lastIndex = from
    return pattern.exec(input)?.[0]
  }
  // Counted on from the token before: a query of 100 KB on one line must not be counted from its start each time.
  let countedTo = 0
  let column = 1
  const columnOf = (position: number) => {
    if (countedTo < lineStart) {
      countedTo = lineStart
      column = 1
    }
    for (; countedTo < position; countedTo++) {
      // Of a surrogate pair only the first half is a column.
      if ((input.charCodeAt(countedTo) & 0xfc00) !== 0xdc00) column++
    }
    return column
  }
  const push = (
    kind: TokenKind,
    text: string,
    length: number,
    value = Number.NaN,
    name: string = kind,
    ownLine = line,
  ) => {
    tokens.push({ kind, text, value, line: ownLine, column: columnOf(at), name })
    at += length
    return undefined
  }

  while (at < input.length) {
    const space = match(SPACE)
    if (space !== undefined) {
      for (let i = 0; i < space.length; i++) {
        if (space[i] === '\n') {
          line++
          lineStart = at + i + 1
        }
      }
      at += space.length
      continue
    }
    readToken(input, at, match, push, (message, ownLine) => {
      throw parseError(message, ownLine ?? line, columnOf(at))
    })
  }
  push('$end', '', 0)
  return tokens
}

type Match = (pattern: RegExp, from?: number) => string | undefined
type Push = (kind: TokenKind, text: string, length: number, value?: number, name?: string, line?: number) => undefined
type Fail = (message: string, line?: number) => never

function readToken(input: string, at: number, match: Match, push: Push, fail: Fail): undefined {
  const char = input[at]!
  if (/[0-9.]/.test(char) && match(NUMBER) !== undefined) return readNumber(at, match, push)
  if (char === '"' || char === '`') {
    const quoted = match(STRING)
    if (quoted === undefined) return fail('literal not terminated')
    const text = unquote(quoted)
    return text === undefined ? fail('invalid syntax') : push('STRING', text, quoted.length)
  }
  if (char === '[') return readRange(input, at, push, fail)
  const word = match(WORD)
  if (word !== undefined) return readWord(word, at, match, push)
  const flag = char === '-' ? match(FLAG) : undefined
  if (flag !== undefined) return push('FLAG', flag, flag.length, Number.NaN, 'FUNCTION_FLAG', 0)
  if (char === '-' && /[0-9]/.test(input[at + 1] ?? '')) {
    const rest = match(DURATION_REST, at + 1)
    const ms = rest === undefined ? undefined : readGoDuration(`-${rest}`)
    if (rest !== undefined && ms !== undefined && /[a-zµ]/.test(rest))
      return push('DURATION', `-${rest}`, rest.length + 1, ms, 'DURATION', 0)
  }
  const mark = MARKS.find((candidate) => input.startsWith(candidate, at))
  if (mark !== undefined) return push('MARK', mark, mark.length, Number.NaN, mark, mark.length > 1 ? 0 : undefined)
  const rune = String.fromCodePoint(input.codePointAt(at)!)
  push('IDENTIFIER', rune, rune.length)
}

function readNumber(at: number, match: Match, push: Push): undefined {
  const number = match(NUMBER)!
  const behind = at + number.length
  const durationRest = match(DURATION_REST, behind)
  if (durationRest !== undefined) {
    const text = number + durationRest
    const ms = readPrometheusDuration(text) ?? readGoDuration(text)
    if (ms !== undefined) return push('DURATION', text, text.length, ms, 'DURATION', 0)
  }
  const bytesRest = match(BYTES_REST, behind)
  if (bytesRest !== undefined) {
    const bytes = readLogqlSize(number + bytesRest)
    if (bytes !== undefined)
      return push('BYTES', number + bytesRest, number.length + bytesRest.length, bytes, 'BYTES', 0)
  }
  push('NUMBER', number, number.length, Number(number))
}

function readRange(input: string, at: number, push: Push, fail: Fail): undefined {
  const end = input.indexOf(']', at)
  if (end < 0) return fail("missing closing ']' in duration", 0)
  const text = input.slice(at + 1, end)
  const ms = readPrometheusDuration(text)
  if (ms === undefined) {
    const unit = /^\d+([a-zA-Z]+)/.exec(text)?.[1]
    const why =
      text === ''
        ? 'empty duration string'
        : `${unit === undefined ? 'not a valid' : `unknown unit "${unit}" in`} duration${unit === undefined ? ' string:' : ''} "${text}"`
    return fail(why, 0)
  }
  push('RANGE', text, end + 1 - at, ms, 'RANGE', 0)
}

function readWord(word: string, at: number, match: Match, push: Push): undefined {
  const lower = word.toLowerCase()
  const isFunction = RANGE_FUNCTIONS.has(lower) || VECTOR_FUNCTIONS.has(lower) || OTHER_FUNCTIONS.has(lower)
  if (isFunction) {
    if (match(FUNCTION_REST, at + word.length) === undefined) return push('IDENTIFIER', word, word.length)
    return push('FUNCTION', lower, word.length, Number.NaN, WORDS.has(lower) ? lower : lower.toUpperCase())
  }
  if (WORDS.has(lower)) return push('MARK', lower, word.length, Number.NaN, lower)
  push('IDENTIFIER', word, word.length)
}
