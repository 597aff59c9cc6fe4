/** Label filters: name op value, joined by `and`, `or`, a comma or nothing (which is `and`), with parentheses. */
import type { CompareOp, LabelFilter } from './ast.ts'
import { unsupported } from './error.ts'
import { createMatcher, type MatchOp } from './matcher.ts'
import { accept, expect, is, peek, type Tokens, take, unexpected } from './tokens.ts'

/** `or` binds weakest, then `and`, the comma and adjacency, as in Loki's grammar. */
export function parseLabelFilter(tokens: Tokens): LabelFilter {
  let left = parseAnd(tokens)
  while (accept(tokens, 'or')) left = { kind: 'or', left, right: parseAnd(tokens) }
  return left
}

function parseAnd(tokens: Tokens): LabelFilter {
  let left = parseOne(tokens)
  for (;;) {
    const isJoined = accept(tokens, 'and') || accept(tokens, ',')
    const next = peek(tokens)
    if (!isJoined && next.kind !== 'IDENTIFIER' && !is(next, '(')) return left
    left = { kind: 'and', left, right: parseOne(tokens) }
  }
}

const COMPARE: ReadonlySet<string> = new Set(['=', '==', '!=', '>', '>=', '<', '<='])

function parseOne(tokens: Tokens): LabelFilter {
  if (accept(tokens, '(')) {
    const inner = parseLabelFilter(tokens)
    expect(tokens, ')')
    return inner
  }
  if (peek(tokens).kind !== 'IDENTIFIER') throw unexpected(tokens)
  const name = take(tokens).text
  const op = peek(tokens)
  if (op.kind !== 'MARK' || !(COMPARE.has(op.text) || op.text === '=~' || op.text === '!~')) throw unexpected(tokens)
  take(tokens)
  const value = peek(tokens)
  if (op.text === '=~' || op.text === '!~') {
    return { kind: 'match', matcher: createMatcher(name, op.text, expect(tokens, 'STRING').text) }
  }
  if (value.kind === 'STRING' && (op.text === '=' || op.text === '!=')) {
    return { kind: 'match', matcher: createMatcher(name, op.text as MatchOp, take(tokens).text) }
  }
  if (value.name === 'ip') throw unsupported('the label filter ip()')
  return parseValue(tokens, name, op.text as CompareOp)
}

function parseValue(tokens: Tokens, name: string, op: CompareOp): LabelFilter {
  const value = peek(tokens)
  if (value.kind === 'DURATION') return { kind: 'duration', name, op, value: take(tokens).value }
  if (value.kind === 'BYTES') return { kind: 'bytes', name, op, value: take(tokens).value }
  const isNegative = is(value, '-')
  if (isNegative || is(value, '+')) take(tokens)
  if (peek(tokens).kind !== 'NUMBER') throw unexpected(tokens)
  const number = take(tokens).value
  return { kind: 'number', name, op, value: isNegative ? -number : number }
}
