/** Loki's logfmt decoder (go-logfmt's, changed): one line into keys and values. Linear, never throws. */
import { unescapeLogfmt } from './text.ts'

/** A place in a line: whoever reads calls next() until it says false and isAtEnd. */
export interface LogfmtScanner {
  start(line: string): void
  isAtEnd(): boolean
  /** Goes to the next pair; false for none there: the end, or a fault. `guess`: the key that may be next, in ASCII. */
  next(guess?: string): boolean
  /** Whether the key was the guessed one. */
  isGuessed: boolean
  /** The key's place in the line. */
  keyStart: number
  keyEnd: number
  /** Whether the value is the line's text from valueStart to valueEnd; else it is `unescaped`. */
  isPlain: boolean
  valueStart: number
  valueEnd: number
  unescaped: string
  /** The last fault, in Loki's words; '' while there is none. */
  fault(): string
}

const PLAIN = 0
const SPACE = 1
const EQUALS = 2
const QUOTE = 3
/** By ASCII code: what it means in a pair. */
const KINDS = new Uint8Array(128)
KINDS.fill(SPACE, 0, 33)
KINDS[61] = EQUALS
KINDS[34] = QUOTE

export function createLogfmtScanner(): LogfmtScanner {
  let line = ''
  let length = 0
  let at = 0
  let message = ''
  let messageAt = 0
  const fail = (text: string): boolean => {
    message = text
    messageAt = at
    return false
  }
  /** Behind a fault: on to the next space. */
  const skip = (): boolean => {
    while (at < length && line.charCodeAt(at) > 32) at++
    return false
  }
  const scanner: LogfmtScanner = {
    isGuessed: false,
    keyStart: 0,
    keyEnd: 0,
    isPlain: true,
    valueStart: 0,
    valueEnd: 0,
    unescaped: '',
    start(text) {
      line = text
      length = text.length
      at = 0
      slash = -2
      message = ''
    },
    isAtEnd: () => at >= length,
    fault: () =>
      message === ''
        ? ''
        : `logfmt syntax error at pos ${Buffer.byteLength(line.slice(0, messageAt)) + 1} : ${message}`,
    next(guess) {
      scanner.isPlain = true
      scanner.valueStart = scanner.valueEnd = 0
      const text = line
      const end = length
      // A local place: the loops below are where the time goes.
      let i = at
      while (i < end && text.charCodeAt(i) <= 32) i++
      if (i >= end) {
        at = end
        return false
      }
      const start = i
      if (guess !== undefined && text.startsWith(guess, i) && text.charCodeAt(i + guess.length) === 61) {
        scanner.isGuessed = true
        scanner.keyStart = i
        scanner.keyEnd = i + guess.length
        at = i + guess.length + 1
        return readValue()
      }
      scanner.isGuessed = false
      let kind = PLAIN
      let isAscii = true
      for (; i < end; i++) {
        const code = text.charCodeAt(i)
        if (code >= 128) isAscii = false
        else {
          kind = KINDS[code]!
          if (kind !== PLAIN) break
        }
      }
      at = i
      scanner.keyStart = start
      scanner.keyEnd = i
      const isValid = isAscii || !text.slice(start, i).includes('\ufffd')
      if (i >= end || kind === SPACE) return isValid || fail('invalid key')
      if (kind === QUOTE) {
        fail(`unexpected '"'`)
        return skip()
      }
      if (i === start) fail(`unexpected '='`)
      else if (!isValid) fail('invalid key')
      else {
        at = i + 1
        return readValue()
      }
      return skip()
    },
  }
  const readValue = (): boolean => {
    const text = line
    const end = length
    const start = at
    if (start >= end) return true
    if (text.charCodeAt(start) === 34) return readQuoted()
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code >= 128) continue
      const kind = KINDS[code]!
      if (kind === PLAIN) continue
      at = i
      if (kind === SPACE) {
        scanner.valueStart = start
        scanner.valueEnd = i
        return true
      }
      fail(kind === QUOTE ? `unexpected '"'` : `unexpected '='`)
      return skip()
    }
    at = end
    scanner.valueStart = start
    scanner.valueEnd = end
    return true
  }
  /** The line's next backslash: looked for once, as most lines have none. */
  let slash = -2
  const hasSlashBefore = (from: number, end: number): boolean => {
    if (slash === -2 || (slash >= 0 && slash < from)) slash = line.indexOf('\\', from)
    return slash >= 0 && slash < end
  }
  const readQuoted = (): boolean => {
    const start = at + 1
    const quote = line.indexOf('"', start)
    if (quote >= 0 && !hasSlashBefore(start, quote)) {
      at = quote + 1
      scanner.valueStart = start
      scanner.valueEnd = quote
      return true
    }
    return readEscaped(start)
  }
  const readEscaped = (start: number): boolean => {
    for (let i = start; i < length; i++) {
      const code = line.charCodeAt(i)
      if (code === 92) i++
      else if (code === 34) {
        at = i + 1
        const text = unescapeLogfmt(line.slice(start, i))
        if (text === undefined) return fail('invalid quoted value')
        scanner.isPlain = false
        scanner.unescaped = text
        return true
      }
    }
    at = length
    return fail('unterminated quoted value')
  }
  return scanner
}

/** Called for each pair; returns false to stop. A key without `=` has the value ''. */
export type OnPair = (key: string, value: string) => boolean

/** Walks a line's pairs, those behind faults too. */
export function parseLogfmt(line: string, onPair: OnPair): void {
  const scanner = createLogfmtScanner()
  scanner.start(line)
  while (!scanner.isAtEnd()) {
    if (scanner.next() && !onPair(line.slice(scanner.keyStart, scanner.keyEnd), pairValue(scanner, line))) return
  }
}

export function pairValue(scanner: LogfmtScanner, line: string): string {
  return scanner.isPlain ? line.slice(scanner.valueStart, scanner.valueEnd) : scanner.unescaped
}
