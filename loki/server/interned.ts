/**
 * Texts of values that come again and again: the same bytes give the same string, without making it anew. A table of
 * fixed size in which a newcomer takes the place of whoever sat there, so that values without end cost no memory.
 */

const SLOTS = 8192
/** Longer values hardly ever come twice, and comparing them is no faster than making them. */
const MAX_LENGTH = 64

export function createInterned(): (bytes: Buffer, start: number, end: number) => string {
  const texts: (string | undefined)[] = new Array(SLOTS).fill(undefined)
  return (bytes, start, end) => {
    const length = end - start
    if (length > MAX_LENGTH) return bytes.toString('utf8', start, end)
    let hash = length
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
    const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1)
    const known = texts[slot]
    if (known !== undefined && isSame(known, bytes, start, end)) return known
    const text = bytes.toString('utf8', start, end)
    // Only ASCII can be compared letter by byte.
    texts[slot] = text.length === length ? text : undefined
    return text
  }
}

function isSame(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = start; i < end; i++) if (text.charCodeAt(i - start) !== bytes[i]) return false
  return true
}
