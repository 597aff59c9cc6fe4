/**
 * A message as tokens: its words, and one parameter for each run of what differs from line to line by its shape (whatever
 * holds a digit, with its unit; paths, addresses, hosts, parts of dates). One pass over code units and no string a word:
 * the express lane's bytes and the general path's text are read by the same code, so the same message has the same tokens
 * and the same hash on both.
 */
import { closerOf, listEnd, opens, tailStart } from './enclosed.ts'
import { CLASSES, CLOSERS, ENDS_WORD, ESCAPES, REDACTED } from './shapes.ts'
import { hashUnits, isEventName, isPath, isScheme, isValueAt, pathEnd, stemEnd, Word } from './words.ts'

/** What stands in a template for what differs. */
export const PARAMETER = '<_>'

/** A message's first line is read up to here: what follows tells no patterns apart, and costs nothing. */
export const MAX_CHARS = 1024
export const MAX_TOKENS = 128

/** From here on a call into Node is quicker than a loop: parts of larger texts, as messages are, are slow to read. */
const LONG_TEXT = 24

const BACKSLASH = 0x5c
const QUOTE = 0x22
const APOSTROPHE = 0x27
const COLON = 0x3a
const COMMA = 0x2c
const EQUALS = 0x3d
const OPEN = 0x28
const NEWLINE = 0x0a
const SLASH = 0x2f
const SPACE = 0x20
const OPEN_SQUARE = 0x5b
const OPEN_CURLY = 0x7b
const CLOSE_SQUARE = 0x5d

export class TokenReader {
  /** Tokens of the message read last. Token i lies in units starts[i]..ends[i) of `text`. */
  count = 0
  readonly text = new Uint16Array(MAX_CHARS + 1)
  private readonly bytes = Buffer.from(this.text.buffer)
  /** What was read as a text, once somebody asks for a part of it. */
  private whole: string | undefined
  readonly starts = new Uint16Array(MAX_TOKENS)
  readonly ends = new Uint16Array(MAX_TOKENS)
  readonly isParameter = new Uint8Array(MAX_TOKENS)
  private readonly hashes = new Int32Array(MAX_TOKENS)
  /** Two hashes of the tokens, 32 and 21 bits in use: together they stand for them in the cache. */
  low = 0
  high = 0
  /** Of a message without any word: where the letters end that its first parameter begins with; 0: none. */
  stemEnd = 0
  private length = 0
  private readonly current = new Word()
  /** What closes the bracket that the last parameter holds open; 0: none. */
  private closer = 0
  /** Quotes that nothing closes any more, 1 and 2: a hostile text of quotes is not searched from each of them. */
  private unclosed = 0
  /** Whether the message begins with a word like Failed: behind a colon it says why. */
  private isFailure = false

  readText(message: string): void {
    const { text } = this
    const limit = Math.min(message.length, MAX_CHARS)
    if (limit > LONG_TEXT) {
      this.bytes.write(message.length > limit ? message.slice(0, limit) : message, 'utf16le')
    } else {
      for (let at = 0; at < limit; at++) text[at] = message.charCodeAt(at)
    }
    let at = Math.min(1, limit)
    while (at < limit && text[at] !== NEWLINE) at++
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
    if (this.isParameter[index] === 0) return this.slice(this.starts[index], this.ends[index])
    return index === 0 && this.stemEnd > 0 ? this.slice(this.starts[0], this.stemEnd) + PARAMETER : PARAMETER
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
    return isValueAt(this.text, this.starts[index])
  }

  /** Whether a token is the only one in its brackets or quotes, or all that follows a colon: of Gateway: eth, (primary). */
  standsAlone(index: number): boolean {
    const { text, starts, ends, length } = this
    const before = text[starts[index] - 1]
    const after = text[ends[index]]
    if (before < 128 && CLOSERS[before] !== 0) return after === CLOSERS[before]
    return before === SPACE && text[starts[index] - 2] === COLON && (ends[index] === length || after === COMMA)
  }

  /** Whether a token is a key or a function: key=, key =, call(, Space::name, key:value. */
  isKey(index: number): boolean {
    const { text, starts, ends } = this
    const end = ends[index]
    if (text[starts[index] - 1] === COLON && text[starts[index] - 2] === COLON) return true
    const next = text[end] === SPACE ? text[end + 1] : text[end]
    return (
      next === EQUALS || text[end] === OPEN || (text[end] === COLON && text[end + 1] !== SPACE && end + 1 < this.length)
    )
  }

  private slice(start: number, end: number): string {
    // Cut out of what was read, not of the message: a word would hold all of a long one in memory.
    this.whole ??= this.bytes.toString('utf16le', 0, this.length * 2)
    return this.whole.slice(start, end)
  }

