/**
 * Keywords: the short texts without which a rule cannot match. A letter stands for both its cases unless the keyword
 * is exact; `[…]` is a set of characters as in a RegExp class (always exact), `[^…]` its opposite.
 */

export interface Keyword {
  readonly source: string
  /** Index of the rule it belongs to; -1 for text that is suspicious in itself. */
  readonly rule: number
  /** One set of bytes a character: sets[i][byte] is 1 when it may stand there. */
  readonly sets: readonly Uint8Array[]
}

export function compileKeyword(source: string, exact: boolean, rule: number): Keyword {
  const sets: Uint8Array[] = []
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '[') {
      const close = source.indexOf(']', i + 1)
      sets.push(classOf(source.slice(i + 1, close)))
      i = close
    } else {
      sets.push(setOf(exact ? [source[i]] : [source[i].toLowerCase(), source[i].toUpperCase()]))
    }
  }
  if (sets.length < 3) throw new Error(`keyword ${source} is shorter than three characters`)
  return { source, rule, sets }
}

export function matchesAt(keyword: Keyword, bytes: Uint8Array, at: number, end: number): boolean {
  const { sets } = keyword
  if (at + sets.length > end) return false
  for (let i = 0; i < sets.length; i++) if (sets[i][bytes[at + i]] === 0) return false
  return true
}

/** Every two bytes that may stand at `offset` and behind it, each as first * 256 + second. */
export function bigramsAt(keyword: Keyword, offset: number): number[] {
  const pairs: number[] = []
  const [first, second] = [keyword.sets[offset], keyword.sets[offset + 1]]
  for (let a = 0; a < 256; a++) {
    if (first[a] === 0) continue
    for (let b = 0; b < 256; b++) if (second[b] !== 0) pairs.push(a * 256 + b)
  }
  return pairs
}

function setOf(characters: readonly string[]): Uint8Array {
  const set = new Uint8Array(256)
  // Of a letter beyond a byte the low one: what text looks like when it is cut to bytes.
  for (const character of characters) set[character.charCodeAt(0) & 0xff] = 1
  return set
}

function classOf(source: string): Uint8Array {
  const negated = source[0] === '^'
  const set = new Uint8Array(256)
  for (let i = negated ? 1 : 0; i < source.length; i++) {
    const from = source.charCodeAt(i)
    const isRange = source[i + 1] === '-' && i + 2 < source.length
    const to = isRange ? source.charCodeAt(i + 2) : from
    set.fill(1, from, to + 1)
    if (isRange) i += 2
  }
  return negated ? set.map((value) => 1 - value) : set
}
