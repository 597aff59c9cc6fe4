/** Rules from the configuration: RE2 patterns (linear time, Go's syntax), with keywords to keep them cheap. */
import { RE2JS } from 're2js'
import { LongshipError } from '../errors.ts'
import { BoundedRegex } from '../terms/bounded-regex.ts'

export interface OwnRuleConfig {
  readonly name: string
  /** RE2 syntax. When it has a group, the first group is replaced, else the whole match. */
  readonly pattern: string
  /** Text without which the pattern cannot match, in any case. None: every record is looked at. */
  readonly keywords?: readonly string[]
}

export interface OwnRule {
  readonly name: string
  readonly pattern: BoundedRegex
  readonly group: number
  readonly keywords: readonly string[]
  /** What of the keywords the prefilter can find in raw text; empty: it must let every line through. */
  readonly stems: readonly string[]
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/

export function compileOwnRules(rules: readonly OwnRuleConfig[]): OwnRule[] {
  return rules.map(({ name, pattern, keywords = [] }, index) => {
    const where = `redact.rules[${index}]`
    if (!NAME.test(name)) {
      throw new LongshipError('config', `${where}.name must be letters, digits, _ and -, got ${JSON.stringify(name)}`)
    }
    const stems = keywords.map(stemOf)
    const compiled = compilePattern(pattern, `${where}.pattern`)
    return {
      name,
      pattern: new BoundedRegex(compiled),
      group: compiled.groupCount() > 0 ? 1 : 0,
      keywords: keywords.map((keyword) => keyword.toLowerCase()),
      stems: stems.every((stem) => stem.length >= 3) ? stems : [],
    }
  })
}

export function compilePattern(pattern: string, where: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new LongshipError('config', `${where} is not a regular expression of RE2: ${(error as Error).message}`)
  }
}

/** The longest part that stands in raw text as it is: quotes, slashes and what is not ASCII may be escaped there. */
function stemOf(keyword: string): string {
  const parts = keyword.split(/[^A-Za-z0-9_ .:;,=@#$%()*+!?|~{}-]+/)
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

/**
 * Units of work (see terms/bounded-regex.ts) that a rule may take for one text: about a second. A text that takes more is
 * taken out whole: what it holds is not known.
 */
const MAX_UNITS = 20_000_000

/** One text without what the rule matches. */
export function replaceOwn(
  rule: OwnRule,
  text: string,
  isAllowed: (value: string) => boolean,
  count: () => void,
): string {
  if (rule.keywords.length > 0) {
    const lower = text.toLowerCase()
    if (!rule.keywords.some((keyword) => lower.includes(keyword))) return text
  }
  const { found } = rule.pattern.within(MAX_UNITS, (pattern) => replaceIn(rule, pattern.matcher(text), text, isAllowed))
  if (found === undefined) count()
  else for (let i = 0; i < found.count; i++) count()
  return found?.result ?? `[redacted:${rule.name}]`
}

function replaceIn(
  rule: OwnRule,
  matcher: ReturnType<RE2JS['matcher']>,
  text: string,
  isAllowed: (value: string) => boolean,
): { readonly result: string; readonly count: number } {
  let result = ''
  let count = 0
  let from = 0
  while (matcher.find()) {
    const [start, end] = [matcher.start(rule.group), matcher.end(rule.group)]
    if (start < from || end <= start || isAllowed(text.slice(start, end))) continue
    result += `${text.slice(from, start)}[redacted:${rule.name}]`
    from = end
    count++
  }
  return { result: from === 0 ? text : result + text.slice(from), count }
}
