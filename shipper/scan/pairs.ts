/** The pairs of neighbouring bytes in a text that screens look for. */

/** A text in small letters, which stand for capitals too. */
export class ScreenedText {
  readonly length: number
  /** By offset: the pairs that may stand there, each as first * 256 + second. */
  readonly pairs: readonly (readonly number[])[]
  private readonly bytes: readonly (readonly number[])[]

  constructor(text: string) {
    this.length = text.length
    this.bytes = Array.from(text, cases)
    this.pairs = Array.from({ length: text.length - 1 }, (_, at) => combine(this.bytes[at], this.bytes[at + 1]))
  }

  /** Adds a bit to the words that may stand before the pair at an offset; false: all of them, as the text begins there. */
  markBefore(at: number, table: Uint8Array, bit: number): boolean {
    if (at === 0) return false
    if (at > 1) for (const pair of this.pairs[at - 2]) table[narrow(wordOf(pair))] |= bit
    else
      for (const second of this.bytes[0])
        for (let first = 0; first < 128; first++) table[narrow(wordOf((first << 8) | second))] |= bit
    return true
  }

  /** The same behind it; false: all, as the text ends there. */
  markAfter(at: number, table: Uint8Array, bit: number): boolean {
    const left = this.length - at - 2
    if (left === 0) return false
    if (left > 1) for (const pair of this.pairs[at + 2]) table[narrow(wordOf(pair))] |= bit
    else
      for (const first of this.bytes[at + 2])
        for (let second = 0; second < 128; second++) table[narrow(wordOf((first << 8) | second))] |= bit
    return true
  }
}

function cases(char: string): number[] {
  const byte = char.charCodeAt(0)
  return byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte]
}

function combine(firsts: readonly number[], seconds: readonly number[]): number[] {
  return firsts.flatMap((first) => seconds.map((second) => (first << 8) | second))
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** A pair as the machine reads two bytes at once. */
export function wordOf(pair: number): number {
  return isLittleEndian ? ((pair & 0xff) << 8) | (pair >> 8) : pair
}

/** Size of tables by narrow words. */
export const NARROW = 1 << 14

/** Seven bits of each byte of a word: ASCII is told apart, and the rest is taken for it. A quarter of the table. */
export function narrow(word: number): number {
  return (word & 0x7f) | ((word >> 1) & 0x3f80)
}
