/** Texts as Go treats them: spaces, escapes, and the names that labels may have. */

// Go's unicode.IsSpace, which is not JavaScript's: with U+0085, without U+FEFF.
const SPACE = '[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const LEADING = new RegExp(`^${SPACE}+`)
const IS_SPACE = new RegExp(SPACE)

/** Go's strings.TrimSpace. */
export function trimSpace(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text, end - 1)) end--
  return text.slice(0, end).replace(LEADING, '')
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 32 || (code >= 9 && code <= 13) || (code >= 0x85 && IS_SPACE.test(text[at]!))
}

/** A label name of a field's name: what a name may not hold becomes _. '' for a blank one. */
export function sanitizeName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name
  const trimmed = trimSpace(name)
  return (/^[0-9]/.test(trimmed) ? '_' : '') + trimmed.replace(/[^a-zA-Z0-9_]/gu, '_')
}

/** The name of a member inside objects: the prefix, _ and its own name; a blank one adds nothing. */
export function memberName(prefix: string, key: string): string {
  if (prefix === '') return sanitizeName(key)
  const trimmed = trimSpace(key)
  return trimmed === '' ? prefix : `${prefix}_${trimmed.replace(/[^a-zA-Z0-9_]/gu, '_')}`
}

/** What Loki puts in place of a character that is none. */
export function withoutInvalid(text: string): string {
  return text.includes('\ufffd') ? text.replaceAll('\ufffd', ' ') : text
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/** JSON's escapes as grafana/jsonparser reads them; undefined for a wrong one. Other characters stand for themselves. */
export function unescapeJson(text: string): string | undefined {
  return unescapeText(text, jsonUnicode, false)
}

/** JSON's escapes as Loki's logfmt reads them: also \', and a lone surrogate is U+FFFD. */
export function unescapeLogfmt(text: string): string | undefined {
  return unescapeText(text, logfmtUnicode, true)
}

type ReadUnicode = (text: string, at: number) => { readonly char: string; readonly length: number } | undefined

function unescapeText(text: string, readUnicode: ReadUnicode, hasApostrophe: boolean): string | undefined {
  let slash = text.indexOf('\\')
  if (slash < 0) return text
  let result = ''
  let from = 0
  while (slash >= 0) {
    result += text.slice(from, slash)
    const letter = text[slash + 1] ?? ''
    if (letter === 'u') {
      const read = readUnicode(text, slash)
      if (read === undefined) return undefined
      result += read.char
      from = slash + read.length
    } else {
      const char = hasApostrophe && letter === "'" ? letter : ESCAPES.get(letter)
      if (char === undefined) return undefined
      result += char
      from = slash + 2
    }
    slash = text.indexOf('\\', from)
  }
  return result + text.slice(from)
}

const HEX = /\\u([0-9a-fA-F]{4})/y

function unitAt(text: string, at: number): number {
  HEX.lastIndex = at
  const match = HEX.exec(text)
  return match === null ? -1 : Number.parseInt(match[1]!, 16)
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

function jsonUnicode(text: string, at: number) {
  const unit = unitAt(text, at)
  if (unit < 0) return undefined
  if (!isSurrogate(unit)) return { char: String.fromCharCode(unit), length: 6 }
  const second = unitAt(text, at + 6)
  // It asks of the second half no more than this.
  if (second < 0xdc00) return undefined
  return { char: charOf(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00)), length: 12 }
}

function logfmtUnicode(text: string, at: number) {
  const unit = unitAt(text, at)
  if (unit < 0) return undefined
  if (!isSurrogate(unit)) return { char: String.fromCharCode(unit), length: 6 }
  const second = unitAt(text, at + 6)
  if (unit < 0xdc00 && second >= 0xdc00 && second <= 0xdfff) {
    return { char: String.fromCharCode(unit, second), length: 12 }
  }
  return { char: '\ufffd', length: 6 }
}

function charOf(code: number): string {
  return code > 0x10ffff || isSurrogate(code) ? '\ufffd' : String.fromCodePoint(code)
}
