/**
 * Runes into Go's tokens, as the scanner in front of Loki's lexer reads them (Go's text/scanner): words, numbers,
 * quoted texts and single runes, with // and block comments skipped. It reports what is wrong and reads on; the place of a
 * token is lost when single runes are taken behind it, and Loki's messages show that, so this does too.
 */

/** Which kind of token; a rune that is none of these is `rune`. */
export type Scanned = 'end' | 'word' | 'number' | 'string' | 'rune'

export const END = -1
const NOT_READ = -2
const NEWLINE = 10
const BACKSLASH = 92
const UNDERSCORE = 95
const BYTE_ORDER_MARK = 0xfeff

const LETTER = /\p{L}/u
const DIGIT = /\p{Nd}/u

export class Scanner {
  /** The place of the token last read; line 0 when runes were taken behind it. */
  line = 0
  column = 0
  readonly #text: string
  readonly #fail: (message: string) => void
  /** Index behind the rune in `#rune`. */
  #at = 0
  #rune = NOT_READ
  #runeAt = 0
  #lines = 1
  #columns = 0
  #lastColumns = 0
  #isAtEnd = true
  #start = 0

  constructor(text: string, fail: (message: string) => void) {
    this.#text = text
    this.#fail = fail
  }

  /** The rune behind the token, not taken. */
  peek(): number {
    if (this.#rune === NOT_READ && this.#next() === BYTE_ORDER_MARK) this.#next()
    return this.#rune
  }

  /** Takes a rune. */
  take(): number {
    this.line = 0
    const rune = this.peek()
    if (rune !== END) this.#next()
    return rune
  }

  /** Takes this many runes. */
  skip(runes: number): void {
    for (let i = 0; i < runes; i++) this.take()
  }

  /** The token last read. */
  text(): string {
    return this.#text.slice(this.#start, this.#runeAt)
  }

  /** What a pattern (sticky) finds right behind the token. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.#runeAt
    return pattern.exec(this.#text)?.[0] ?? ''
  }

  scan(): Scanned {
    const before = this.peek()
    let rune = before
    for (;;) {
      while (rune === 32 || rune === NEWLINE || rune === 9 || rune === 13) rune = this.#next()
      this.#place()
      if (rune === END) return 'end'
      if (isLetter(rune)) {
        while (isLetter(rune) || isDigit(rune)) rune = this.#next()
        return 'word'
      }
      if (isDecimal(rune)) return this.#number(false, before)
      if (rune === 0x22 || rune === 0x60) return this.#quoted(rune)
      rune = this.#next()
      const first = this.#text.charCodeAt(this.#start)
      if (first === 0x2e && isDecimal(rune)) return this.#number(true, before)
      if (first === 0x27) this.#char()
      if (first !== 0x2f || (rune !== 0x2f && rune !== 0x2a)) return 'rune'
      rune = this.#comment(rune)
    }
  }

  #next(): number {
    this.#runeAt = this.#at
    const rune = this.#text.codePointAt(this.#at)
    if (rune === undefined) {
      if (!this.#isAtEnd) this.#columns++
      this.#isAtEnd = true
      this.#rune = END
      return END
    }
    this.#isAtEnd = false
    this.#at += rune > 0xffff ? 2 : 1
    this.#rune = rune
    this.#columns++
    if (rune === 0) this.#fail('invalid character NUL')
    if (rune === NEWLINE) {
      this.#lines++
      this.#lastColumns = this.#columns
      this.#columns = 0
    }
    return rune
  }

  #place(): void {
    this.#start = this.#runeAt
    const isBehindNewline = this.#columns === 0
    this.line = isBehindNewline ? this.#lines - 1 : this.#lines
    this.column = isBehindNewline ? this.#lastColumns : this.#columns
  }

  #quoted(mark: number): Scanned {
    if (mark === 0x22) this.#string(mark)
    else {
      while (this.#next() !== mark) {
        if (this.#rune !== END) continue
        this.#fail('literal not terminated')
        break
      }
    }
    this.#next()
    return 'string'
  }

  /** Up to the closing mark; returns how many characters stand before it. */
  #string(mark: number): number {
    let count = 0
    this.#next()
    while (this.#rune !== mark) {
      if (this.#rune === NEWLINE || this.#rune === END) {
        this.#fail('literal not terminated')
        return count
      }
      if (this.#rune === BACKSLASH) this.#escape(mark)
      else this.#next()
      count++
    }
    return count
  }

  #escape(mark: number): void {
    const rune = this.#next()
    if (rune === mark || 'abfnrtv\\'.includes(String.fromCodePoint(Math.max(rune, 0)))) {
      this.#next()
      return
    }
    if (rune >= 0x30 && rune <= 0x37) this.#escapeDigits(8, 3)
    else {
      const digits = rune === 0x78 ? 2 : rune === 0x75 ? 4 : rune === 0x55 ? 8 : 0
      if (digits === 0) {
        this.#fail('invalid char escape')
        return
      }
      this.#next()
      this.#escapeDigits(16, digits)
    }
  }

