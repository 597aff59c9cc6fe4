/**
 * LogQL's tokens, with Loki's names and places (pkg/logql/syntax/lex.go, v3.7.6). A function's name is one only before a
 * parenthesis or a grouping; any rune that is no token of its own is an IDENTIFIER, as in Loki.
 */

import { unquote } from '../../../shipper/wire/quote.ts'
import { parseError, type QueryError } from '../error.ts'
import { END, Scanner } from './scanner.ts'
import { type Token, tokenNumber } from './tokens.ts'
import { readBytes, readDuration, readRange } from './tokenvalues.ts'

export class Lexer {
  /** What was wrong, in order; the first one is what Loki answers. */
  readonly errors: QueryError[] = []
  readonly #scanner: Scanner

  constructor(input: string) {
    this.#scanner = new Scanner(input, (message) => this.fail(message))
  }

  /** Records a fault at the place of the token last read. */
  fail(message: string): undefined {
    this.errors.push(parseError(message, this.#scanner.line, this.#scanner.column))
  }

  next(): Token {
    const scanner = this.#scanner
    for (;;) {
      const kind = scanner.scan()
      if (kind === 'end') return END_TOKEN
      if (kind === 'number') return this.#number()
      if (kind === 'string') return this.#string()
      if (scanner.text() !== '#') return kind === 'word' ? this.#word() : this.#rune()
      this.#skipComment()
    }
  }

  #skipComment(): void {
    for (let rune = this.#scanner.peek(); rune !== NEWLINE && rune !== END; ) rune = this.#scanner.take()
  }

  #number(): Token {
    const text = this.#scanner.text()
    return this.#duration(text) ?? this.#bytes(text) ?? { type: NUMBER, value: text }
  }

  #duration(text: string): Token | undefined {
    const rest = this.#scanner.match(DURATION_REST)
    const ms = rest === '' ? undefined : readDuration(text + rest)
    if (ms === undefined) return undefined
    this.#scanner.skip(rest.length)
    return { type: DURATION, value: ms }
  }

  #bytes(text: string): Token | undefined {
    const rest = this.#scanner.match(BYTES_REST)
    const bytes = rest === '' ? undefined : readBytes(text + rest)
    if (bytes === undefined) return undefined
    this.#scanner.skip(rest.length)
    return { type: BYTES, value: bytes }
  }

  #string(): Token {
    const value = unquote(this.#scanner.text())
    if (value !== undefined) return { type: STRING, value }
    this.fail('invalid syntax')
    return END_TOKEN
  }

  #word(): Token {
    const text = this.#scanner.text()
    const lower = text.toLowerCase()
    const functionToken = tokenNumber.function(lower)
    if (functionToken !== undefined) {
      const isCall = this.#scanner.match(CALL) !== ''
      return isCall ? { type: functionToken, value: lower } : { type: IDENTIFIER, value: text }
    }
    return { type: tokenNumber.word(lower) ?? IDENTIFIER, value: text }
  }

  #rune(): Token {
    const text = this.#scanner.text()
    if (text === '-') {
      const flag = this.#scanner.match(FLAG)
      if (flag !== '') {
        this.#scanner.skip(flag.length)
        return { type: FLAG_TOKEN, value: text + flag }
      }
      const duration = this.#duration(text)
      if (duration !== undefined) return duration
    }
    if (text === '[') return this.#range()
    const behind = this.#scanner.peek()
    const pair = behind === END ? undefined : tokenNumber.word(text + String.fromCodePoint(behind))
    if (pair !== undefined) {
      this.#scanner.take()
      return { type: pair, value: text }
    }
    return { type: tokenNumber.word(text) ?? IDENTIFIER, value: text }
  }

  #range(): Token {
    let text = ''
    for (let rune = this.#scanner.take(); rune !== END; rune = this.#scanner.take()) {
      if (rune !== CLOSING) {
        text += String.fromCodePoint(rune)
        continue
      }
      const value = readRange(text)
      if (typeof value === 'number') return { type: RANGE, value }
      this.fail(value.error)
      return END_TOKEN
    }
    this.fail("missing closing ']' in duration")
    return END_TOKEN
  }
}

const END_TOKEN: Token = { type: tokenNumber.named('$end'), value: '' }
const NUMBER = tokenNumber.named('NUMBER')
const DURATION = tokenNumber.named('DURATION')
const BYTES = tokenNumber.named('BYTES')
const RANGE = tokenNumber.named('RANGE')
const STRING = tokenNumber.named('STRING')
const IDENTIFIER = tokenNumber.named('IDENTIFIER')
const FLAG_TOKEN = tokenNumber.named('FUNCTION_FLAG')

const NEWLINE = 10
const CLOSING = 93
const DURATION_REST = /[\p{N}nuµmshdwy.]+/uy
const BYTES_REST = /[\p{N}BikKMGTP.]+/uy
const FLAG = /-(?:strict|keep-empty)(?![\p{L}-])/uy
/** Go's white space, and then what makes a function of a name. */
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*'
const CALL = new RegExp(`${SPACE}(?:\\(|(?:by|without)${SPACE}\\()`, 'iy')
