/**
 * LogQL's parser: recursive descent, binary operators by precedence (Loki's syntax.y, v3.7.6: or < and, unless <
 * comparisons < + - < * / % < ^, which binds to the right). Errors are worded and placed as Loki's.
 */
import type { BinaryOp, Expr, Grouping, LogExpr, MetricExpr, RangeExpr, VectorExpr } from './ast.ts'
import { parseError, unsupported } from './error.ts'
import { RANGE_FUNCTIONS, VECTOR_FUNCTIONS } from './lexer.ts'
import { parseMatchers, parseStages } from './logparser.ts'
import type { Matcher } from './matcher.ts'
import { accept, expect, is, openTokens, peek, type Tokens, take, unexpected } from './tokens.ts'

/** Loki's maxInputSize. */
const MAX_INPUT = 131_072

const NO_MATCHERS =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will'

/** Parses and checks a query. Throws a QueryError (400). */
export function parseQuery(input: string): Expr {
  const expr = parseAll(input)
  checkMatchers(expr)
  return expr
}

/** A bare selector, as match[] takes it: {a="b"}. */
export function parseSelector(input: string): readonly Matcher[] {
  const expr = parseAll(input)
  if (expr.kind !== 'log' || expr.stages.length > 0) throw parseErrorPlain('only label matchers are supported')
  checkMatchers(expr)
  return expr.matchers
}

function parseErrorPlain(message: string) {
  const error = parseError('')
  error.message = message
  return error
}

function parseAll(input: string): Expr {
  if (input.length >= MAX_INPUT) throw parseError(`input size too long (${input.length} > ${MAX_INPUT})`)
  if (input === '') throw parseError('syntax error: unexpected $end')
  const tokens = openTokens(input)
  const expr = parseBinary(tokens, 0)
  if (peek(tokens).kind !== '$end') throw unexpected(tokens)
  return expr
}

function checkMatchers(expr: Expr): void {
  if (expr.kind === 'log') {
    if (!expr.matchers.some((matcher) => !matcher.matches(''))) throw parseError(NO_MATCHERS)
  } else if (expr.kind === 'range') checkMatchers(expr.log)
  else if (expr.kind === 'vector') checkMatchers(expr.inner)
  else if (expr.kind === 'binary') {
    checkMatchers(expr.left)
    checkMatchers(expr.right)
  }
}

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ['==', 3],
  ['!=', 3],
  ['>', 3],
  ['>=', 3],
  ['<', 3],
  ['<=', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['^', 6],
])

function parseBinary(tokens: Tokens, least: number): Expr {
  let left = parseUnary(tokens)
  for (;;) {
    const operator = peek(tokens)
    const power = operator.kind === 'MARK' ? PRECEDENCE.get(operator.text) : undefined
    if (power === undefined || power < least) return left
    take(tokens)
    const isBool = accept(tokens, 'bool')
    const modifier = peek(tokens)
    if (is(modifier, 'on') || is(modifier, 'ignoring')) throw unsupported(`vector matching (${modifier.text})`)
    const right = parseBinary(tokens, operator.text === '^' ? power : power + 1)
    left = binary(operator.text, isBool, left, right)
  }
}

function binary(op: string, isBool: boolean, left: Expr, right: Expr): MetricExpr {
  for (const [side, expr] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (expr.kind !== 'log') continue
    const type = expr.stages.length > 0 ? '*syntax.PipelineExpr' : '*syntax.MatchersExpr'
    throw parseError(`unexpected type for ${side} leg of binary operation (${op}): ${type}`)
  }
  if (op === 'or' || op === 'and' || op === 'unless') throw unsupported(`the set operation ${op}`)
  const matching = { card: 'one-to-one', isOn: false, labels: [], include: [] } as const
  return { kind: 'binary', op: op as BinaryOp, isBool, matching, left: left as MetricExpr, right: right as MetricExpr }
}

function parseUnary(tokens: Tokens): Expr {
  const token = peek(tokens)
  if (is(token, '{')) return parseLog(tokens)
  if (is(token, '(')) return parseParenthesis(tokens)
  if (token.kind === 'NUMBER') return { kind: 'number', value: take(tokens).value }
  if (is(token, '-') || is(token, '+')) {
    take(tokens)
    const { value } = expect(tokens, 'NUMBER')
    return { kind: 'number', value: token.text === '-' ? -value : value }
  }
  if (token.kind === 'FUNCTION') {
    if (RANGE_FUNCTIONS.has(token.text)) return parseRange(tokens)
    if (VECTOR_FUNCTIONS.has(token.text)) return parseVector(tokens)
  }
  if (
    is(token, 'label_replace') ||
    (token.kind === 'FUNCTION' && (token.text === 'label_replace' || token.text === 'vector'))
  ) {
    throw unsupported(token.text)
  }
  if (is(token, 'variants')) throw unsupported('variants')
  throw unexpected(tokens)
}

function parseParenthesis(tokens: Tokens): Expr {
  take(tokens)
  const inner = parseBinary(tokens, 0)
  expect(tokens, ')')
  return inner
}

function parseLog(tokens: Tokens): LogExpr {
  const matchers = parseMatchers(tokens)
  return { kind: 'log', matchers, stages: parseStages(tokens) }
}

