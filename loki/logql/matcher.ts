/** Label matchers: = != =~ !~, regular expressions in Go's syntax, anchored at both ends. */
import { quote } from '../../shipper/wire/quote.ts'
import { compileRegex } from './regex.ts'

export { compileRegex } from './regex.ts'

export type MatchOp = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  readonly name: string
  readonly op: MatchOp
  readonly value: string
  /** Whether the label has a value that matches; a label that is not there has the value ''. */
  matches(value: string): boolean
}

/** Throws Loki's parse error for a regular expression that Go would not compile. */
export function createMatcher(name: string, op: MatchOp, value: string): Matcher {
  if (op === '=') return { name, op, value, matches: (text) => text === value }
  if (op === '!=') return { name, op, value, matches: (text) => text !== value }
  const test = anchored(value)
  return op === '=~' ? { name, op, value, matches: test } : { name, op, value, matches: (text) => !test(text) }
}

export function writeMatcher({ name, op, value }: Matcher): string {
  return `${needsQuotes(name) ? quote(name) : name}${op}${quote(value)}`
}

/** Names that Prometheus quotes, which LogQL does not read back. */
export function needsQuotes(name: string): boolean {
  return !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
}

const PLAIN = /^[a-zA-Z0-9_ /:-]*$/
/** Answers kept per expression: labels repeat, and re2js is not fast. */
const MAX_KNOWN = 10_000

function anchored(source: string): (text: string) => boolean {
  if (source === '.*') return () => true
  if (source === '.+') return (text) => text !== ''
  const alternatives = source.split('|')
  if (alternatives.every((part) => PLAIN.test(part))) {
    const set = new Set(alternatives)
    return (text) => set.has(text)
  }
  const regex = compileRegex(`^(?s:${source})$`, source)
  const known = new Map<string, boolean>()
  return (text) => {
    let answer = known.get(text)
    if (answer === undefined) {
      answer = regex.matches(text)
      if (known.size >= MAX_KNOWN) known.clear()
      known.set(text, answer)
    }
    return answer
  }
}