  #escapeDigits(base: number, count: number): void {
    let left = count
    for (; left > 0 && digitValue(this.#rune) < base; left--) this.#next()
    if (left > 0) this.#fail('invalid char escape')
  }

  /** Go's 'x': to LogQL a name like any rune, but its faults are told. */
  #char(): void {
    // The mark itself was taken already, which #string would do.
    let count = 0
    while (this.#rune !== 0x27) {
      if (this.#rune === NEWLINE || this.#rune === END) {
        this.#fail('literal not terminated')
        break
      }
      if (this.#rune === BACKSLASH) this.#escape(0x27)
      else this.#next()
      count++
    }
    if (count !== 1) this.#fail('invalid char literal')
    this.#next()
  }

  #comment(kind: number): number {
    let rune = this.#next()
    if (kind === 0x2f) {
      while (rune !== NEWLINE && rune !== END) rune = this.#next()
      return rune
    }
    for (;;) {
      if (rune === END) {
        this.#fail('comment not terminated')
        return rune
      }
      const before = rune
      rune = this.#next()
      if (before === 0x2a && rune === 0x2f) return this.#next()
    }
  }

  #number(seenDot: boolean, before: number): Scanned {
    const runes = {
      before,
      rune: () => this.#rune,
      take: () => this.#next(),
      text: () => this.text(),
      fail: this.#fail,
    }
    scanNumber(runes, seenDot)
    return 'number'
  }
}

interface Runes {
  /** The rune that stood there before blanks were skipped. */
  readonly before: number
  rune(): number
  take(): number
  fail(message: string): void
  text(): string
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['x', 'hexadecimal literal'],
  ['o', 'octal literal'],
  ['0', 'octal literal'],
  ['b', 'binary literal'],
])

/** Go's number literals with their prefixes, separators and exponents; what is wrong is told, in Go's words. */
function scanNumber(runes: Runes, seenDot: boolean): void {
  const { prefix, base, hasLeadingZero } = seenDot ? DECIMAL : scanPrefix(runes)
  const name = NAMES.get(prefix) ?? 'decimal literal'
  const seen = { digit: hasLeadingZero, separator: false, invalid: 0 }
  let isFloat = seenDot
  if (!seenDot) {
    scanDigits(runes, base, seen)
    if (runes.rune() === 0x2e) {
      runes.take()
      isFloat = true
    }
  }
  if (isFloat) {
    if (prefix === 'o' || prefix === 'b') runes.fail(`invalid radix point in ${name}`)
    scanDigits(runes, base, seen)
  }
  if (!seen.digit) runes.fail(`${name} has no digits`)
  const exponent = String.fromCodePoint(Math.max(runes.rune(), 0))
  if (/[eEpP]/.test(exponent)) {
    isFloat = true
    scanExponent(runes, exponent, prefix, seen)
  } else if (prefix === 'x' && isFloat) runes.fail("hexadecimal mantissa requires a 'p' exponent")
  if (!isFloat && seen.invalid !== 0) runes.fail(`invalid digit '${String.fromCodePoint(seen.invalid)}' in ${name}`)
  if (seen.separator && !isWellSeparated(runes.text())) runes.fail("'_' must separate successive digits")
}

