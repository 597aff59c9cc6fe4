/**
 * Bytes as text where they may be no UTF-8. A byte that belongs to no character is a lone surrogate, U+DC80 to U+DCFF:
 * so it stays apart from a U+FFFD of the log. Go writes each as U+FFFD in the end, and so do answers.
 */

export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString()
  if (!text.includes('\ufffd')) return text
  let result = ''
  for (let i = 0; i < bytes.length; ) {
    const length = characterLength(bytes, i)
    result += length === 0 ? String.fromCharCode(0xdc00 + bytes[i]!) : bytes.toString('utf8', i, i + length)
    i += Math.max(1, length)
  }
  return result
}

/** Bytes of the character at `at`; 0 when there is none. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  const whole = bytes.toString('utf8', at, at + length)
  const isWhole = at + length <= bytes.length && [...whole].length === 1 && Buffer.byteLength(whole) === length
  return isWhole && bytes.compare(Buffer.from(whole), 0, length, at, at + length) === 0 ? length : 0
}
