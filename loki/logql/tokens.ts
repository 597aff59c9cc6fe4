/** A walk over tokens, and Loki's "syntax error: unexpected …". */
import type { QueryError } from './error.ts'
import { parseError } from './error.ts'
import { type Token, tokenize } from './lexer.ts'

export interface Tokens {
  readonly list: readonly Token[]
  at: number
  /** Nesting, which must end before the stack does. */
  depth: number
  /** Inside a range aggregation, where unwrap may stand. */
  inRange: boolean
}

export function openTokens(input: string): Tokens {
  return { list: tokenize(input), at: 0, depth: 0, inRange: false }
}

export function peek(tokens: Tokens, ahead = 0): Token {
  return tokens.list[Math.min(tokens.at + ahead, tokens.list.length - 1)]!
}

/** More nesting than any query has; without a bound it would be the stack's. */
const MAX_NESTED = 200

export function take(tokens: Tokens): Token {
  const token = peek(tokens)
  if (is(token, '(') && ++tokens.depth > MAX_NESTED) throw parseError(`parentheses nested deeper than ${MAX_NESTED}`)
  if (is(token, ')')) tokens.depth--
  tokens.at++
  return token
}

/** Whether the token is this mark or word. */
export function is(token: Token, text: string): boolean {
  return token.kind === 'MARK' && token.text === text
}

export function accept(tokens: Tokens, text: string): boolean {
  if (!is(peek(tokens), text)) return false
  take(tokens)
  return true
}

/** Takes a token of this kind or this mark, or throws what Loki's parser says; `expected` is what it would have taken. */
export function expect(tokens: Tokens, wanted: string, expected: readonly string[] = [wanted]): Token {
  const token = peek(tokens)
  if (token.kind !== wanted && !is(token, wanted)) throw unexpected(tokens, expected)
  return take(tokens)
}

/** goyacc names at most four tokens that it expected. */
export function unexpected(tokens: Tokens, expected: readonly string[] = []): QueryError {
  const token = peek(tokens)
  const wanted = expected.length === 0 || expected.length > 4 ? '' : `, expecting ${expected.join(' or ')}`
  return parseError(`syntax error: unexpected ${token.name}${wanted}`, token.line, token.column)
}