  private split(read: number): void {
    const { text } = this
    let length = read
    // Half a word at the limit is none.
    if (read === MAX_CHARS) while (length > 0 && text[length - 1] !== SPACE) length--
    if (length === 0) length = read
    text[length] = 0
    this.length = length
    this.whole = undefined
    this.count = 0
    this.current.isNamer = false
    this.current.isMethod = false
    this.closer = 0
    this.unclosed = 0
    this.isFailure = false
    let at = 0
    while (at < length && this.count < MAX_TOKENS) {
      const unit = text[at]
      if (CLASSES[unit] !== ENDS_WORD) at = this.take(at)
      else if (unit === COLON && this.isFailure) at = Math.max(at + 1, this.addTail(at))
      else if (unit === QUOTE || unit === APOSTROPHE) at = this.takeQuoted(at)
      else if (unit === OPEN_SQUARE && this.isRedacted(at)) at = this.takeRedacted(at)
      else if (unit === OPEN_SQUARE || unit === OPEN_CURLY) at = this.takeList(at)
      else at++
    }
    this.stemEnd = this.isBare() ? stemEnd(text, this.starts[0], this.ends[0]) : 0
    if (this.count === 1 && isEventName(text, this.starts[0], this.ends[0])) this.keepOnly()
    this.hash()
  }

  /** A word from here on; returns where to go on. */
  private take(start: number): number {
    const { text, length, current, count, ends } = this
    if (isPath(text, start)) return this.add(start, pathEnd(text, start, length), true)
    // GET /: the path of a request, however short.
    if (current.isMethod && text[start] === SLASH && CLASSES[text[start + 1]] === ENDS_WORD)
      return this.add(start, start + 1, true)
    current.read(text, start, length)
    const { end, stop } = current
    if (current.isBlank) return end - start < MIN_RULER ? stop : this.add(start, end, false, stop)
    if (isScheme(text, stop, length)) return this.add(start, pathEnd(text, stop + 1, length), true)
    const lastEnd = count === 0 ? 0 : ends[count - 1]
    const isBehindParameter = count > 0 && this.isParameter[count - 1] === 1
    const next = this.add(start, end, current.differs(text, lastEnd, isBehindParameter), stop)
    if (count === 0) this.isFailure = current.isFailing && text[stop] !== COLON && text[stop + 1] !== COLON
    if (!current.isFault || count === 0) return next
    return this.addTail(next)
  }

  /** error: any words. What went wrong is one parameter, however many words it has. */
  private addTail(stop: number): number {
    const start = this.count < MAX_TOKENS ? tailStart(this.text, stop, this.length) : 0
    return start === 0 ? stop : this.add(start, this.length, true)
  }

  /** Two, so that they are seldom the same for other tokens. */
  private hash(): void {
    const { hashes, count, stemEnd } = this
    let low = 0x811c9dc5 | 0
    let high = stemEnd === 0 ? 0x2f0b4c47 | 0 : hashUnits(this.text, this.starts[0], stemEnd)
    for (let index = 0; index < count; index++) {
      const hash = hashes[index]
      low = Math.imul(low ^ hash, 0x01000193)
      low ^= low >>> 15
      high = Math.imul(high ^ (hash >>> 7), 0x5bd1e995) + hash
      high ^= high >>> 13
    }
    this.low = (low ^ count) >>> 0
    this.high = (high ^ (high >>> 11)) & 0x1fffff
  }

  /** provision.ec2_started: alone it is the name of an event, and no host. */
  private keepOnly(): void {
    this.isParameter[0] = 0
    this.hashes[0] = hashUnits(this.text, this.starts[0], this.ends[0])
  }

  /** Whether nothing is left that tells the template. */
  private isBare(): boolean {
    for (let index = 0; index < this.count; index++) if (this.isParameter[index] === 0) return false
    return this.count > 0
  }

  /** "name", 'name', key="any words": one parameter, unless that is a key: "name": 7. */
  private takeQuoted(start: number): number {
    const { text, length } = this
    const quote = text[start]
    if (!opens(text, start)) return start + 1
    const isValue = isValueAt(text, start)
    const bit = quote === QUOTE ? 1 : 2
    if ((this.unclosed & bit) !== 0) return start + 1
    let at = start + 1
    while (at < length && (text[at] !== quote || CLASSES[text[at + 1]] !== ENDS_WORD)) {
      if (text[at++] === SPACE && !isValue) return start + 1
    }
    if (at >= length) this.unclosed |= bit
    if (at >= length || text[at + 1] === COLON) return start + 1
    this.current.read(text, start + 1, at)
    const isState = !isValue && this.current.stop === at && this.current.isState(text)
    return isState ? start + 1 : this.add(start, at + 1, true)
  }

  /** [a, b, c] and []: one parameter, however many there are. Alone it is no word. */
  private takeList(start: number): number {
    const end = listEnd(this.text, start, this.length)
    return end === 0 || (this.count === 0 && start + 2 >= this.length) ? start + 1 : this.add(start, end, true)
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
    this.hashes[this.count] = isParameter ? 0 : this.current.hash
    this.isParameter[this.count++] = isParameter ? 1 : 0
    return next
  }
}

/** A row of so many marks is a word: ----, ****. */
const MIN_RULER = 4
