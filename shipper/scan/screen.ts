/**
 * Finds where in a line one of many texts may stand; in most lines nowhere. It looks at every second pair of neighbouring
 * bytes, or where the texts are long enough at every fourth or eighth: each text is registered by its rarest pair at each
 * offset modulo that step, one of which is met wherever it stands. Where a registered pair is met, the pairs before and
 * after it are looked at as well, so that hardly anything but a text is told of.
 */
import { pairCounts } from '../terms/pair-counts.ts'
import { type Pair, pairsAt, wordsAt } from './pairs.ts'

/** A text at one offset, by the pair that stands there. */
interface Place {
  readonly text: string
  readonly at: number
}

/** What words of two bytes say, each by a bit of the bucket that a place is in: so many texts share three tables. */
interface Tables {
  readonly flags: Uint8Array
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** How far before its pair a text begins, at most. */
  readonly reach: Uint8Array
}

export class Screen {
  /** By pair of bytes, as the machine reads two of them at once: the buckets of the places that are registered by it. */
  private readonly flags: Uint8Array
  /** Of the pair before and after: the buckets that have a place with such a neighbour. */
  private readonly before: Uint8Array
  private readonly after: Uint8Array
  private readonly reach: Uint8Array
  private block: Uint8Array = new Uint8Array(0)
  private words: Uint16Array = new Uint16Array(0)
  /** 1: the block begins in the middle of a word. */
  private shift = 0
  /** In words of two bytes: a power of two. */
  private readonly step: number

  /** Of three characters at least, in small letters; capitals are the same. */
  constructor(texts: readonly string[]) {
    const { stride, places } = cheapest(texts)
    this.step = stride / 2
    const { flags, before, after, reach } = tablesOf(places)
    this.flags = flags
    this.before = before
    this.after = after
    this.reach = reach
  }

  /** What it was asked about last: another block costs some time at first. */
  knows(bytes: Uint8Array): boolean {
    return bytes === this.block
  }

  /** How far before a pair a text may begin that is registered by it. `at`: of next(). */
  reachAt(at: number): number {
    return this.reach[this.words[(at - this.shift) >> 1]]
  }

  /** Where next() goes on. */
  get stepBytes(): number {
    return 2 * this.step
  }

  /** Where the next pair stands that a text is registered by, in bytes[from..end); -1: nowhere. */
  next(bytes: Uint8Array, from: number, end: number): number {
    if (bytes !== this.block) this.read(bytes)
    const { flags, words, shift, step } = this
    // The last pair may hold a byte behind the end: that finds more, and misses nothing.
    const stop = Math.min((end - shift + 1) >> 1, words.length)
    let at = (from - shift + 1) >> 1
    for (; at + 3 * step < stop; at += 4 * step) {
      if (
        (flags[words[at]] | flags[words[at + step]] | flags[words[at + 2 * step]] | flags[words[at + 3 * step]]) ===
        0
      )
        continue
      for (let word = at; word <= at + 3 * step; word += step) if (this.stands(word)) return 2 * word + shift
    }
    for (; at < stop; at += step) if (flags[words[at]] !== 0 && this.stands(at)) return 2 * at + shift
    return -1
  }

  /** Whether the pair's neighbours are those of a text that it is registered for. */
  private stands(at: number): boolean {
    const { words } = this
    let buckets = this.flags[words[at]]
    // At the block's ends a neighbour may be half there.
    if (at > 0) buckets &= this.before[words[at - 1]]
    if (at + 1 < words.length) buckets &= this.after[words[at + 1]]
    return buckets !== 0
  }

  private read(bytes: Uint8Array): void {
    const shift = bytes.byteOffset & 1
    const length = Math.max(0, bytes.length - shift) >> 1
    this.block = bytes
    this.shift = shift
    this.words = new Uint16Array(bytes.buffer, length === 0 ? 0 : bytes.byteOffset + shift, length)
  }
}