const DECIMAL = { prefix: '', base: 10, hasLeadingZero: false }

/** Go's placing of _: behind a digit or the prefix, and before a digit. */
function isWellSeparated(number: string): boolean {
  const hasPrefix = /^0[xob]/i.test(number)
  const isHex = /^0x/i.test(number)
  let before = hasPrefix ? '0' : '.'
  for (const char of hasPrefix ? number.slice(2) : number) {
    const kind = char === '_' ? '_' : (isHex ? /[0-9a-f]/i : /[0-9]/).test(char) ? '0' : '.'
    if (kind === '_' ? before !== '0' : kind === '.' && before === '_') return false
    before = kind
  }
  return before !== '_'
}

function scanPrefix(runes: Runes): { prefix: string; base: number; hasLeadingZero: boolean } {
  if (runes.rune() !== 0x30) return DECIMAL
  const second = runes.take() | 0x20
  if (second === 0x78) {
    runes.take()
    return { prefix: 'x', base: 16, hasLeadingZero: false }
  }
  if (second === 0x6f) {
    runes.take()
    return { prefix: 'o', base: 8, hasLeadingZero: false }
  }
  if (second === 0x62) {
    // Loki looks at the rune before the token where it means the one behind 0b: after a space there is no binary.
    if (runes.before !== 0x30 && runes.before !== 0x31) return DECIMAL
    runes.take()
    return { prefix: 'b', base: 2, hasLeadingZero: false }
  }
  return { prefix: '0', base: 8, hasLeadingZero: true }
}

function scanDigits(runes: Runes, base: number, seen: { digit: boolean; separator: boolean; invalid: number }): void {
  for (;;) {
    const rune = runes.rune()
    if (rune === UNDERSCORE) seen.separator = true
    else if (base === 16 ? digitValue(rune) < 16 : isDecimal(rune)) {
      seen.digit = true
      if (base < 10 && rune >= 0x30 + base && seen.invalid === 0) seen.invalid = rune
    } else return
    runes.take()
  }
}

function scanExponent(
  runes: Runes,
  exponent: string,
  prefix: string,
  seen: { digit: boolean; separator: boolean; invalid: number },
): void {
  const isE = exponent === 'e' || exponent === 'E'
  if (isE && prefix !== '' && prefix !== '0') runes.fail(`'${exponent}' exponent requires decimal mantissa`)
  if (!isE && prefix !== 'x') runes.fail(`'${exponent}' exponent requires hexadecimal mantissa`)
  const sign = runes.take()
  if (sign === 0x2b || sign === 0x2d) runes.take()
  const power = { digit: false, separator: false, invalid: 0 }
  scanDigits(runes, 10, power)
  if (power.separator) seen.separator = true
  if (!power.digit) runes.fail('exponent has no digits')
}

function isDecimal(rune: number): boolean {
  return rune >= 0x30 && rune <= 0x39
}

function digitValue(rune: number): number {
  if (isDecimal(rune)) return rune - 0x30
  const lower = rune | 0x20
  return rune >= 0 && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16
}

function isLetter(rune: number): boolean {
  if (rune < 0x80) return (rune >= 0x61 && rune <= 0x7a) || (rune >= 0x41 && rune <= 0x5a) || rune === UNDERSCORE
  return LETTER.test(String.fromCodePoint(rune))
}

function isDigit(rune: number): boolean {
  return rune < 0x80 ? isDecimal(rune) : DIGIT.test(String.fromCodePoint(rune))
}
