/**
 * A message as tokens: its words, and one parameter for each run of what differs from line to line by its shape (whatever
 * holds a digit, with its unit; paths, addresses, hosts, parts of dates). One pass over code units and no string a word:
 * the express lane's bytes and the general path's text are read by the same code, so the same message has the same tokens
 * and the same hash on both.
 */
import {
  AT_SIGN,
  CLOSERS,
  DATE_WORD,
  DIGIT,
  ESCAPES,
  HOLDS,
  hashUnit,
  IS_PATH_UNIT,
  KINDS,
  knownAs,
  LOWER,
  MAX_KNOWN_WORD,
  MAY_BE_KNOWN,
  NAMER,
  NOT_HEX,
  ORDINARY,
  REDACTED,
  STATE,
  SYMBOL,
  UNIT,
  UPPER,
  WORD,
  WORD_SEED,
} from './shapes.ts'

/** What stands in a template for what differs. */
export const PARAMETER = '<_>'

/** A message's first line is read up to here: what follows tells no patterns apart, and costs nothing. */
export const MAX_CHARS = 1024
export const MAX_TOKENS = 128

const BACKSLASH = 0x5c
const QUOTE = 0x22
const NEWLINE = 0x0a
const COLON = 0x3a
const SLASH = 0x2f
const DOT = 0x2e
const EQUALS = 0x3d
const OPEN = 0x28
const OPEN_SQUARE = 0x5b
const CLOSE_SQUARE = 0x5d

export class TokenReader {
  /** Tokens of the message read last. Token i lies in units starts[i]..ends[i) of `text`. */
  count = 0
  readonly text = new Uint16Array(MAX_CHARS + 1)
  readonly starts = new Uint16Array(MAX_TOKENS)
  readonly ends = new Uint16Array(MAX_TOKENS)
  readonly isParameter = new Uint8Array(MAX_TOKENS)
  /** Two hashes of the tokens, 32 and 21 bits in use: together they stand for them in the cache. */
  low = 0
  high = 0
  private length = 0
  /** Of the word that take() looks at. */
  private holds = 0
  private dots = 0
  private wordHash = 0
  /** Whether the token before was a word like `user`. */
  private isNamed = false
  /** What closes the bracket that the last parameter holds open; 0: none. */
  private closer = 0

  readText(message: string): void {
    const limit = Math.min(message.length, MAX_CHARS)
    const { text } = this
    let at = 0
    for (; at < limit; at++) {
      const unit = message.charCodeAt(at)
      if (unit === NEWLINE && at > 0) break
      text[at] = unit
    }
    this.split(at)
  }

  /** ASCII bytes, as between the quotes of a JSON string when `isEscaped`. */
  readBytes(bytes: Uint8Array, start: number, end: number, isEscaped: boolean): void {
    const { text } = this
    let at = 0
    for (; start < end && at < MAX_CHARS; start++) {
      let unit = bytes[start]
      if (isEscaped && unit === BACKSLASH) {
        unit = bytes[++start]
        unit = ESCAPES.get(unit) ?? unit
      }
      if (unit === NEWLINE && at > 0) break
      text[at++] = unit
    }
    this.split(at)
  }

  /** A token's text. */
  word(index: number): string {
    return this.isParameter[index] === 1 ? PARAMETER : this.slice(this.starts[index], this.ends[index])
  }

  /** The message's beginning. */
  message(limit: number): string {
    return this.slice(0, Math.min(limit, this.length))
  }

  /** The marks and spaces before a token; those behind the last one for `count`. */
  gap(index: number): string {
    return this.slice(index === 0 ? 0 : this.ends[index - 1], index === this.count ? this.length : this.starts[index])
  }

  /** Whether a token is a key's value: key=value. */
  isValue(index: number): boolean {
    return this.isValueAt(this.starts[index])
  }

  private isValueAt(start: number): boolean {
    return start > 0 && this.text[start - 1] === EQUALS
  }

