/** Pairs of neighbouring bytes in a text, as the machine reads two of them at once. */

export type Pair = readonly [first: number, second: number]

/** The pair at an offset of a text in small letters, with capitals too. What is outside of the text may be anything. */
export function pairsAt(text: string, at: number): Pair[] {
  return bytesAt(text, at).flatMap((first) => bytesAt(text, at + 1).map((second): Pair => [first, second]))
}

/** The same as words of the machine. */
export function wordsAt(text: string, at: number): number[] {
  return pairsAt(text, at).map(([first, second]) => (isLittleEndian ? (second << 8) | first : (first << 8) | second))
}

const ANY = Array.from({ length: 256 }, (_, byte) => byte)

function bytesAt(text: string, at: number): readonly number[] {
  if (at < 0 || at >= text.length) return ANY
  const char = text.charCodeAt(at)
  return char >= 0x61 && char <= 0x7a ? [char, char - 0x20] : [char]
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
