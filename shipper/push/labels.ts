/**
 * Loki's label text, {level="info", node="a"}, read as a scanner: values are quoted as Go quotes and hold anything,
 * also what looks like the text around them.
 */
export type Labels = readonly (readonly [name: string, value: string])[]

/** The label set that starts at text[at]; undefined when none does. `end` is just behind its closing brace. */
export function scanLabels(text: string, at = 0): { labels: Labels; end: number } | undefined {
  if (text[at] !== '{') return undefined
  const labels: [string, string][] = []
  let i = skipSpace(text, at + 1)
  while (text[i] !== '}') {
    NAME.lastIndex = i
    const name = NAME.exec(text)?.[1]
    if (name === undefined) return undefined
    const value = scanQuoted(text, NAME.lastIndex)
    if (value === undefined) return undefined
    labels.push([name, value.value])
    i = skipSpace(text, value.end)
    if (text[i] === ',') i = skipSpace(text, i + 1)
    else if (text[i] !== '}') return undefined
  }
  return { labels, end: i + 1 }
}

/**
 * The same text for the same stream, however it was quoted. Without the labels that Loki adds on its own:
 * service_name (discover_service_name) and __stream_shard__ (shard_streams).
 */
export function streamKey(labels: Labels): string {
  const own = labels.filter(([name]) => name !== 'service_name' && name !== '__stream_shard__')
  return JSON.stringify([...own].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

/** Names may hold dots and UTF-8 in newer Lokis: whatever is not part of the syntax. */
const NAME = /([^\s"'={},]+)\s*=\s*/y
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
])
const CODE_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

function scanQuoted(text: string, at: number): { value: string; end: number } | undefined {
  if (text[at] === '`') {
    const end = text.indexOf('`', at + 1)
    return end < 0 ? undefined : { value: text.slice(at + 1, end), end: end + 1 }
  }
  if (text[at] !== '"') return undefined
  let value = ''
  let from = at + 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === '"') return { value: value + text.slice(from, i), end: i + 1 }
    if (text[i] !== '\\') continue
    value += text.slice(from, i)
    const mark = text[i + 1] ?? ''
    const digits = CODE_DIGITS.get(mark) ?? 0
    const code = Number.parseInt(text.slice(i + 2, i + 2 + digits), 16)
    if (digits > 0 && code <= 0x10ffff) value += String.fromCodePoint(code)
    else value += ESCAPES.get(mark) ?? mark
    i += 1 + digits
    from = i + 1
  }
  return undefined
}

function skipSpace(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n') at++
  return at
}
