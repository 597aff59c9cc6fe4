/**
 * Where a text stops being JSON (RFC 8259): what JSON.parse says differs from one Node to the next, often without a place,
 * and quotes the text. Stricter than JSON.parse: nesting is bounded, no name comes twice, none is __proto__, texts are well-formed.
 */

export interface TextFault {
  /** UTF-16 offset; the end of the text when something is missing there. */
  readonly at: number
  readonly message: string
}

/** Rules and triggers need three. */
export const MAX_DEPTH = 16

/** undefined: it is JSON. Time in proportion to the text, stack to MAX_DEPTH. Never throws, never quotes the text. */
export function jsonFault(text: string): TextFault | undefined {
  const reader = { text, at: 0 }
  try {
    readValue(reader, 1)
    skipSpace(reader)
    if (reader.at < text.length) fail(reader, 'nothing more is allowed here')
    return undefined
  } catch (error) {
    if (error instanceof Stop) return { at: error.at, message: error.message }
    throw error
  }
}

/** line 2, column 7. */
export function placeText(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  return `line ${before.length}, column ${before[before.length - 1]!.length + 1}`
}

interface Reader {
  readonly text: string
  at: number
}

class Stop extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

function fail({ text, at }: Reader, message: string, place = at): never {
  throw new Stop(place >= text.length ? `${message}, but the text ends` : message, place)
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS = ['true', 'false', 'null']

function skipSpace(reader: Reader): string {
  SPACE.lastIndex = reader.at
  SPACE.test(reader.text)
  reader.at = SPACE.lastIndex
  return reader.text[reader.at] ?? ''
}

function readValue(reader: Reader, depth: number): void {
  const first = skipSpace(reader)
  if (first === '"') {
    readString(reader)
    return
  }
  if (first === '{' || first === '[') {
    if (depth > MAX_DEPTH) fail(reader, `nested deeper than ${MAX_DEPTH}`)
    if (first === '{') readObject(reader, depth)
    else readArray(reader, depth)
    return
  }
  const word = WORDS.find((each) => reader.text.startsWith(each, reader.at))
  if (word !== undefined) reader.at += word.length
  else readNumber(reader)
}

function readNumber(reader: Reader): void {
  NUMBER.lastIndex = reader.at
  if (!NUMBER.test(reader.text)) fail(reader, 'a value is needed')
  reader.at = NUMBER.lastIndex
}

function readArray(reader: Reader, depth: number): void {
  reader.at++
  if (skipSpace(reader) === ']') return void reader.at++
  for (;;) {
    readValue(reader, depth + 1)
    if (isClosed(reader, ']')) return
  }
}

function readObject(reader: Reader, depth: number): void {
  reader.at++
  const names = new Set<string>()
  if (skipSpace(reader) === '}') return void reader.at++
  for (;;) {
    if (skipSpace(reader) !== '"') fail(reader, 'a name in double quotes is needed')
    const start = reader.at
    const name = readString(reader)
    if (name === '__proto__') fail(reader, 'the name __proto__ is not allowed', start)
    if (names.has(name)) fail(reader, 'this name was there before', start)
    names.add(name)
    if (skipSpace(reader) !== ':') fail(reader, '":" is needed')
    reader.at++
    readValue(reader, depth + 1)
    if (isClosed(reader, '}')) return
  }
}

/** Behind a member: the bracket that closes, or a comma and another member. */
function isClosed(reader: Reader, bracket: string): boolean {
  const next = skipSpace(reader)
  if (next !== ',' && next !== bracket) fail(reader, `"," or "${bracket}" is needed`)
  reader.at++
  return next === bracket
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** What it means: the same name can be written in several ways. */
function readString(reader: Reader): string {
  const { text } = reader
  const start = reader.at
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at)
    if (Number.isNaN(code)) fail(reader, 'a text has no closing quote', text.length)
    if (code === 0x22) {
      reader.at = at + 1
      const value = JSON.parse(text.slice(start, at + 1)) as string
      // Half a character (\ud800): many readers would refuse every answer that holds it.
      if (!value.isWellFormed()) fail(reader, 'half a surrogate pair is no text', start)
      return value
    }
    if (code < 0x20) fail(reader, 'a control character must be written as \\u00…', at)
    if (code !== 0x5c) continue
    ESCAPE.lastIndex = at
    if (!ESCAPE.test(text)) fail(reader, 'no such escape', at)
    at = ESCAPE.lastIndex - 1
  }
}
