/** Quotes, brackets and tails of a message: which of them open, and where a list ends. */
import { CLOSERS, HOLDS, LOWER, OPENS, UPPER } from './shapes.ts'

const APOSTROPHE = 0x27
const COLON = 0x3a
const COMMA = 0x2c
const EQUALS = 0x3d
const OPEN_SQUARE = 0x5b
const QUOTE = 0x22
const SPACE = 0x20

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

/**
 * Where words begin that go on to the end of the message, behind the colon or = at `stop`; 0: none do. A number says itself
 * what went wrong, error="any words" ends where its quote does, and err=timeout tries=3 are pairs.
 */
export function tailStart(text: Uint16Array, stop: number, length: number): number {
  const isColon = text[stop] === COLON && text[stop + 1] === SPACE
  if (!isColon && text[stop] !== EQUALS) return 0
  let start = stop + (isColon ? 2 : 1)
  if (isColon && (text[start] === APOSTROPHE || text[start] === QUOTE)) start++
  if (start >= length || text[start] >= 128 || (HOLDS[text[start]] & (LOWER | UPPER)) === 0) return 0
  return !isColon && text.subarray(start, length).includes(EQUALS) ? 0 : start
}
