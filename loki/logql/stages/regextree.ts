/**
 * Go's syntax tree of the regular expressions that Loki turns into plain searches: literals, `.*`, `.+`, groups and
 * alternatives, with the common starts of alternatives factored out as regexp/syntax does. Undefined for all others.
 */
export type RegexTree =
  | { readonly kind: 'literal'; readonly text: string; readonly isFolded: boolean }
  | { readonly kind: 'any-star' | 'any-plus' | 'empty' }
  | { readonly kind: 'concat' | 'alternate'; readonly parts: readonly RegexTree[] }

const EMPTY: RegexTree = { kind: 'empty' }
/** Groups in groups; deeper ones are left to the regular expression. */
const MAX_DEPTH = 100

/** Thrown inside for what this does not know; never leaves the file. */
const UNKNOWN = new Error('not a plain expression')

export function parseRegexTree(source: string): RegexTree | undefined {
  try {
    const reader = { chars: [...source], at: 0, depth: 0 }
    const tree = readAlternatives(reader, false)
    return reader.at === reader.chars.length ? tree : undefined
  } catch (error) {
    if (error === UNKNOWN) return undefined
    throw error
  }
}

interface Reader {
  readonly chars: readonly string[]
  at: number
  depth: number
}

function readAlternatives(reader: Reader, isFolded: boolean): RegexTree {
  if (++reader.depth > MAX_DEPTH) throw UNKNOWN
  const state = { isFolded }
  const alternatives = [readConcat(reader, state)]
  while (reader.chars[reader.at] === '|') {
    reader.at++
    alternatives.push(readConcat(reader, state))
  }
  reader.depth--
  return alternate(alternatives)
}

/** A flag group like (?i) holds until its parenthesis closes, over alternatives too. */
function readConcat(reader: Reader, state: { isFolded: boolean }): RegexTree {
  const parts: RegexTree[] = []
  for (; reader.at < reader.chars.length; ) {
    const char = reader.chars[reader.at]!
    if (char === '|' || char === ')') break
    if (isAt(reader, '(?i)')) {
      reader.at += 4
      state.isFolded = true
      continue
    }
    parts.push(readAtom(reader, state.isFolded))
  }
  return concat(parts)
}