  private slice(start: number, end: number): string {
    return String.fromCharCode(...this.text.subarray(start, end))
  }

  private split(length: number): void {
    const { text } = this
    text[length] = 0
    this.length = length
    this.count = 0
    this.isNamed = false
    this.closer = 0
    let at = 0
    while (at < length && this.count < MAX_TOKENS) {
      const unit = text[at]
      if (unit >= 128 || KINDS[unit] === WORD) at = this.take(at)
      else if (unit === QUOTE && at > 0 && text[at - 1] === EQUALS) at = this.takeQuoted(at)
      else if (unit === OPEN_SQUARE && this.isRedacted(at)) at = this.takeRedacted(at)
      else at++
    }
    hashTokens(this)
  }

  /** A word from here on; returns where it ends. */
  private take(start: number): number {
    const { text, length } = this
    if (text[start] === SLASH && isPathUnit(text[start + 1])) return this.add(start, this.pathEnd(start), true)
    const stop = this.wordEnd(start)
    let end = stop
    while (end > start && text[end - 1] === DOT) end--
    const { holds } = this
    if ((holds & (DIGIT | LOWER | UPPER)) === 0)
      return end - start < MIN_RULER ? stop : this.add(start, end, false, stop)
    if (text[stop] === COLON && text[stop + 1] === SLASH && text[stop + 2] === SLASH && stop + 2 < length) {
      return this.add(start, this.pathEnd(stop + 1), true)
    }
    return this.add(start, end, this.differs(start, end), stop)
  }

  /** Where the word ends; .. parts words. Sets `holds` and `dots`. */
  private wordEnd(start: number): number {
    const { text, length } = this
    let holds = 0
    let dots = 0
    let hash = WORD_SEED
    let at = start
    for (; at < length; at++) {
      const unit = text[at]
      if (unit >= 128) holds |= LOWER | NOT_HEX
      else if (KINDS[unit] !== WORD) break
      else if (unit === DOT) {
        if (text[at + 1] === DOT && at > start) break
        dots++
      } else holds |= HOLDS[unit]
      hash = hashUnit(hash, unit)
    }
    this.holds = holds
    this.dots = dots
    this.wordHash = hash
    return at
  }

  /** Whether such a word is another one in the next line. */
  private differs(start: number, end: number): boolean {
    const { text, holds, dots, count, isNamed } = this
    this.isNamed = false
    if ((holds & (DIGIT | AT_SIGN)) !== 0) return true
    const next = text[end]
    const hasNumber = isDigit(text[end + 1])
    // host.name:80, SIGNAL(15)
    if (next === COLON && dots > 0 && hasNumber) return true
    if (next === OPEN && hasNumber && (holds & LOWER) === 0) return true
    if (dots >= 2) return !this.isConstantName(start, end)
    const isBehindParameter = count > 0 && this.isParameter[count - 1] === 1
    // Parts of a hardware or network address.
    if (isBehindParameter && (holds & (NOT_HEX | SYMBOL)) === 0 && text[start - 1] === COLON && end - start <= 4)
      return true
    const known = this.known(start, end)
    this.isNamed = (known & NAMER) !== 0
    if ((known & DATE_WORD) !== 0 || (isBehindParameter && (known & UNIT) !== 0)) return true
    return isNamed && (known & STATE) === 0 && this.isName(start, end, known)
  }

  private known(start: number, end: number): number {
    const { text } = this
    if (end - start > MAX_KNOWN_WORD) return 0
    // A dot at the end is in the word's hash.
    let hash = this.wordHash
    if (text[end] === DOT) {
      hash = WORD_SEED
      for (let at = start; at < end; at++) hash = hashUnit(hash, text[at])
    }
    return MAY_BE_KNOWN[hash & 4095] === 0 ? 0 : knownAs(this.slice(start, end))
  }

  /** Behind `user`: bob, but not logged, does or creation. */
  private isName(start: number, end: number, known: number): boolean {
    if (this.isValueAt(start)) return true
    if ((known & ORDINARY) !== 0 || start - this.ends[this.count - 1] > MAX_NAME_GAP) return false
    return end - start <= 4 || !ENDINGS.has(this.slice(end - 2, end))
  }