const EVALUATED_RANGES: ReadonlySet<string> = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate'])

function parseRange(tokens: Tokens): MetricExpr {
  const op = take(tokens).text
  expect(tokens, '(')
  if (peek(tokens).kind === 'NUMBER') {
    if (op !== 'quantile_over_time')
      throw parseError(`parameter ${take(tokens).text} not supported for operation ${op}`)
    throw unsupported(op)
  }
  if (!is(peek(tokens), '{') && !is(peek(tokens), '(')) throw unexpected(tokens, ['NUMBER', '{', '('])
  tokens.inRange = true
  const { log, rangeMs, offsetMs } = parseLogRange(tokens)
  tokens.inRange = false
  expect(tokens, ')')
  if (!EVALUATED_RANGES.has(op)) throw unsupported(op)
  if (is(peek(tokens), 'by') || is(peek(tokens), 'without')) {
    throw parseError(`grouping not allowed for ${op} aggregation`)
  }
  const plain = { unwrap: undefined, grouping: undefined, parameter: Number.NaN }
  return { kind: 'range', op: op as RangeExpr['op'], log, rangeMs, offsetMs, ...plain }
}

function parseLogRange(tokens: Tokens): { log: LogExpr; rangeMs: number; offsetMs: number } {
  if (is(peek(tokens), '(')) {
    take(tokens)
    const inner = parseLogInParenthesis(tokens)
    if (inner.rangeMs !== undefined) return { ...inner, rangeMs: inner.rangeMs }
    const rangeMs = expect(tokens, 'RANGE').value
    return { log: inner.log, rangeMs, offsetMs: parseOffset(tokens) }
  }
  const matchers = parseMatchers(tokens)
  const before = parseStages(tokens)
  if (peek(tokens).kind !== 'RANGE') throw unexpected(tokens)
  const rangeMs = take(tokens).value
  const offsetMs = parseOffset(tokens)
  const after = before.length === 0 ? parseStages(tokens) : []
  return { log: { kind: 'log', matchers, stages: [...before, ...after] }, rangeMs, offsetMs }
}

function parseLogInParenthesis(tokens: Tokens): { log: LogExpr; rangeMs: number | undefined; offsetMs: number } {
  const matchers = parseMatchers(tokens)
  const stages = parseStages(tokens)
  const rangeMs = peek(tokens).kind === 'RANGE' ? take(tokens).value : undefined
  const offsetMs = rangeMs === undefined ? 0 : parseOffset(tokens)
  if (rangeMs !== undefined && stages.length === 0) stages.push(...parseStages(tokens))
  expect(tokens, ')')
  return { log: { kind: 'log', matchers, stages }, rangeMs, offsetMs }
}

function parseOffset(tokens: Tokens): number {
  return accept(tokens, 'offset') ? expect(tokens, 'DURATION').value : 0
}

const EVALUATED_VECTORS: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'topk',
  'bottomk',
  'sort',
  'sort_desc',
])

function parseVector(tokens: Tokens): VectorExpr {
  const op = take(tokens).text
  let grouping = parseGrouping(tokens)
  expect(tokens, '(')
  let parameter: string | undefined
  const first = peek(tokens)
  if (first.kind === 'NUMBER' && is(peek(tokens, 1), ',')) {
    parameter = take(tokens).text
    take(tokens)
  }
  const inner = parseBinary(tokens, 0)
  if (inner.kind === 'log') throw unexpected(tokens)
  expect(tokens, ')')
  grouping ??= parseGrouping(tokens)
  const k = checkParameter(op, parameter)
  if (!EVALUATED_VECTORS.has(op)) throw unsupported(op)
  if (op.startsWith('sort') && grouping !== undefined && grouping.labels.length > 0) {
    throw parseError("sort and sort_desc doesn't allow grouping by ")
  }
  return { kind: 'vector', op: op as VectorExpr['op'], inner, grouping, parameter: k }
}

function checkParameter(op: string, parameter: string | undefined): number {
  const takesOne = op === 'topk' || op === 'bottomk' || op === 'approx_topk'
  if (!takesOne) {
    if (parameter !== undefined) throw parseError(`unsupported parameter for operation ${op}(${parameter},`)
    return 0
  }
  if (parameter === undefined) throw parseError(`parameter required for operation ${op}`)
  const k = Number(parameter)
  if (!Number.isInteger(k)) throw parseError(`invalid parameter ${op}(${parameter},`)
  if (k <= 0) throw parseError(`invalid parameter (must be greater than 0) ${op}(${parameter}`)
  return k
}

function parseGrouping(tokens: Tokens): Grouping | undefined {
  const token = peek(tokens)
  if (!is(token, 'by') && !is(token, 'without')) return undefined
  take(tokens)
  expect(tokens, '(')
  const labels: string[] = []
  if (accept(tokens, ')')) return { isWithout: token.text === 'without', labels }
  for (;;) {
    labels.push(expect(tokens, 'IDENTIFIER', labels.length === 0 ? ['IDENTIFIER', ')'] : ['IDENTIFIER']).text)
    if (accept(tokens, ')')) return { isWithout: token.text === 'without', labels }
    if (!accept(tokens, ',')) throw unexpected(tokens, [',', ')'])
  }
}
