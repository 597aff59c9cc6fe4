/**
 * Lines as tokens for the template miner, and tokens as a pattern's text: words and marks of plain lines, keys and
 * values of logfmt, the message of a JSON line (as Loki's pattern ingester reads them).
 */
import { RE2JS } from 're2js'
import { createLogfmtScanner } from '../../logql/stages/logfmtline.ts'

/** What stands in a pattern for what differs. */
export const PARAMETER = '<_>'

export interface Tokenized {
  readonly tokens: string[]
  /** Indices of the tokens that a space follows, one entry for each space. */
  readonly spaces: readonly number[]
}

export interface Tokenizer {
  /** Undefined for a line that has no pattern: too long, of another format, or without a message. */
  tokenize(line: string): Tokenized | undefined
  join(tokens: readonly string[], spaces: readonly number[]): string
}

const MAX_LINE = 3000
const LOGFMT = RE2JS.compile('^(\\w+?=([^"]\\S*?|".+?") )*?(\\w+?=([^"]\\S*?|".+?"))+$')

/** The tokenizer for a stream, by its first line. */
export function tokenizerFor(line: string): Tokenizer {
  if (line.length > 1 && line.startsWith('{') && line.endsWith('}')) return json
  if (line.length > 1 && line.length <= MAX_LINE && LOGFMT.matcher(line).find()) return logfmt
  return plain
}

const WORD = 0
const MARK = 1
const SPACE = 2

/** Code below 128 → what it is: marks part words and are tokens; _ - . : / and symbols belong to words. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code)
  if (char === ' ') return SPACE
  return '!"#%&\'()*,;?@[\\]{}='.includes(char) ? MARK : WORD
})

/** Tokens behind this one are one token. */
const MAX_TOKENS = 127

const plain: Tokenizer = {
  tokenize(line) {
    if (line.length > MAX_LINE) return undefined
    const tokens: string[] = []
    const spaces: number[] = []
    let start = 0
    for (let i = 0; i < line.length && tokens.length < MAX_TOKENS; i++) {
      const code = line.charCodeAt(i)
      const kind = code < 128 ? KINDS[code] : /\p{P}/u.test(line[i]!) ? MARK : WORD
      if (kind === WORD) continue
      if (i > start) tokens.push(line.slice(start, i))
      if (kind === SPACE) spaces.push(tokens.length - 1)
      else tokens.push(line[i]!)
      start = i + 1
    }
    if (start < line.length) tokens.push(line.slice(start))
    return { tokens, spaces }
  },
  join(tokens, spaces) {
    let text = ''
    let space = 0
    for (const [index, token] of tokens.entries()) {
      text += token
      for (; spaces[space] === index; space++) text += ' '
    }
    return withoutRepeats(text)
  },
}

/** Fields of a JSON line that hold its message; the first that there is counts. */
const MESSAGE_FIELDS = ['log', 'message', 'msg', 'msg_', '_msg', 'content'] as const

const json: Tokenizer = {
  tokenize(line) {
    const message = messageOf(line)
    return message === undefined ? undefined : plain.tokenize(message)
  },
  join: (tokens, spaces) => withoutRepeats(PARAMETER + plain.join(tokens, spaces) + PARAMETER),
}

/** The message as it stands in the line, escapes and all. */
function messageOf(line: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const name of MESSAGE_FIELDS) {
    if (!Object.hasOwn(value, name)) continue
    const message: unknown = (value as Record<string, unknown>)[name]
    if (typeof message === 'string') return JSON.stringify(message).slice(1, -1)
  }
  return undefined
}

/** Fields that are different in every line. */
const VARIABLE = /^(?:ts|t|traceid|time|timestamp)$/i

const scanner = createLogfmtScanner()

const logfmt: Tokenizer = {
  tokenize(line) {
    if (line.length > MAX_LINE) return undefined
    const tokens: string[] = []
    scanner.start(line)
    while (!scanner.isAtEnd() && scanner.next()) {
      const key = line.slice(scanner.keyStart, scanner.keyEnd)
      const value = scanner.isPlain ? line.slice(scanner.valueStart, scanner.valueEnd) : scanner.unescaped
      tokens.push(key, VARIABLE.test(key) && key !== 'T' ? PARAMETER : value)
    }
    return scanner.fault() === '' ? { tokens, spaces: [] } : undefined
  },
  join(tokens) {
    const pairs: string[] = []
    for (let i = 0; i < tokens.length; i += 2) pairs.push(`${tokens[i]}=${quoted(tokens[i + 1] ?? '')}`)
    return withoutRepeats(pairs.join(' '))
  },
}

function quoted(value: string): string {
  return /[\u0000-\u0020="\u007f\ufffd]/.test(value) ? JSON.stringify(value) : value
}

/** <_><_> says no more than <_>. */
function withoutRepeats(text: string): string {
  return text.replace(/(?:<_>){2,}/g, PARAMETER)
}
