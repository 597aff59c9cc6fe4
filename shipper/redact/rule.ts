/**
 * One redaction rule. Either it knows names (`keys`), and what stands under such a name or behind it in text is
 * replaced; or it knows what a secret looks like (`find`). Add one: an entry in rules.ts and test/redact/<name>.txt.
 */
import type { Span } from './card.ts'
import type { Noun } from './keys.ts'

interface Named {
  /** snake_case; the replacement is [redacted:<name>]. */
  readonly name: string
  /** For the documentation's table. */
  readonly title: string
}

export interface KeyRule extends Named {
  readonly keys: readonly Noun[]
}

export interface ValueRule extends Named {
  /** One of them stands in every secret of this kind (see keyword.ts); at least three characters each. */
  readonly keywords: readonly string[]
  /** Case counts in the keywords. Most issued tokens have a fixed prefix. */
  readonly exact: boolean
  /**
   * The secret around the keyword that stands at `at`, not before `from` (what stands there is done with). Time linear
   * over a whole text: bounded, or it takes what it has read.
   */
  find(text: string, at: number, from: number): Span | undefined
}

export type Rule = KeyRule | ValueRule

/** A secret with a prefix of its own: what `body` (sticky) matches at the keyword, when no letter or digit touches it. */
export function prefixed(name: string, title: string, keywords: readonly string[], body: RegExp): ValueRule {
  const find = (text: string, at: number): Span | undefined => {
    if (!startsFree(text, at)) return undefined
    body.lastIndex = at
    return body.test(text) ? { start: at, end: body.lastIndex } : undefined
  }
  return { name, title, keywords, exact: true, find }
}

/** No letter or digit stands before, unless it is the end of an escape: %3D, \\n. */
export function startsFree(text: string, at: number): boolean {
  if (!isAlphanumeric(text.charCodeAt(at - 1))) return true
  return text[at - 3] === '%' || text[at - 2] === '\\'
}

export function isAlphanumeric(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39)
}

/** The index behind the last character from `at` on that `set` (a sticky RegExp of one class with a star) takes. */
export function skip(text: string, at: number, set: RegExp): number {
  set.lastIndex = at
  set.test(text)
  return Math.max(at, set.lastIndex)
}

/** The index of the first character of the run of characters before `at` that satisfy `is`, not before `from`. */
export function back(text: string, at: number, from: number, is: (code: number) => boolean): number {
  let i = at
  while (i > from && is(text.charCodeAt(i - 1))) i--
  return i
}
