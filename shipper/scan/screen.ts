/**
 * Finds where in a line one of many texts may stand; in most lines nowhere. It looks at every second pair of neighbouring
 * bytes, or where the texts are long enough at every fourth or eighth: each text is registered by its rarest pair at each
 * offset modulo that step, one of which is met wherever it stands. Where a registered pair is met, the pairs before and
 * after it are looked at as well, so that hardly anything but a text is told of.
 */
import { pairCounts } from '../terms/pair-counts.ts'
import { NARROW, narrow, ScreenedText, wordOf } from './pairs.ts'

/** A text at one offset, by the pair that stands there. */
interface Place {
  readonly text: ScreenedText
  readonly at: number
}

/** What pairs say, each by a bit of the bucket that a place is in: so many texts share three tables. */
interface Tables {
  /** By word; the others by what is left of one (see narrow). */
  readonly flags: Uint8Array
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** Buckets with a place that has nothing of its text before its pair, or behind it. */
  readonly anyBefore: number
  readonly anyAfter: number
  /** How far before its pair a text begins, at most. */
  readonly reach: Uint8Array
}

export class Screen {
  /** By pair of bytes, as the machine reads two of them at once: the buckets of the places that are registered by it. */
  private readonly flags: Uint8Array
  private readonly tables: Tables
  private block: Uint8Array = new Uint8Array(0)
  private words: Uint16Array = new Uint16Array(0)
  /** 1: the block begins in the middle of a word. */
  private shift = 0
  /** In words of two bytes: a power of two. */
  private readonly step: number

  /** Of three characters at least, in small letters; capitals are the same. */
  constructor(texts: readonly string[]) {
    // Short texts have no choice of pairs; they go first, so that longer ones can share theirs.
    const { stride, places } = cheapest(
      texts.toSorted((a, b) => a.length - b.length).map((text) => new ScreenedText(text)),
    )
    this.step = stride / 2
    this.tables = tablesOf(places)
    this.flags = this.tables.flags
  }

  /** What it was asked about last: another block costs some time at first. */
  knows(bytes: Uint8Array): boolean {
    return bytes === this.block
  }

  /** How far before a pair a text may begin that is registered by it. `at`: of next(). */
  reachAt(at: number): number {
    return this.tables.reach[narrow(this.words[(at - this.shift) >> 1])]
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
    const { words, tables } = this
    let buckets = tables.flags[words[at]]
    // At the block's ends a neighbour may be half there.
    if (at > 0) buckets &= tables.before[narrow(words[at - 1])] | tables.anyBefore
    if (at + 1 < words.length) buckets &= tables.after[narrow(words[at + 1])] | tables.anyAfter
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
  let total = 0
  for (let pair = 0; pair < counts.length; pair++) total += counts[pair]
  return { counts, total }
}

/** A larger step looks at less, and leaves less choice of pairs: common ones are met so often that it is no gain. */
function cheapest(texts: readonly ScreenedText[]): { readonly stride: number; readonly places: readonly Place[] } {
  typical ??= countPairs()
  const { counts, total } = typical
  const ways = STRIDES.filter((stride) => stride < texts[0].length).map((stride) => {
    const { places, met } = register(texts, stride, counts)
    return { stride, places, cost: (1 + (MET_COST * met) / total) / stride }
  })
  return ways.reduce((best, way) => (way.cost < best.cost ? way : best))
}

/** `met`: how often such pairs are met, in the unit of `counts`. */
function register(texts: readonly ScreenedText[], stride: number, counts: Float64Array) {
  const taken = new Uint8Array(65_536)
  const places: Place[] = []
  let met = 0
  for (const text of texts) {
    for (let phase = 0; phase < stride; phase++) {
      // The rarest of the pairs at every `stride`th place.
      let best = phase
      let least = Number.POSITIVE_INFINITY
      for (let at = phase; at + 1 < text.length; at += stride) {
        let cost = 0
        for (const pair of text.pairs[at]) if (taken[pair] === 0) cost += counts[pair]
        if (cost >= least) continue
        best = at
        least = cost
      }
      places.push({ text, at: best })
      met += least
      for (const pair of text.pairs[best]) taken[pair] = 1
    }
  }
  return { places, met }
}

const BUCKETS = 8

function tablesOf(places: readonly Place[]): Tables {
  const flags = new Uint8Array(65_536)
  const [before, after, reach] = [0, 0, 0].map(() => new Uint8Array(NARROW))
  let anyBefore = 0
  let anyAfter = 0
  for (const [index, { text, at }] of places.toSorted(byNeighbours).entries()) {
    const bucket = 1 << Math.floor((index * BUCKETS) / places.length)
    for (const pair of text.pairs[at]) {
      const word = wordOf(pair)
      flags[word] |= bucket
      reach[narrow(word)] = Math.max(reach[narrow(word)], at)
    }
    if (!text.markBefore(at, before, bucket)) anyBefore |= bucket
    if (!text.markAfter(at, after, bucket)) anyAfter |= bucket
  }
  return { flags, before, after, anyBefore, anyAfter, reach }
}

/** So that those share a bucket that know as much of their neighbours, and the same pair. */
function byNeighbours(a: Place, b: Place): number {
  return known(a) - known(b) || a.text.pairs[a.at][0] - b.text.pairs[b.at][0]
}

/** How many bytes before and after the pair are those of the text. */
function known({ text, at }: Place): number {
  return 3 * Math.min(at, 2) + Math.min(text.length - at - 2, 2)
}
