/**
 * key=value pairs wherever they stand in a text: `Accepted connection id=5 peer="10.0.0.4:443" (attempt=2, of=3)`.
 * Pairs of URLs (?a=b&c=d), operators (==, !=, >=, =>, +=) and assignments with spaces are no pairs. Linear time.
 */
import { addField, type Fields } from '../terms/json.ts'

/** Longer runs before a = are no names. */
const MAX_NAME = 64
/** A bracketed value (ids=[1, 2]) is looked for this far. */
const MAX_BRACKETED = 512
/** Punctuation dropped behind a value, at most: a bound on the search for opening brackets. */
const MAX_TRIMMED = 8

/** The pairs of `text` from index `from` on. Values are text; a name that comes twice is kept as name_2. */
export function findPairs(text: string, from: number): Fields {
  const fields: Fields = new Map()
  let floor = from
  let bracketsClose = true
  for (let equals = text.indexOf('=', from); equals >= 0; equals = text.indexOf('=', floor)) {
    const start = nameStart(text, equals, floor)
    const valueAt = equals + 1
    const first = text.charCodeAt(valueAt)
    if (start < 0 || isNoValue(first)) {
      floor = first === EQUALS ? skipRun(text, valueAt) : valueAt
      continue
    }
    const name = text.slice(start, equals)
    if (first === QUOTE || first === APOSTROPHE) {
      const quoted = readQuoted(text, valueAt)
      if (quoted !== undefined) {
        addField(fields, name, quoted.value)
        floor = quoted.end
        continue
      }
    }
    let end = -1
    if (bracketsClose && isOpening(first)) {
      end = closingBracket(text, valueAt)
      // Once one does not close, none is looked for: each search could cost the whole bound.
      bracketsClose = end >= 0
    }
    const bare = end < 0 ? bareEnd(text, valueAt) : end
    const value = text.slice(valueAt, end < 0 ? trimmedEnd(text, valueAt, bare) : end)
    if (value !== '') addField(fields, name, value)
    floor = Math.max(bare, valueAt)
  }
  return fields
}

export interface Quoted {
  readonly value: string
  /** Index just behind the closing quote. */
  readonly end: number
}

/** The quoted text that starts at `start` (a " or '), escapes undone; undefined when it is not closed. */
export function readQuoted(text: string, start: number): Quoted | undefined {
  const quote = text[start]!
  let end = text.indexOf(quote, start + 1)
  while (end >= 0 && isEscaped(text, end, start)) end = text.indexOf(quote, end + 1)
  return end < 0 ? undefined : { value: unescapeText(text.slice(start + 1, end)), end: end + 1 }
}

/** An odd number of backslashes before it. */
function isEscaped(text: string, at: number, floor: number): boolean {
  let backslash = at - 1
  while (backslash > floor && text.charCodeAt(backslash) === 0x5c) backslash--
  return (at - 1 - backslash) % 2 === 1
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\u0007'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
])

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/gs

/** Go's %q and JSON's escapes. What is no escape (C:\dir) stays as it is. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(ESCAPE, (whole, four, eight, two, letter) => {
    if (letter !== undefined) return ESCAPES.get(letter) ?? whole
    const code = Number.parseInt(four ?? eight ?? two, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

const EQUALS = 0x3d
const QUOTE = 0x22
const APOSTROPHE = 0x27

/** Where the name before the = starts, or -1 when what stands there is none. */
function nameStart(text: string, equals: number, floor: number): number {
  const least = Math.max(floor, equals - MAX_NAME)
  let start = equals
  while (start > least && isNameCode(text.charCodeAt(start - 1))) start--
  if (start === equals || !isNameStart(text.charCodeAt(start)) || !isNameEnd(text.charCodeAt(equals - 1))) return -1
  return start === 0 || isBoundary(text, start, floor) ? start : -1
}

/** A name follows a space, an opening bracket or a |; a comma or semicolon only right behind another pair. */
function isBoundary(text: string, start: number, floor: number): boolean {
  switch (text[start - 1]) {
    case ' ':
    case '\t':
    case '\n':
    case '(':
    case '[':
    case '{':
    case '|':
    case '<':
      return true
    case ',':
    case ';':
      return start - 1 === floor
    default:
      return false
  }
}

/** Where a bare value ends: at a space, or at a , or ; that another pair follows. */
function bareEnd(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) return at
    if ((code === 0x2c || code === 0x3b) && isPairAt(text, at + 1)) return at
    at++
  }
  return at
}

/** True when name= stands at `at`. The run it looks at has no comma, so that runs never overlap. */
function isPairAt(text: string, at: number): boolean {
  const start = at
  while (at < text.length && at - start <= MAX_NAME && isNameCode(text.charCodeAt(at))) at++
  return at > start && text.charCodeAt(at) === EQUALS && isNameStart(text.charCodeAt(start))
}

/** Drops what belongs to the sentence: a comma, semicolon or full stop at the end, and closing brackets that it did not open. */
function trimmedEnd(text: string, start: number, end: number): number {
  const least = Math.max(start, end - MAX_TRIMMED)
  while (end > least) {
    const last = text[end - 1]!
    if (last === ',' || last === ';' || last === '.' || last === '|' || last === '"' || last === "'") end--
    else if (CLOSING.has(last) && !text.slice(start, end).includes(CLOSING.get(last)!)) end--
    else return end
  }
  return end
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
  ['>', '<'],
])

/** Index behind the bracket that closes the one at `start`, or -1. */
function closingBracket(text: string, start: number): number {
  const limit = Math.min(text.length, start + MAX_BRACKETED)
  let depth = 0
  for (let at = start; at < limit; at++) {
    const code = text.charCodeAt(at)
    if (isOpening(code)) depth++
    else if ((code === 0x5d || code === 0x7d || code === 0x29) && --depth === 0) return at + 1
  }
  return -1
}

function skipRun(text: string, at: number): number {
  while (text.charCodeAt(at) === EQUALS) at++
  return at
}

/** [ { ( */
function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b || code === 0x28
}

/** End of text (NaN), space, = > ~: an empty value or an operator. */
function isNoValue(code: number): boolean {
  return !(code > 0x20) || code === EQUALS || code === 0x3e || code === 0x7e
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

function isNameStart(code: number): boolean {
  return isLetter(code) || code === 0x5f || code === 0x40
}

/** Letters, digits and _ : x-=1 and a.=b are no names. */
function isNameEnd(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x5f
}

/** Inside a name also . - @ and / (app.kubernetes.io/name). */
function isNameCode(code: number): boolean {
  return isNameEnd(code) || code === 0x2e || code === 0x2d || code === 0x40 || code === 0x2f
}
