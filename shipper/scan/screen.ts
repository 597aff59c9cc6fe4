/**
 * Finds where in a line one of many texts may stand; in most lines nowhere. It looks at every second pair of neighbouring
 * bytes, or where all texts are long enough at every fourth or eighth: each text is registered by its rarest pair at each
 * offset modulo that step, one of which is met wherever it stands.
 */
import { pairCounts } from '../terms/pair-counts.ts'

export class Screen {
  /** By pair of bytes, as the machine reads two of them at once: 1 when a text is registered by it. */
  private readonly flags = new Uint8Array(65_536)
  private block: Uint8Array = new Uint8Array(0)
  private words: Uint16Array = new Uint16Array(0)
  /** 1: the block begins in the middle of a word. */
  private shift = 0
  /** In words of two bytes: a power of two. */
  private readonly step: number

  /** Of three characters at least, in small letters; capitals are the same. */
  constructor(texts: readonly string[]) {
    const cost = pairCounts()
    const shortest = Math.min(...texts.map(({ length }) => length))
    const stride = STRIDES.find((bytes) => bytes < shortest) ?? 2
    this.step = stride / 2
    // Short texts have no choice; they go first, so that longer ones can share their pairs.
    for (const text of texts.toSorted((a, b) => a.length - b.length)) {
      for (let phase = 0; phase < stride; phase++) {
        for (const [first, second] of pairsAt(text, rarest(text, phase, stride, cost))) {
          this.flags[wordOf(first, second)] = 1
          cost[(first << 8) | second] = 0
        }
      }
    }
  }

  /** Where the next pair stands that a text is registered by, in bytes[from..end); -1: nowhere. */
  next(bytes: Uint8Array, from: number, end: number): number {
    if (bytes !== this.block) this.read(bytes)
    const { flags, words, shift } = this
    // The last pair may hold a byte behind the end: that finds more, and misses nothing.
    const stop = Math.min((end - shift + 1) >> 1, words.length)
    const { step } = this
    let at = (from - shift + 1) >> 1
    for (; at + 3 * step < stop; at += 4 * step) {
      if (
        (flags[words[at]] | flags[words[at + step]] | flags[words[at + 2 * step]] | flags[words[at + 3 * step]]) !==
        0
      )
        break
    }
    for (; at < stop; at += step) if (flags[words[at]] !== 0) return 2 * at + shift
    return -1
  }

  private read(bytes: Uint8Array): void {
    const shift = bytes.byteOffset & 1
    const length = Math.max(0, bytes.length - shift) >> 1
    this.block = bytes
    this.shift = shift
    this.words = new Uint16Array(bytes.buffer, length === 0 ? 0 : bytes.byteOffset + shift, length)
  }
}

/** Bytes; the first that is less than the length of every text: it has a pair at each offset modulo that. */
const STRIDES = [8, 4, 2] as const

type Pair = readonly [first: number, second: number]

/** The offset of the rarest of the pairs at every `stride`th place of a text, from `phase` on. */
function rarest(text: string, phase: number, stride: number, cost: Float64Array): number {
  let best = phase
  let least = Number.POSITIVE_INFINITY
  for (let at = phase; at + 1 < text.length; at += stride) {
    const sum = pairsAt(text, at).reduce((total, [first, second]) => total + cost[(first << 8) | second], 0)
    if (sum >= least) continue
    best = at
    least = sum
  }
  return best
}

function pairsAt(text: string, at: number): Pair[] {
  return cases(text.charCodeAt(at)).flatMap((a) => cases(text.charCodeAt(at + 1)).map((b): Pair => [a, b]))
}

function cases(char: number): number[] {
  return char >= 0x61 && char <= 0x7a ? [char, char - 0x20] : [char]
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

function wordOf(first: number, second: number): number {
  return isLittleEndian ? (second << 8) | first : (first << 8) | second
}
