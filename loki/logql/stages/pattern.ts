/** `| pattern "<ip> - <_> <path>"`: what stands between the literals becomes labels (pkg/logql/log/pattern). */
import { DUPLICATE_SUFFIX, type Row, type Stage } from '../row.ts'
import { type Hints, NO_HINTS } from './hints.ts'

/** A literal, or a capture by its name; `_` is a capture that keeps nothing. */
export type PatternPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'capture'; readonly name: string }

/** Throws an Error with Loki's message for a pattern that `| pattern` does not take. */
export function parsePattern(text: string): PatternPart[] {
  const parts = splitPattern(text)
  const names = parts.flatMap((part) => (part.kind === 'capture' && part.name !== '_' ? [part.name] : []))
  if (names.length === 0) throw new Error('at least one capture is required')
  refuseConsecutive(parts)
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new Error(`duplicate capture name (${name}): invalid expression`)
    seen.add(name)
  }
  return parts
}

/** As parsePattern, for the line filters |> and !>: captures keep nothing, and the text may be empty. */
export function parseLinePattern(text: string): PatternPart[] {
  if (text === '') return []
  const parts = splitPattern(text)
  refuseConsecutive(parts)
  for (const part of parts) {
    if (part.kind === 'capture' && part.name !== '_') {
      throw new Error(`named captures are not allowed: found '<${part.name}>'`)
    }
  }
  return parts
}

function splitPattern(text: string): PatternPart[] {
  if (text === '')
    throw new Error('parse error at line 1, col 1: syntax error: unexpected $end, expecting IDENTIFIER or LITERAL')
  const parts: PatternPart[] = []
  let from = 0
  for (const match of text.matchAll(/<([a-zA-Z_][a-zA-Z0-9_]*)>/g)) {
    if (match.index > from) parts.push({ kind: 'literal', text: text.slice(from, match.index) })
    parts.push({ kind: 'capture', name: match[1]! })
    from = match.index + match[0].length
  }
  if (from < text.length) parts.push({ kind: 'literal', text: text.slice(from) })
  return parts
}

function refuseConsecutive(parts: readonly PatternPart[]): void {
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1]
    if (part.kind !== 'capture' || next?.kind !== 'capture') continue
    throw new Error(`found consecutive capture '<${part.name}><${next.name}>': invalid expression`)
  }
}

export function patternStage(pattern: string, hints: Hints = NO_HINTS): Stage {
  const parts = parsePattern(pattern)
  return (row) => hints.hasEnough(row) || match(row, parts, hints)
}

/** A literal that is not there gives its capture the rest of the line. */
function match(row: Row, parts: readonly PatternPart[], hints: Hints): boolean {
  const line = row.line()
  if (line === '') return true
  let at = 0
  let i = 0
  const first = parts[0]!
  if (first.kind === 'literal') {
    if (!line.startsWith(first.text)) return true
    at = first.text.length
    i = 1
  }
  for (; i < parts.length; i += 2) {
    const capture = parts[i]!
    const literal = parts[i + 1]
    const found = literal?.kind === 'literal' ? line.indexOf(literal.text, at) : -1
    const end = found < 0 ? line.length : found
    if (capture.kind === 'capture' && capture.name !== '_' && !keep(row, capture.name, line.slice(at, end), hints)) {
      return false
    }
    if (found < 0 || literal?.kind !== 'literal') return true
    at = found + literal.text.length
  }
  return true
}

function keep(row: Row, name: string, value: string, hints: Hints): boolean {
  const own = row.isTaken(name) ? name + DUPLICATE_SUFFIX : name
  if (row.wasSet(own) || !hints.wants(own)) return true
  row.set(own, value)
  return hints.keeps(own, row)
}

/** Whether a line is as the pattern says: captures are not empty, and what ends on a literal ends the line. */
export function matchesPattern(parts: readonly PatternPart[], line: string): boolean {
  if (line === '' || parts.length === 0) return line === '' && parts.length === 0
  let at = 0
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'capture') continue
    const found = line.indexOf(part.text, at)
    if (found < 0 || (i !== 0 && found === at)) return false
    at = found + part.text.length
  }
  return (parts.at(-1)!.kind === 'capture') === (at !== line.length)
}
