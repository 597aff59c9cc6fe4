/**
 * Runes into Go's tokens, as the scanner in front of Loki's lexer reads them (Go's text/scanner): words, numbers,
 * quoted texts and single runes, with // and block comments skipped. It reports what is wrong and reads on; the place of a
 * token is lost when single runes are taken behind it, and Loki's messages show that, so this does too.
 */

import { scanNumber } from './numberscan.ts'
import { digitValue, isDecimal, isDigit, isLetter } from './runes.ts'

/** Which kind of token; a rune that is none of these is `rune`. */
export type Scanned = 'end' | 'word' | 'number' | 'string' | 'rune'

export const END = -1
const NOT_READ = -2
const NEWLINE = 10
const BACKSLASH = 92
const BYTE_ORDER_MARK = 0xfeff

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
