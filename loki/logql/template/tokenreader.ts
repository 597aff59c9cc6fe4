/** A template's tokens for its parser: looked at ahead, given back, and named in messages. */
import { TemplateError } from './error.ts'
import { createLexer, type Lexer, showToken, type Token } from './lexer.ts'

/** Parentheses and blocks in one another; Go ends at its own limit, and a stack somewhere. */
const MAX_DEPTH = 500

export class TokenReader {
  readonly name: string
  readonly lexer: Lexer
  /** Tokens given back, the next one last. */
  readonly waiting: Token[] = []
  last: Token = { kind: 'eof', text: '', at: 0, line: 1 }
  /** Where the action began that is read, 0 outside. */
  actionLine = 0
  depth = 0

  constructor(name: string, text: string) {
    this.name = name
    this.lexer = createLexer(text)
  }

  fail(message: string): never {
    throw new TemplateError(`template: ${this.name}:${this.last.line}: ${message}`)
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${showToken(token)} in ${context}`)
    let extra = ''
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      extra = ` in action started at ${this.name}:${this.actionLine}`
      if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length)
    }
    return this.fail(token.text + extra)
  }

  next(): Token {
    const token = this.waiting.pop() ?? this.lexer.next()
    this.last = token
    return token
  }

  back(token: Token): void {
    this.waiting.push(token)
  }

  peek(): Token {
    const token = this.next()
    this.back(token)
    return token
  }

  nextNonSpace(): Token {
    for (;;) {
      const token = this.next()
      if (token.kind !== 'space') return token
    }
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace()
    this.back(token)
    return token
  }

  expect(kind: Token['kind'], context: string): Token {
    const token = this.nextNonSpace()
    if (token.kind !== kind) this.unexpected(token, context)
    return token
  }

  /** One level further in. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) this.fail('max expression depth exceeded')
  }

  leave(): void {
    this.depth--
  }
}
