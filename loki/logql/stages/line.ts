/** Line filters |= != |~ !~ |> !>: over the whole text, alternatives joined by `or`, and ip("…"). */
import type { LineOp, LineText } from '../ast.ts'
import type { Stage } from '../row.ts'
import { createIpMatch } from './ip.ts'
import { matchesPattern, parseLinePattern } from './pattern.ts'
import { containsFilter, filterOf, notFilter, orFilter, regexFilter, type TextFilter } from './textfilter.ts'

/** Texts of which a line must hold one (or none, when negated), if plain searching can decide the filter. */
export function plainTexts(op: LineOp, texts: readonly string[]): readonly string[] | undefined {
  if (op === '|=' || op === '!=') return texts
  if (op === '|>' || op === '!>') return undefined
  const parts = texts.flatMap((text) => text.split('|'))
  return parts.every((part) => /^[a-zA-Z0-9_ "'=:;,<>/@#%&~`!-]+$/.test(part)) ? parts : undefined
}

export function isNegated(op: LineOp): boolean {
  return op.startsWith('!')
}

/** `!= "a" or "b"` refuses a line that holds either. Throws an Error with Loki's message for what it would refuse. */
export function lineStage(op: LineOp, texts: readonly LineText[]): Stage {
  const { test } = lineFilter(op, texts)
  return (row) => test(row.line())
}

export function lineFilter(op: LineOp, texts: readonly LineText[]): TextFilter {
  if (isNegated(op)) {
    const filters = texts.map((text) => (text.isIp ? ipFilter(op, text.text) : filterFor(op, text.text)))
    return notFilter(filterOf((line) => filters.some((filter) => filter.test(line))))
  }
  if (texts.length === 1 && texts[0]!.isIp) return ipFilter(op, texts[0]!.text)
  // In an `or` of several, ip("…") is but its text (Loki 3.7).
  return texts.map(({ text }) => filterFor(op, text)).reduce(orFilter)
}

function ipFilter(op: LineOp, pattern: string): TextFilter {
  if (op !== '|=' && op !== '!=') throw new Error('ip: invalid operation')
  return filterOf(createIpMatch(pattern))
}

function filterFor(op: LineOp, text: string): TextFilter {
  switch (op) {
    case '|=':
    case '!=':
      return containsFilter(text)
    case '|~':
    case '!~':
      return regexFilter(text, false)
    default: {
      const parts = parseLinePattern(text)
      return filterOf((line) => matchesPattern(parts, line))
    }
  }
}
