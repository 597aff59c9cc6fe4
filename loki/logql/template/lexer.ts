/** Go's text/template, the letters: text and actions into tokens, one at a time, since what is wrong further on comes later. */
import { quote } from '../../../shipper/wire/quote.ts'

export type TokenKind =
  | 'error'
  | 'eof'
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'string'
  | 'raw'
  | 'variable'
  | 'charconst'
  | 'dot'
  | 'field'
  | 'number'
  | 'bool'
  | 'identifier'
  | '('
  | ')'
  | 'char'
  | 'nil'
  | 'keyword'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** Place in the template. */
  readonly at: number
  readonly line: number
}

const KEYWORDS: ReadonlySet<string> = new Set('block break continue define else end if range template with'.split(' '))

/** As Go's messages show a token. */
export function showToken({ kind, text }: Token): string {
  if (kind === 'eof') return 'EOF'
  if (kind === 'error') return text
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`
  const chars = [...text]
  return chars.length > 10 ? `${quote(chars.slice(0, 10).join(''))}...` : quote(text)
}

export interface Lexer {
  next(): Token
}

const SPACE = /[ \t\r\n]/
const WORD = /[\p{L}\p{Nd}_]*/uy
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y

export function createLexer(input: string): Lexer {
  let at = 0
  let line = 1
  let isInside = false
  let depth = 0
  let isOver = false

  const emit = (kind: TokenKind, start: number): Token => {
    const token = { kind, text: input.slice(start, at), at: start, line }
    for (const char of token.text) if (char === '\n') line++
    return token
  }
  const fail = (message: string, start = at): Token => {
    isOver = true
    return { kind: 'error', text: message, at: start, line }
  }
  const isRightDelim = (from: number) =>
    input.startsWith('}}', from) || (isSpace(from) && input[from + 1] === '-' && input.startsWith('}}', from + 2))
  const isSpace = (from: number) => from < input.length && SPACE.test(input[from]!)
  const skipSpace = () => {
    while (isSpace(at)) {
      if (input[at] === '\n') line++
      at++
    }
  }

  const lexText = (): Token => {
    for (;;) {
      const start = at
      const left = input.indexOf('{{', at)
      if (left < 0) {
        at = input.length
        return at > start ? emit('text', start) : { kind: 'eof', text: 'EOF', at, line }
      }
      const isTrimmed = input[left + 2] === '-' && isSpace(left + 3)
      let end = left
      if (isTrimmed) while (end > start && isSpace(end - 1)) end--
      if (end > start) {
        at = end
        const token = emit('text', start)
        countLines(end, left)
        at = left
        return token
      }
      countLines(start, left)
      at = left
      if (!input.startsWith('/*', left + 2 + (isTrimmed ? 2 : 0))) {
        at = left + 2
        const token = emit('left', left)
        if (isTrimmed) at += 2
        isInside = true
        depth = 0
        return token
      }
      const fault = skipComment(left + 4 + (isTrimmed ? 2 : 0))
      if (fault !== undefined) return fault
    }
  }
  const countLines = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (input[i] === '\n') line++
  }
  const skipComment = (from: number): Token | undefined => {
    const end = input.indexOf('*/', from)
    if (end < 0) return fail('unclosed comment')
    countLines(at, end)
    at = end + 2
    if (!isRightDelim(at)) return fail('comment ends before closing delimiter')
    const isTrimmed = !input.startsWith('}}', at)
    at += isTrimmed ? 4 : 2
    if (isTrimmed) skipSpace()
    return undefined
  }
  const lexRight = (): Token => {
    const isTrimmed = !input.startsWith('}}', at)
    if (isTrimmed) at += 2
    const start = at
    at += 2
    const token = emit('right', start)
    if (isTrimmed) skipSpace()
    isInside = false
    return token
  }

  const lexInside = (): Token => {
    if (isRightDelim(at)) return depth === 0 ? lexRight() : fail('unclosed left paren')
    if (at >= input.length) return fail('unclosed action')
    const start = at
    const char = String.fromCodePoint(input.codePointAt(at)!)
    if (SPACE.test(char)) return lexSpaces(start)
    at += char.length
    switch (char) {
      case '=':
        return emit('assign', start)
      case ':':
        if (input[at] !== '=') return fail('expected :=')
        at++
        return emit('declare', start)
      case '|':
        return emit('pipe', start)
      case '"':
      case "'":
      case '`':
        return lexQuoted(start, char)
      case '$':
        return atEnd() ? emit('variable', start) : lexWord(start, 'variable')
      case '.':
        if (at >= input.length || !/[0-9]/.test(input[at]!)) {
          return atEnd() ? emit('dot', start) : lexWord(start, 'field')
        }
        return lexNumber(start)
      case '(':
        depth++
        return emit('(', start)
      case ')':
        return --depth < 0 ? fail('unexpected right paren') : emit(')', start)
    }
    if (/[+\-0-9]/.test(char)) return lexNumber(start)
    if (/[\p{L}\p{Nd}_]/u.test(char)) return lexIdentifier(start)
    if (char >= ' ' && char <= '~') return emit('char', start)
    return fail(`unrecognized character in action: ${showRune(char)}`)
  }
  const lexSpaces = (start: number): Token => {
    while (isSpace(at)) at++
    if (input[at] === '-' && input.startsWith('}}', at + 1)) {
      at--
      if (at === start) return lexRight()
    }
    return emit('space', start)
  }
  const atEnd = () => at >= input.length || /[ \t\r\n.,|:()]/.test(input[at]!) || input.startsWith('}}', at)
  const lexWord = (start: number, kind: TokenKind): Token => {
    WORD.lastIndex = at
    at += WORD.exec(input)![0].length
    return atEnd() ? emit(kind, start) : badCharacter()
  }
  const badCharacter = () => fail(`bad character ${showRune(String.fromCodePoint(input.codePointAt(at)!))}`)
  const lexIdentifier = (start: number): Token => {
    at = start
    WORD.lastIndex = at
    const word = WORD.exec(input)![0]
    at += word.length
    if (!atEnd()) return badCharacter()
    if (KEYWORDS.has(word)) return emit('keyword', start)
    if (word === 'nil') return emit('nil', start)
    return emit(word === 'true' || word === 'false' ? 'bool' : 'identifier', start)
  }
  const lexNumber = (start: number): Token => {
    NUMBER.lastIndex = start
    at = start + NUMBER.exec(input)![0].length
    const next = at < input.length ? String.fromCodePoint(input.codePointAt(at)!) : ''
    if (next !== '' && /[\p{L}\p{Nd}_+-]/u.test(next)) {
      at += next.length
      return fail(`bad number syntax: ${quote(input.slice(start, at))}`)
    }
    return emit('number', start)
  }
  const lexQuoted = (start: number, mark: string): Token => {
    for (; at < input.length && input[at] !== mark; at++) {
      if (mark === '`') continue
      if (input[at] === '\n') break
      if (input[at] === '\\') {
        at++
        if (at >= input.length || input[at] === '\n') break
      }
    }
    if (input[at] !== mark) return fail(UNTERMINATED[mark]!)
    at++
    return emit(mark === '"' ? 'string' : mark === '`' ? 'raw' : 'charconst', start)
  }
  return { next: () => (isOver ? { kind: 'eof', text: 'EOF', at, line } : isInside ? lexInside() : lexText()) }
}

const UNTERMINATED: Readonly<Record<string, string>> = {
  '"': 'unterminated quoted string',
  "'": 'unterminated character constant',
  '`': 'unterminated raw quoted string',
}

/** Go's %#U. */
function showRune(char: string): string {
  const code = char.codePointAt(0)!
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}${/[\p{C}\p{Zl}\p{Zp}]/u.test(char) ? '' : ` '${char}'`}`
}
