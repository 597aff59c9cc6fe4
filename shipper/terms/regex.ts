/** Regular expressions in Go's syntax (RE2, linear time): what Go says of those it does not take. */
import { RE2JS } from 're2js'

/** Go takes some three million; beyond this compiling alone holds the process up for seconds. */
const MAX_EXPANDED = 150_000
const REPEAT = /\{(\d+)(?:,(\d*))?\}/y

/**
 * What Go says about an expression that it does not take; undefined for one that it does. `maxExpanded`: about how many
 * characters it may have when each {n} is written out.
 */
export function regexFault(source: string, maxExpanded = MAX_EXPANDED): string | undefined {
  const compiled = compileOrFault(source, maxExpanded)
  return typeof compiled === 'string' ? compiled : undefined
}

/** The expression, or what Go says about it. Never throws. */
export function compileOrFault(source: string, maxExpanded = MAX_EXPANDED): RE2JS | string {
  if (expandedSize(source, maxExpanded) > maxExpanded) {
    return `error parsing regexp: expression too large: \`${source}\``
  }
  try {
    return RE2JS.compile(source)
  } catch (error) {
    return goMessage(source, (error as Error).message)
  }
}

/** re2js's words, where they differ from Go's. */
export function goMessage(source: string, message: string): string {
  if (message.endsWith('trailing backslash at end of expression')) return `${message}: \`\``
  if (source.endsWith('(?P<')) {
    return message.replace(/invalid named capture: `\(\?P<`$/, 'invalid or unsupported Perl syntax: `(?P`')
  }
  return message
}

/** Counts no further than what is too much. */
function expandedSize(source: string, tooMuch: number): number {
  if (!source.includes('{')) return source.length
  /** Sizes of the open groups up to here, and of the last part of each. */
  const groups: { total: number; last: number }[] = [{ total: 0, last: 0 }]
  for (let i = 0; i < source.length; i++) {
    const group = groups.at(-1)!
    const char = source[i]
    REPEAT.lastIndex = i
    const repeat = char === '{' ? REPEAT.exec(source) : null
    if (repeat !== null) {
      const more = group.last * (Math.max(Number(repeat[1]), Number(repeat[2] ?? 0), 1) - 1)
      group.total += more
      group.last += more
      i = REPEAT.lastIndex - 1
    } else if (char === '(') groups.push({ total: 0, last: 0 })
    else if (char === ')' && groups.length > 1) {
      groups.pop()
      const outer = groups.at(-1)!
      outer.last = group.total + 1
      outer.total += outer.last
    } else {
      // A class counts by its characters, which is more than it is worth.
      if (char === '\\') i++
      group.last = 1
      group.total++
    }
    if (groups.at(-1)!.total > tooMuch) return groups.at(-1)!.total
  }
  return groups.reduce((size, { total }) => size + total, 0)
}
