/** Go's strconv.Quote and Unquote, in which LogQL and Loki's label texts are written. */

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
])
const NAMES: ReadonlyMap<string, string> = new Map([...ESCAPES].map(([letter, char]) => [char, `\\${letter}`]))

const PLAIN = /^[ !#-[\]-~]*$/
const ESCAPED = /["\\]|[^\P{C}]|[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu

export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : `"${text.replace(ESCAPED, escapeChar)}"`
}

function escapeChar(char: string): string {
  const name = char === "'" ? undefined : NAMES.get(char)
  if (name !== undefined) return name
  const code = char.codePointAt(0)!
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code & 0xff).toString(16)}`
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** Unquotes "…", '…' or `…`; undefined when it is not a whole quoted text or an escape is wrong. */
export function unquote(quoted: string): string | undefined {
  const mark = quoted[0]
  if (quoted.length < 2 || mark !== quoted.at(-1)) return undefined
  const inner = quoted.slice(1, -1)
  if (mark === '`') return inner.includes('`') ? undefined : inner.replaceAll('\r', '')
  if (!inner.includes('\\')) return inner.includes('\n') ? undefined : inner
  return unescapeText(inner, mark!)
}

const NUMBERED = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y

function unescapeText(inner: string, mark: string): string | undefined {
  let text = ''
  let bytes: number[] = []
  const flush = () => {
    if (bytes.length > 0) text += Buffer.from(bytes).toString('utf8')
    bytes = []
  }
  for (let i = 0; i < inner.length; i++) {
    const char = inner[i]!
    if (char === '\n') return undefined
    if (char !== '\\') {
      flush()
      text += char
      continue
    }
    const next = inner[++i]
    const plain = next === undefined ? undefined : ESCAPES.get(next)
    if (plain !== undefined) {
      if ((next === "'" || next === '"') && next !== mark) return undefined
      flush()
      text += plain
      continue
    }
    NUMBERED.lastIndex = i
    const match = NUMBERED.exec(inner)
    if (match === null) return undefined
    i = NUMBERED.lastIndex - 1
    const code =
      match[4] === undefined ? Number.parseInt(match[1] ?? match[2] ?? match[3]!, 16) : Number.parseInt(match[4], 8)
    // \x and octal escapes are bytes, which together may make one character.
    if (match[1] !== undefined || match[4] !== undefined) {
      if (code > 255) return undefined
      bytes.push(code)
      continue
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
    flush()
    text += String.fromCodePoint(code)
  }
  flush()
  return text
}
