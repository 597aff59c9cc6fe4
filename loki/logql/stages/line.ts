/** Line filters |= != |~ !~: over the whole text, alternatives joined by `or`. */
import type { LineOp } from '../ast.ts'
import { compileRegex } from '../matcher.ts'
import type { Stage } from '../row.ts'

/** Texts of which a line must hold one (or none, when negated), if plain searching can decide the filter. */
export function plainTexts(op: LineOp, texts: readonly string[]): readonly string[] | undefined {
  if (op === '|=' || op === '!=') return texts
  const parts = texts.flatMap((text) => text.split('|'))
  return parts.every((part) => /^[a-zA-Z0-9_ "'=:;,<>/@#%&~`!-]+$/.test(part)) ? parts : undefined
}

export function isNegated(op: LineOp): boolean {
  return op === '!=' || op === '!~'
}

/** `!= "a" or "b"` refuses a line that holds either, as Loki does. */
export function lineStage(op: LineOp, texts: readonly string[]): Stage {
  const plain = plainTexts(op, texts)
  const negated = isNegated(op)
  if (plain !== undefined) return (row) => plain.some((text) => row.line().includes(text)) !== negated
  const regexes = texts.map((text) => compileRegex(text))
  return (row) => regexes.some((regex) => regex.test(row.line())) !== negated
}
