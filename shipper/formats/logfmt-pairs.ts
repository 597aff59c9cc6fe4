/** Lines that are made of key=value pairs and nothing else. */
import { addField, type Fields } from '../terms/json.ts'
import { readQuoted, unescapeText } from './key-values.ts'

export interface LogfmtLine {
  readonly fields: Fields
  readonly pairs: number
  /** Keys without a value; their field is true. */
  readonly bare: number
}

/** undefined when something stands in the line that is neither a pair nor a bare key. Values are text. Linear time. */
export function readLogfmt(text: string): LogfmtLine | undefined {
  if (!text.includes('=')) return undefined
  const fields: Fields = new Map()
  let pairs = 0
  let bare = 0
  let at = skipSpaces(text, 0)
  while (at < text.length) {
    const name = readName(text, at)
    if (name === undefined) return undefined
    at = name.end
    if (text.charCodeAt(at) !== EQUALS) {
      if (++bare > 2 && bare > pairs) return undefined
      addField(fields, name.value, true)
    } else {
      const value = readValue(text, at + 1)
      if (value === undefined) return undefined
      addField(fields, name.value, value.value)
      at = value.end
      pairs++
    }
    at = skipSpaces(text, at)
  }
  return pairs === 0 ? undefined : { fields, pairs, bare }
}

interface Part {
  readonly value: string
  readonly end: number
}

const EQUALS = 0x3d
const QUOTE = 0x22
const APOSTROPHE = 0x27

/** Up to the = or space; slog quotes a key that has spaces in it. */
function readName(text: string, start: number): Part | undefined {
  if (text.charCodeAt(start) === QUOTE) {
    const quoted = readQuoted(text, start)
    return quoted !== undefined && text.charCodeAt(quoted.end) === EQUALS ? quoted : undefined
  }
  let end = start
  while (end < text.length && isNameCode(text.charCodeAt(end))) end++
  const behind = text.charCodeAt(end)
  if (end === start || !isNameStart(text.charCodeAt(start))) return undefined
  return behind === EQUALS || !(behind > 0x20) ? { value: text.slice(start, end), end } : undefined
}

/** Quoted, or up to the next space; the quotes of a line that was cut need not close. */
function readValue(text: string, start: number): Part | undefined {
  const first = text.charCodeAt(start)
  if (first === QUOTE) {
    const quoted = readQuoted(text, start)
    if (quoted === undefined) return { value: unescapeText(text.slice(start + 1)), end: text.length }
    return behindQuotes(text, quoted)
  }
  // lograge quotes with apostrophes; elsewhere one is a character like any other.
  const quoted = first === APOSTROPHE ? readQuoted(text, start) : undefined
  const part = quoted === undefined ? undefined : behindQuotes(text, quoted)
  if (part !== undefined) return part
  // a==b, a=>b: an operator, not a pair.
  if (first === EQUALS || first === 0x3e) return undefined
  let end = start
  while (isValueCode(text.charCodeAt(end))) end++
  return { value: text.slice(start, end), end }
}

/** Only white space ends a value: a NUL within one is hostile, or binary, but the value's. False at the text's end. */
function isValueCode(code: number): boolean {
  return code > 0x20 || code < 0x09 || (code > 0x0d && code < 0x20)
}

/** Behind the closing quote stands a space, the end, or a comma and one of these. */
function behindQuotes(text: string, quoted: Part): Part | undefined {
  const { value, end } = quoted
  if (!(text.charCodeAt(end) > 0x20)) return quoted
  return text[end] === ',' && !(text.charCodeAt(end + 1) > 0x20) ? { value, end: end + 1 } : undefined
}

function skipSpaces(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}

function isNameStart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x40 || code > 0x7f
  )
}

/** Letters, digits, and what libraries put into names: . _ - / @ : $ # [ ]. */
function isNameCode(code: number): boolean {
  return isNameStart(code) || (code >= 0x2d && code <= 0x3a) || NAME_MARKS.has(code)
}

const NAME_MARKS = new Set([...'$#[]'].map((mark) => mark.charCodeAt(0)))

/** time=1777975872|hostname=fw1|…: a first pair that ends at a bar, with the next behind it. */
export const BARRED = /^\w{1,40}=[^\s|=]{1,60}\|\w{1,40}=/

/** Pairs between bars, values with spaces and all. A part that is no pair goes on the value before it. */
export function readBarred(text: string): LogfmtLine {
  const fields: Fields = new Map()
  let last = ''
  for (const part of text.split('|')) {
    const name = /^(\w{1,40})=/.exec(part)?.[1]
    if (name !== undefined && !fields.has(name)) fields.set((last = name), part.slice(name.length + 1))
    else fields.set(last, `${fields.get(last)}|${part}`)
  }
  return { fields, pairs: fields.size, bare: 0 }
}
