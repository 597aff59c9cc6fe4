/** Picks for each keyword the pairs of neighbouring bytes that clean log lines hold least, and lists keywords by them. */
import { pairCounts } from '../terms/pair-counts.ts'
import { bigramsAt, type Keyword } from './keyword.ts'

export interface Place {
  readonly keyword: Keyword
  /** Where in the keyword the pair stands. */
  readonly offset: number
}

/** Keywords that the prefilter looks at more closely where they stand. */
export const ANY_KEY = '[^\u0000]key[^a-rt-z]'
export const SCHEME = '://'
const LOOKED_AT = new Set([ANY_KEY, SCHEME])

export interface Bigrams {
  /** By pair (first * 256 + second): 0, or the pair's number. */
  readonly ids: Uint16Array
  /** By number: the keywords that the pair may be part of. */
  readonly lists: readonly (readonly Place[])[]
  /** By number * 256 + byte: BEFORE and AFTER, when any of these keywords may have this byte there. */
  readonly around: Uint8Array
}

/** Flags of a byte that may stand before a pair, and behind it. */
export const BEFORE = 1
export const AFTER = 2

/** Each keyword under its cheapest pair at an even and at an odd offset: one of them is met at every second step. */
export function registerBigrams(keywords: readonly Keyword[]): Bigrams {
  const places = new Map<number, Place[]>()
  const often = pairCounts()
  // Short keywords have no choice; they go first, so that longer ones can share their pairs.
  for (const keyword of withoutCovered(keywords).toSorted((a, b) => a.sets.length - b.sets.length)) {
    for (const parity of [0, 1]) {
      const { offset, pairs } = cheapest(keyword, parity, (pair) => often[pair] * (places.has(pair) ? 0.5 : 1))
      for (const pair of pairs) places.set(pair, [...(places.get(pair) ?? []), { keyword, offset }])
    }
  }
  const { ids, lists } = numbered(places)
  return { ids, lists, around: neighbours(lists) }
}

/** One number for all pairs that list the same (a letter's cases), so that the tables stay small and near. */
function numbered(places: ReadonlyMap<number, Place[]>): Pick<Bigrams, 'ids' | 'lists'> {
  const ids = new Uint16Array(65_536)
  const lists: Place[][] = [[]]
  const known = new Map<string, number>()
  const numbers = new Map<Keyword, number>()
  for (const [pair, list] of places) {
    for (const { keyword } of list) if (!numbers.has(keyword)) numbers.set(keyword, numbers.size)
    const key = list.map(({ keyword, offset }) => `${numbers.get(keyword)}@${offset}`).join()
    if (!known.has(key)) known.set(key, lists.push(list) - 1)
    ids[pair] = known.get(key)!
  }
  return { ids, lists }
}

/** A keyword inside which another one stands whatever its sets hold says nothing that the other does not. */
function withoutCovered(keywords: readonly Keyword[]): Keyword[] {
  const kept: Keyword[] = []
  for (const keyword of keywords.toSorted((a, b) => a.sets.length - b.sets.length)) {
    if (!kept.some((other) => covers(other, keyword))) kept.push(keyword)
  }
  return kept
}

function covers(other: Keyword, keyword: Keyword): boolean {
  // What is suspicious in itself, and what is looked at more closely, does not stand for another.
  if (other.rule < 0 || LOOKED_AT.has(other.source)) return false
  for (let at = 0; at + other.sets.length <= keyword.sets.length; at++) {
    if (other.sets.every((set, i) => isSubset(keyword.sets[at + i], set))) return true
  }
  return false
}

function isSubset(set: Uint8Array, of: Uint8Array): boolean {
  // Nearly always the first member says it.
  return of[set.indexOf(1)] === 1 && set.every((has, byte) => has <= of[byte])
}

function cheapest(keyword: Keyword, parity: number, cost: (pair: number) => number) {
  let best: { offset: number; pairs: number[]; cost: number } | undefined
  for (let offset = parity; offset + 1 < keyword.sets.length; offset += 2) {
    const pairs = bigramsAt(keyword, offset)
    const sum = pairs.reduce((total, pair) => total + cost(pair), 0)
    if (best === undefined || sum < best.cost) best = { offset, pairs, cost: sum }
  }
  return best!
}

function neighbours(lists: readonly (readonly Place[])[]): Uint8Array {
  const table = new Uint8Array(lists.length * 256)
  for (const [id, places] of lists.entries()) {
    for (const { keyword, offset } of places) {
      const before = keyword.sets[offset - 1]
      const after = keyword.sets[offset + 2]
      for (let byte = 0; byte < 256; byte++) {
        if (before === undefined || before[byte] === 1) table[id * 256 + byte] |= BEFORE
        if (after === undefined || after[byte] === 1) table[id * 256 + byte] |= AFTER
      }
    }
  }
  return table
}