/** Bytes. A text has a pair at each offset modulo those that are less than its length. */
const STRIDES = [2, 4, 8] as const
/** What a registered pair costs that is met, in pairs that are passed over. */
const MET_COST = 12

/** Of all screens: each field that rules are on has one. */
let typical: { readonly counts: Float64Array; readonly total: number } | undefined

function countPairs(): { readonly counts: Float64Array; readonly total: number } {
  const counts = pairCounts()
  return { counts, total: counts.reduce((sum, count) => sum + count, 0) }
}

/** A larger step looks at less, and leaves less choice of pairs: common ones are met so often that it is no gain. */
function cheapest(texts: readonly string[]): { readonly stride: number; readonly places: readonly Place[] } {
  const shortest = Math.min(...texts.map(({ length }) => length))
  typical ??= countPairs()
  const { counts, total } = typical
  const ways = STRIDES.filter((stride) => stride < shortest).map((stride) => {
    const { places, met } = register(texts, stride, counts)
    return { stride, places, cost: (1 + (MET_COST * met) / total) / stride }
  })
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best))
}

/** `met`: how often such pairs are met, in the unit of `counts`. */
function register(texts: readonly string[], stride: number, counts: Float64Array): { places: Place[]; met: number } {
  const taken = new Set<number>()
  const costOf = ([first, second]: Pair) => {
    const word = (first << 8) | second
    return taken.has(word) ? 0 : counts[word]
  }
  const places: Place[] = []
  let met = 0
  // Short texts have no choice; they go first, so that longer ones can share their pairs.
  for (const text of texts.toSorted((a, b) => a.length - b.length)) {
    for (let phase = 0; phase < stride; phase++) {
      const { at, cost } = rarest(text, phase, stride, costOf)
      places.push({ text, at })
      met += cost
      for (const [first, second] of pairsAt(text, at)) taken.add((first << 8) | second)
    }
  }
  return { places, met }
}

/** The rarest of the pairs at every `stride`th place of a text, from `phase` on. */
function rarest(
  text: string,
  phase: number,
  stride: number,
  costOf: (pair: Pair) => number,
): { readonly at: number; readonly cost: number } {
  let best = { at: phase, cost: Number.POSITIVE_INFINITY }
  for (let at = phase; at + 1 < text.length; at += stride) {
    const cost = pairsAt(text, at).reduce((total, pair) => total + costOf(pair), 0)
    if (cost < best.cost) best = { at, cost }
  }
  return best
}

const BUCKETS = 8

function tablesOf(places: readonly Place[]): Tables {
  const [flags, before, after] = [0, 0, 0].map(() => new Uint8Array(65_536))
  const reach = new Uint8Array(65_536)
  /** Buckets with a place that has nothing before or after it. */
  let anyBefore = 0
  let anyAfter = 0
  for (const [index, { text, at }] of places.toSorted(byNeighbours).entries()) {
    const bucket = 1 << Math.floor((index * BUCKETS) / places.length)
    for (const word of wordsAt(text, at)) {
      flags[word] |= bucket
      reach[word] = Math.max(reach[word], at)
    }
    if (at === 0) anyBefore |= bucket
    else for (const word of wordsAt(text, at - 2)) before[word] |= bucket
    if (at + 2 >= text.length) anyAfter |= bucket
    else for (const word of wordsAt(text, at + 2)) after[word] |= bucket
  }
  for (let word = 0; word < 65_536; word++) {
    before[word] |= anyBefore
    after[word] |= anyAfter
  }
  return { flags, before, after, reach }
}

/** So that those share a bucket that know as much of their neighbours, and the same pair. */
function byNeighbours(a: Place, b: Place): number {
  return known(a) - known(b) || pairOf(a) - pairOf(b)
}

/** How many bytes before and after the pair are those of the text. */
function known({ text, at }: Place): number {
  return 3 * Math.min(at, 2) + Math.min(text.length - at - 2, 2)
}

function pairOf({ text, at }: Place): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1)
}