function readAtom(reader: Reader, isFolded: boolean): RegexTree {
  const char = reader.chars[reader.at]!
  if (char === '(') return readGroup(reader, isFolded)
  if (char === '.') {
    const mark = reader.chars[reader.at + 1]
    if (mark !== '*' && mark !== '+') throw UNKNOWN
    reader.at += reader.chars[reader.at + 2] === '?' ? 3 : 2
    refuseRepetition(reader)
    return { kind: mark === '*' ? 'any-star' : 'any-plus' }
  }
  if ('^$*+?{'.includes(char)) throw UNKNOWN
  let text = char
  let length = 1
  if (char === '\\') {
    text = reader.chars[reader.at + 1] ?? ''
    length = 2
    if (!/^[!-/:-@[-`{-~]$/.test(text)) throw UNKNOWN
  } else if (char === '[') {
    // Go makes a literal of a class of one character.
    text = reader.chars[reader.at + 1] ?? ''
    length = 3
    if (reader.chars[reader.at + 2] !== ']' || '^[]\\'.includes(text)) throw UNKNOWN
  }
  reader.at += length
  refuseRepetition(reader)
  return { kind: 'literal', text: isFolded ? leastFold(text) : text, isFolded }
}

/** Go's parser stores the least of the characters that (?i) takes for one: ſ is S, ς is Σ. Loki then looks for i for İ. */
function leastFold(char: string): string {
  if (char === '\u0130') return 'i'
  const upper = char.toUpperCase()
  return [...upper].length === 1 && upper.codePointAt(0)! < char.codePointAt(0)! ? upper : char
}

function readGroup(reader: Reader, isFolded: boolean): RegexTree {
  let folded = isFolded
  if (isAt(reader, '(?:')) reader.at += 3
  else if (isAt(reader, '(?i:')) {
    reader.at += 4
    folded = true
  } else if (isAt(reader, '(?')) throw UNKNOWN
  else {
    reader.at++
    // A capture (here: a concat of one) is a step of its own until Loki takes it away: it does not join its neighbours.
    const inner = readAlternatives(reader, folded)
    closeGroup(reader)
    return { kind: 'concat', parts: [inner] }
  }
  const inner = readAlternatives(reader, folded)
  closeGroup(reader)
  return inner
}

function closeGroup(reader: Reader): void {
  if (reader.chars[reader.at] !== ')') throw UNKNOWN
  reader.at++
  refuseRepetition(reader)
}

function refuseRepetition(reader: Reader): void {
  if ('*+?{'.includes(reader.chars[reader.at] ?? ' ')) throw UNKNOWN
}

function isAt(reader: Reader, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (reader.chars[reader.at + i] !== text[i]) return false
  return true
}

function concat(parts: readonly RegexTree[]): RegexTree {
  const merged: RegexTree[] = []
  const flat = parts.flatMap((part) => (part.kind === 'concat' && part.parts.length > 1 ? part.parts : [part]))
  for (const part of flat) {
    const last = merged.at(-1)
    if (last?.kind === 'literal' && part.kind === 'literal' && last.isFolded === part.isFolded) {
      merged[merged.length - 1] = { ...last, text: last.text + part.text }
    } else merged.push(part)
  }
  if (merged.length === 0) return EMPTY
  return merged.length === 1 ? merged[0]! : { kind: 'concat', parts: merged }
}

/** With common starts in front, as Go's parser leaves them; single characters side by side become a class, which is unknown here. */
function alternate(list: readonly RegexTree[]): RegexTree {
  const parts: RegexTree[] = []
  for (let from = 0; from < list.length; ) {
    let common = leadingText(list[from]!)
    let to = from + 1
    for (; to < list.length && common !== undefined; to++) {
      const shared = sharedStart(common, leadingText(list[to]!))
      if (shared === undefined) break
      common = shared
    }
    if (to - from === 1 || common === undefined) parts.push(list[from]!)
    else {
      const { text } = common
      const rest = alternate(list.slice(from, to).map((tree) => withoutStart(tree, text)))
      parts.push({ kind: 'concat', parts: [{ kind: 'literal', ...common }, rest] })
    }
    from = common === undefined ? from + 1 : to
  }
  for (let i = 1; i < parts.length; i++) if (isOneChar(parts[i - 1]!) && isOneChar(parts[i]!)) throw UNKNOWN
  const clean = parts.filter((part, i) => part.kind !== 'empty' || parts[i - 1]?.kind !== 'empty')
  return clean.length === 1 ? clean[0]! : { kind: 'alternate', parts: clean }
}

interface Leading {
  readonly text: string
  readonly isFolded: boolean
}

function leadingText(tree: RegexTree): Leading | undefined {
  const first = tree.kind === 'concat' && tree.parts.length > 1 ? tree.parts[0]! : tree
  return first.kind === 'literal' ? { text: first.text, isFolded: first.isFolded } : undefined
}

function sharedStart(a: Leading, b: Leading | undefined): Leading | undefined {
  if (b === undefined || a.isFolded !== b.isFolded) return undefined
  const fold = (text: string) => (a.isFolded ? text.toLowerCase() : text)
  const x = [...a.text]
  const y = [...b.text]
  let length = 0
  while (length < x.length && length < y.length && fold(x[length]!) === fold(y[length]!)) length++
  return length === 0 ? undefined : { text: x.slice(0, length).join(''), isFolded: a.isFolded }
}

function withoutStart(tree: RegexTree, start: string): RegexTree {
  const parts = tree.kind === 'concat' ? tree.parts : [tree]
  const [first, ...rest] = parts
  const text = first?.kind === 'literal' ? first.text.slice(start.length) : ''
  return concat(text === '' ? rest : [{ ...(first as Leading), kind: 'literal', text }, ...rest])
}

function isOneChar(tree: RegexTree): boolean {
  return tree.kind === 'literal' && [...tree.text].length === 1
}
