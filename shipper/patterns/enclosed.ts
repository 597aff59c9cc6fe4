/** Quotes and brackets in a message: which of them open, and where a list ends. */
import { CLOSERS, OPENS } from './shapes.ts'

const COMMA = 0x2c
const OPEN_SQUARE = 0x5b

/** Whether a quote or bracket stands before a word, and not in or behind one: don't, f(). */
export function opens(text: Uint16Array, start: number): boolean {
  return start === 0 || OPENS[text[start - 1]] === 1
}

/** What closes a bracket or quote; 0 for anything else. */
export function closerOf(unit: number): number {
  return unit < 128 ? CLOSERS[unit] : 0
}

/** Behind the list that the bracket at `start` opens: [a, b], [], {}; 0 when it opens none. */
export function listEnd(text: Uint16Array, start: number, length: number): number {
  if (!opens(text, start)) return 0
  const opener = text[start]
  const closer = closerOf(opener)
  let isList = text[start + 1] === closer
  for (let at = start + 1; at < length; at++) {
    const unit = text[at]
    if (unit === closer) return isList ? at + 1 : 0
    if (unit === opener) return 0
    if (unit === COMMA && opener === OPEN_SQUARE) isList = true
  }
  return 0
}
