/**
 * Says in one pass over a line's bytes whether any rule could have something to do in a record made from it. Never
 * false when one could; seldom true otherwise. It looks at every second pair of neighbouring bytes: each keyword is
 * registered by its rarest pair at an even and at an odd offset, and compared whole only where such a pair stands.
 */
import { hasCard } from './card.ts'
import { bigramsAt, compileKeyword, type Keyword, matchesAt } from './keyword.ts'

export type Prefilter = (bytes: Uint8Array, start: number, end: number) => boolean

/**
 * Text that is suspicious whatever the rules: escapes that a parser turns into letters (JSON's \u0070, \x70 and \160 of
 * quoted text), journald's messages as arrays of bytes, and colour codes inside a word.
 */
const SUSPICIOUS = [
  '\\u00',
  '\\x[346]',
  '\\x2[013-9A-Fa-f]',
  '\\x[57][0-9ABD-Fabd-f]',
  '\\[01][0-7][0-7]',
  '[[][0-9][0-9][0-9],',
  '[[][0-9][0-9],[0-9]',
  '[[][0-9],[0-9]',
  ':\\/',
  '[A-Za-z0-9_=:/@.-]\u001b[[]',
]

/** Bytes by how often log lines hold them, commonest first: what makes a pair rare. */
const COMMON = 'e"ot_nia:s,rdc0l1u-p2m5f36.4v879 gh=TEyb/wk{}jxIqz'

export function compilePrefilter(keywords: readonly Keyword[], cards: boolean): Prefilter {
  const all = [...keywords, ...SUSPICIOUS.map((source) => compileKeyword(source, true, -1))]
  const { isListed, lists } = register(all)
  return (bytes, start, end) => {
    noUserInfoBefore = 0
    // Every second pair: half the look-ups, and none waits for the one before.
    for (let i = start; i < end - 1; i += 2) {
      const pair = (bytes[i] << 8) | bytes[i + 1]
      if (isListed[pair] !== 0 && confirm(lists[pair]!, bytes, i, start, end)) return true
    }
    return cards && hasCard(bytes, start, end)
  }
}

interface Place {
  readonly keyword: Keyword
  /** Where in the keyword the pair stands. */
  readonly offset: number
}

function confirm(places: readonly Place[], bytes: Uint8Array, at: number, start: number, end: number): boolean {
  for (let i = 0; i < places.length; i++) {
    const from = at - places[i].offset
    if (from >= start && matchesAt(places[i].keyword, bytes, from, end) && isMeant(places[i].keyword, bytes, from, end))
      return true
  }
  return false
}

/** Two keywords stand in so many lines that they are looked at more closely: a URL, and a colour code behind a word. */
function isMeant(keyword: Keyword, bytes: Uint8Array, at: number, end: number): boolean {
  if (keyword.source === '://' || keyword.source === ':\\/') return hasUserInfo(bytes, at + 3, end)
  if (keyword.sets[1][0x1b] === 1 && keyword.rule === -1) return isWordBehindColour(bytes, at + 3, end)
  return true
}

/** Before this index no : is followed by an @ in one run, so that a run of :// is read once. Reset for every line. */
let noUserInfoBefore = 0

function hasUserInfo(bytes: Uint8Array, from: number, end: number): boolean {
  if (from < noUserInfoBefore) return false
  let colon = false
  let i = from
  for (; i < end; i++) {
    const byte = bytes[i]
    if (byte === 0x3a) colon = true
    else if (byte === 0x40 && colon) return true
    else if (byte <= 0x20 || byte === 0x22) break
  }
  noUserInfoBefore = i
  return false
}

function isWordBehindColour(bytes: Uint8Array, from: number, end: number): boolean {
  let i = from
  while (i < end && bytes[i] < 0x40) i++
  const next = bytes[i + 1] | 0x20
  return i + 1 < end && (bytes[i + 1] === 0x1b || (next >= 0x61 && next <= 0x7a) || (next >= 0x30 && next <= 0x3f))
}

/** Each keyword under its cheapest pair at an even and at an odd offset; a pair that is listed already costs nothing. */
function register(keywords: readonly Keyword[]): { isListed: Uint8Array; lists: (Place[] | undefined)[] } {
  const isListed = new Uint8Array(65_536)
  const lists: (Place[] | undefined)[] = new Array(65_536)
  const cost = (pair: number) => (isListed[pair] ? 0 : frequency(pair >> 8) * frequency(pair & 255))
  // Short keywords have no choice; they go first, so that longer ones can share their pairs.
  for (const keyword of keywords.toSorted((a, b) => a.sets.length - b.sets.length)) {
    for (const parity of [0, 1]) {
      let best: { offset: number; pairs: number[]; cost: number } | undefined
      for (let offset = parity; offset + 1 < keyword.sets.length; offset += 2) {
        const pairs = bigramsAt(keyword, offset)
        const sum = pairs.reduce((total, pair) => total + cost(pair), 0)
        if (best === undefined || sum < best.cost) best = { offset, pairs, cost: sum }
      }
      for (const pair of best!.pairs) {
        isListed[pair] = 1
        lists[pair] = [...(lists[pair] ?? []), { keyword, offset: best!.offset }]
      }
    }
  }
  return { isListed, lists }
}

function frequency(byte: number): number {
  const rank = COMMON.indexOf(String.fromCharCode(byte))
  return rank === -1 ? 0.02 : 1 / (rank + 2)
}
