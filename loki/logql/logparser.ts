/** A selector and its pipeline: {a="b"} |= "text" | json | level="error". */
import type { StageExpr } from './ast.ts'
import { unsupported } from './error.ts'
import { parseLabelFilter } from './filterparser.ts'
import { compileRegex, createMatcher, type Matcher, type MatchOp } from './matcher.ts'
import { quote } from './quote.ts'
import { accept, expect, is, peek, type Tokens, take, unexpected } from './tokens.ts'

export function parseMatchers(tokens: Tokens): Matcher[] {
  expect(tokens, '{')
  const matchers: Matcher[] = []
  if (accept(tokens, '}')) return matchers
  for (;;) {
    const name = expect(tokens, 'IDENTIFIER', matchers.length === 0 ? ['IDENTIFIER', '}'] : ['IDENTIFIER'])
    const op = peek(tokens)
    if (!['=', '=~', '!~', '!='].some((text) => is(op, text))) throw unexpected(tokens, ['=', '=~', '!~', '!='])
    take(tokens)
    matchers.push(createMatcher(name.text, op.text as MatchOp, expect(tokens, 'STRING').text))
    if (accept(tokens, '}')) return matchers
    if (!accept(tokens, ',')) throw unexpected(tokens, ['}', ','])
  }
}

const LINE_OPS: ReadonlySet<string> = new Set(['|=', '|~', '!=', '!~', '|>', '!>'])

export function parseStages(tokens: Tokens): StageExpr[] {
  const stages: StageExpr[] = []
  for (;;) {
    const token = peek(tokens)
    if (token.kind !== 'MARK') return stages
    if (token.text === '|') {
      take(tokens)
      stages.push(parseStage(tokens))
    } else if (LINE_OPS.has(token.text)) stages.push(parseLineFilter(tokens))
    else return stages
  }
}

function parseLineFilter(tokens: Tokens): StageExpr {
  const op = take(tokens).text
  const texts: string[] = []
  do {
    const next = peek(tokens)
    if (next.name === 'ip') throw unsupported('the line filter ip()')
    texts.push(expect(tokens, 'STRING', ['STRING', 'ip']).text)
  } while (accept(tokens, 'or'))
  if (op === '|>' || op === '!>') throw unsupported(`the pattern filter ${op}`)
  const stage = `stage '${op} ${texts.map(quote).join(' or ')}' : `
  if (op.endsWith('~')) for (const text of texts) compileRegex(text, text, stage)
  return { kind: 'line', op: op as '|=', texts: texts.map((text) => ({ isIp: false, text })) }
}

const UNSUPPORTED_STAGES: ReadonlySet<string> = new Set(
  'regexp pattern unpack line_format label_format decolorize drop keep'.split(' '),
)

function parseStage(tokens: Tokens): StageExpr {
  const token = peek(tokens)
  if (is(token, 'json')) {
    take(tokens)
    if (peek(tokens).kind === 'IDENTIFIER') throw unsupported('json with expressions')
    return { kind: 'json', expressions: [] }
  }
  if (is(token, 'logfmt')) return parseLogfmt(tokens)
  if (token.kind === 'MARK' && UNSUPPORTED_STAGES.has(token.text)) throw unsupported(`the stage ${token.text}`)
  if (is(token, 'unwrap') && tokens.inRange) throw unsupported('unwrap')
  return { kind: 'label', filter: parseLabelFilter(tokens) }
}

function parseLogfmt(tokens: Tokens): StageExpr {
  take(tokens)
  const flags = new Set<string>()
  while (peek(tokens).kind === 'FLAG') flags.add(take(tokens).text)
  if (peek(tokens).kind === 'IDENTIFIER') throw unsupported('logfmt with expressions')
  return { kind: 'logfmt', isStrict: flags.has('--strict'), keepsEmpty: flags.has('--keep-empty'), expressions: [] }
}
