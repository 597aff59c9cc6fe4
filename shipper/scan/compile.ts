/** A rule's pattern: RE2, compiled once, bounded in size, and what its groups are called. */
import type { RE2JS } from 're2js'
import { BoundedRegex } from '../terms/bounded-regex.ts'
import { compileOrFault } from '../terms/regex.ts'
import { type Effort, FIND_UNITS, freshEffort, TEST_UNITS } from './effort.ts'

export interface Pattern {
  readonly source: string
  /** What prefilters read. */
  readonly regex: RE2JS
  /** What texts are searched with. */
  readonly bounded: BoundedRegex
  /** Of each group from 1 on: its name, or $1 …. At most MAX_CAPTURES of them. */
  readonly groups: readonly { readonly index: number; readonly name: string }[]
}

/** Each {n} written out. Matching takes time by pattern times text, so that both are bounded. */
const MAX_EXPANDED = 10_000

/** Groups beyond are not kept: an event's metadata has a bound. */
export const MAX_CAPTURES = 32

/** How much of a text is matched on: longer ones are looked at up to here. A million characters take milliseconds. */
export const MAX_MATCHED_CHARS = 256 * 1024

/** The pattern, or what RE2 says of it. Never throws. */
export function compilePattern(source: string): Pattern | { readonly fault: string } {
  const regex = compileOrFault(source, MAX_EXPANDED)
  if (typeof regex === 'string') return { fault: regex }
  const names = new Map(Object.entries(regex.namedGroups()).map(([name, index]) => [index, name]))
  const count = Math.min(regex.groupCount(), MAX_CAPTURES)
  const groups = Array.from({ length: count }, (_, i) => ({ index: i + 1, name: names.get(i + 1) ?? `$${i + 1}` }))
  return { source, regex, bounded: new BoundedRegex(regex), groups }
}

export interface Match {
  /** UTF-16 offsets in the text. */
  readonly span: readonly [start: number, end: number]
  /** By name; groups that took no part are left out. */
  readonly captures: readonly { readonly name: string; readonly start: number; readonly end: number }[]
}

/** The part of a text that rules are matched on. */
export function matchedPart(text: string): string {
  return text.length > MAX_MATCHED_CHARS ? text.slice(0, MAX_MATCHED_CHARS) : text
}

/** Whether the pattern is found in a text (of matchedPart); undefined: it took too long, and was given up. */
export function matches({ bounded }: Pattern, text: string, effort: Effort): boolean | undefined {
  return effort.spend(bounded, TEST_UNITS, (regex) => regex.test(text))
}

/**
 * The leftmost match, with where its groups stand. `text`: of matchedPart. Undefined also where it was given up; a match
 * of which only the groups take too long is the whole text, without any.
 */
export function findMatch(pattern: Pattern, text: string, effort: Effort = freshEffort()): Match | undefined {
  // The automaton without groups is several times as fast, and most texts do not match.
  if (matches(pattern, text, effort) !== true) return undefined
  const match = effort.spend(pattern.bounded, FIND_UNITS, (regex) => matchOf(pattern, regex.matcher(text)))
  return match ?? { span: [0, text.length], captures: [] }
}

function matchOf({ groups }: Pattern, matcher: ReturnType<RE2JS['matcher']>): Match | undefined {
  if (!matcher.find()) return undefined
  const captures = groups.flatMap(({ index, name }) => {
    const start = matcher.start(index)
    return start < 0 ? [] : [{ name, start, end: matcher.end(index) }]
  })
  return { span: [matcher.start(0), matcher.end(0)], captures }
}