  /** some.package.SOME_NAME: a constant of a program. */
  private isConstantName(start: number, end: number): boolean {
    const { text } = this
    for (let at = end - 1; at >= start; at--) {
      const unit = text[at]
      if (unit === DOT) return true
      if (unit >= 128 || (HOLDS[unit] & (UPPER | SYMBOL)) === 0) return false
    }
    return false
  }

  /** A path or address, up to what cannot be part of it. */
  private pathEnd(start: number): number {
    const { text, length } = this
    let at = start
    while (at < length && isPathUnit(text[at])) at++
    while (at > start && (text[at - 1] === DOT || text[at - 1] === COLON)) at--
    return at
  }

  /** key="any words": one parameter. */
  private takeQuoted(start: number): number {
    const { text, length } = this
    for (let at = start + 1; at < length; at++) if (text[at] === QUOTE) return this.add(start, at + 1, true)
    return start + 1
  }

  /** What redaction has put in a value's place. */
  private isRedacted(start: number): boolean {
    return this.text[start + 1] === REDACTED[1] && REDACTED.every((unit, at) => this.text[start + at] === unit)
  }

  /** [redacted:rule] is a parameter, with the rest of the word that it is a part of. */
  private takeRedacted(start: number): number {
    const { text, length, count, ends, starts } = this
    let end = start
    while (end < length && text[end] !== CLOSE_SQUARE) end++
    const last = count - 1
    if (last < 0 || ends[last] !== start) return this.add(start, Math.min(end + 1, length), true)
    this.count--
    return this.add(starts[last], Math.min(end + 1, length), true)
  }

  /** Parameters with nothing but marks between them are one. Returns where to go on. */
  private add(start: number, end: number, isParameter: boolean, next = end): number {
    const { text, starts, ends } = this
    const last = this.count - 1
    if (isParameter && last >= 0 && this.isParameter[last] === 1) {
      // It takes the bracket with it that it opened.
      if (start > ends[last]) this.closer = closerOf(text[start - 1]) || this.closer
      if (this.closer !== 0 && text[end] === this.closer) {
        end++
        this.closer = 0
      }
      ends[last] = end
      return Math.max(next, end)
    }
    this.closer = 0
    starts[this.count] = start
    ends[this.count] = end
    this.isParameter[this.count++] = isParameter ? 1 : 0
    return next
  }
}

/** Between `user` and its name: a space, =, ': '. */
const MAX_NAME_GAP = 2

/** Words that end so are verbs or states: created, logging, session. */
const ENDINGS: ReadonlySet<string> = new Set(['ed', 'ng', 'on'])

/** A row of so many marks is a word: ----, ****. */
const MIN_RULER = 4

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

function isPathUnit(unit: number): boolean {
  return unit >= 128 || IS_PATH_UNIT[unit] === 1
}

function closerOf(unit: number): number {
  return unit < 128 ? CLOSERS[unit] : 0
}

/** Two hashes, so that they are seldom the same for other tokens. */
function hashTokens(reader: TokenReader): void {
  const { text, starts, ends, isParameter, count } = reader
  let low = 0x811c9dc5 | 0
  let high = 0x2f0b4c47 | 0
  for (let index = 0; index < count; index++) {
    if (isParameter[index] === 0) {
      for (let at = starts[index]; at < ends[index]; at++) {
        low = Math.imul(low ^ text[at], 0x01000193)
        high = Math.imul(high ^ text[at], 0x5bd1e995)
        high ^= high >>> 15
      }
    }
    low = Math.imul(low ^ (isParameter[index] + 1), 0x01000193)
    high = Math.imul(high ^ (isParameter[index] + 1), 0x5bd1e995)
  }
  reader.low = low >>> 0
  reader.high = (high ^ (high >>> 11)) & 0x1fffff
}
