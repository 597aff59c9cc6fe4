/**
 * One pass over a line's bytes that finds its keys and where its values lie, and makes no string. What is unusual (nested
 * objects, \u escapes, non-ASCII, more than 64 keys) is left to the general path: scan returns undefined.
 */
import type { Shape } from './shape.ts'

export const MAX_FIELDS = 64

export const TEXT = 1
/** A string with escapes that JSON.stringify would write the same way. */
export const ESCAPED = 2
export const NUMBER = 3
export const TRUE = 4
export const FALSE = 5
export const NULL = 6
/** An array or empty object without white space, objects or escapes inside. */
export const COMPACT = 7

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** What the last scan found, and room for two values of the lane's own: value i is bytes[starts[i]..ends[i]) of type types[i]; strings without their quotes. */
export class Scan {
  readonly types = new Uint8Array(MAX_FIELDS + 2)
  readonly starts = new Int32Array(MAX_FIELDS + 2)
  readonly ends = new Int32Array(MAX_FIELDS + 2)
  /** Where the value read last ends. */
  private at = 0

  /** A JSON object that fills bytes[start..end), its keys followed from `root`. */
  json(bytes: Uint8Array, start: number, end: number, root: Shape): Shape | undefined {
    let at = start + 1
    let shape = root
    if (bytes[start] !== 0x7b || bytes[end - 1] !== 0x7d) return undefined
    for (let index = 0; index < MAX_FIELDS; index++) {
      while (bytes[at] === 0x20) at++
      if (bytes[at] !== QUOTE) return undefined
      const next = shape.follow(bytes, at + 1, end, QUOTE)
      if (next === undefined) return undefined
      shape = next
      at += next.key.length + 2
      if (bytes[at] === 0x20) at++
      if (bytes[at] !== 0x3a) return undefined
      at++
      while (bytes[at] === 0x20) at++
      if (!this.value(bytes, at, end, index)) return undefined
      at = this.at
      while (bytes[at] === 0x20) at++
      const then = bytes[at++]
      if (then === 0x2c) continue
      return then === 0x7d && at === end ? shape : undefined
    }
    return undefined
  }

  /** logfmt that fills bytes[start..end): key=value or key="value", one space between. */
  logfmt(bytes: Uint8Array, start: number, end: number, root: Shape): Shape | undefined {
    let at = start
    let shape = root
    for (let index = 0; index < MAX_FIELDS; index++) {
      const next = shape.follow(bytes, at, end, 0x3d)
      if (next === undefined) return undefined
      shape = next
      at += next.key.length + 1
      if (!(bytes[at] === QUOTE ? this.quoted(bytes, at, end, index) : this.bare(bytes, at, end, index)))
        return undefined
      at = this.at
      if (at === end) return shape
      if (bytes[at++] !== 0x20) return undefined
    }
    return undefined
  }

  private value(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    const first = bytes[at]
    if (first === QUOTE) return this.quoted(bytes, at, end, index)
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return this.number(bytes, at, end, index)
    if (first === 0x5b) return this.array(bytes, at, end, index)
    if (first === 0x74) return this.word(bytes, at, index, TRUE, 'true')
    if (first === 0x66) return this.word(bytes, at, index, FALSE, 'false')
    if (first === 0x6e) return this.word(bytes, at, index, NULL, 'null')
    return false
  }

  private quoted(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    const start = ++at
    let type = TEXT
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        this.set(index, type, start, at)
        this.at = at + 1
        return true
      }
      if (byte < 0x20 || byte > 0x7e) return false
      if (byte === BACKSLASH) {
        if (!isPlainEscape(bytes[++at])) return false
        type = ESCAPED
      }
    }
    return false
  }

  private number(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    const start = at
    if (bytes[at] === 0x2d) at++
    const digits = at
    while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++
    if (at === digits || (bytes[digits] === 0x30 && at > digits + 1)) return false
    if (bytes[at] === 0x2e) {
      const fraction = ++at
      while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++
      if (at === fraction) return false
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) return false
    // -0 is 0 to JavaScript: the general path decides how it is written.
    if (bytes[start] === 0x2d && bytes[digits] === 0x30) return false
    this.set(index, NUMBER, start, at)
    this.at = at
    return true
  }

  private array(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    const start = at
    let depth = 0
    let inString = false
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return false
      if (byte === QUOTE) inString = !inString
      else if (inString) continue
      else if (byte === 0x5b) depth++
      else if (byte === 0x5d) {
        if (--depth === 0) break
      } else if (byte !== 0x2c) {
        // Only strings: numbers and words inside would have to be checked one by one.
        return false
      }
    }
    if (depth !== 0 || at === end || !isStringList(bytes, start, at)) return false
    this.set(index, COMPACT, start, at + 1)
    this.at = at + 1
    return true
  }

  private word(bytes: Uint8Array, at: number, index: number, type: number, word: string): boolean {
    for (let offset = 0; offset < word.length; offset++) {
      if (bytes[at + offset] !== word.charCodeAt(offset)) return false
    }
    this.set(index, type, at, at + word.length)
    this.at = at + word.length
    return true
  }

  private bare(bytes: Uint8Array, at: number, end: number, index: number): boolean {
    const start = at
    for (; at < end; at++) {
      const byte = bytes[at]
      if (byte === 0x20) break
      if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH || byte === 0x3d) return false
    }
    if (at === start) return false
    this.set(index, TEXT, start, at)
    this.at = at
    return true
  }

  set(index: number, type: number, start: number, end: number): void {
    this.types[index] = type
    this.starts[index] = start
    this.ends[index] = end
  }
}

/** The escapes that JSON.stringify writes too: \" \\ \b \f \n \r \t. */
function isPlainEscape(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x6e ||
    byte === 0x74 ||
    byte === 0x72 ||
    byte === 0x62 ||
    byte === 0x66
  )
}

/** ["a","b"] and nothing looser: no empty places, no nesting beyond one level. */
function isStringList(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start + 1) return true
  let at = start + 1
  for (;;) {
    if (bytes[at] !== QUOTE) return false
    at++
    while (bytes[at] !== QUOTE) at++
    at++
    if (at === end) return true
    if (bytes[at] !== 0x2c) return false
    at++
  }
}
