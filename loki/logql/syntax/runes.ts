/** What runes are to Go's scanner. */

export const UNDERSCORE = 95

const LETTER = /\p{L}/u
const DIGIT = /\p{Nd}/u

export function isDecimal(rune: number): boolean {
  return rune >= 0x30 && rune <= 0x39
}

export function digitValue(rune: number): number {
  if (isDecimal(rune)) return rune - 0x30
  const lower = rune | 0x20
  return rune >= 0 && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16
}

export function isLetter(rune: number): boolean {
  if (rune < 0x80) return (rune >= 0x61 && rune <= 0x7a) || (rune >= 0x41 && rune <= 0x5a) || rune === UNDERSCORE
  return LETTER.test(String.fromCodePoint(rune))
}

export function isDigit(rune: number): boolean {
  return rune < 0x80 ? isDecimal(rune) : DIGIT.test(String.fromCodePoint(rune))
}
