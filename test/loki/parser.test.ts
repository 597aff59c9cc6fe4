import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { globSync } from 'tinyglobby'
import { QueryError } from '../../loki/logql/error.ts'
import { parseExpr, parseQuery, parseSelector } from '../../loki/logql/parser.ts'
import { prettify } from '../../loki/logql/pretty.ts'
import { writeExpr } from '../../loki/logql/print.ts'

interface Case {
  readonly query: string
  /** As Loki formats it. */
  readonly formatted: string | undefined
  /** What Loki says when it parses. */
  readonly error: string | undefined
  /** What Loki says when it is to run what it parsed. */
  readonly runError: string | undefined
}

/** Blocks of lines that start with > = ! or ?; a blank line ends a block. */
function readCases(file: string): Case[] {
  const [, ...blocks] = readFileSync(file, 'utf8').trimEnd().split(/\n\n+/)
  return blocks.map((block) => {
    const textOf = (mark: string) => {
      const lines = block.split('\n').filter((line) => line.startsWith(mark))
      return lines.length === 0 ? undefined : lines.map((line) => line.slice(2)).join('\n')
    }
    return { query: textOf('>')!, formatted: textOf('='), error: textOf('!'), runError: textOf('?') }
  })
}

function messageOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    assert.ok(error instanceof QueryError, String((error as Error).stack))
    return error.message.trimEnd()
  }
}

for (const file of globSync('test/loki/logql/*.txt').sort()) {
  test(`${file}: parsed, formatted and refused as by Loki`, () => {
    const cases = readCases(file)
    assert.ok(cases.length > 10, 'the corpus was read')
    for (const { query, formatted, error, runError } of cases) {
      assert.ok((formatted === undefined) !== (error === undefined), `a case says = or !: ${query}`)
      const parse = () => parseExpr(query)
      assert.equal(messageOf(parse), error, query)
      if (error === undefined) assert.equal(prettify(parse()), formatted, query)
      assert.equal(
        messageOf(() => parseQuery(query)),
        error ?? runError,
        `to run: ${query}`,
      )
    }
  })
}

test('what Loki formats on one line is the canonical text', () => {
  for (const file of globSync('test/loki/logql/*.txt')) {
    for (const { query, formatted } of readCases(file)) {
      if (formatted === undefined || formatted.includes('\n') || formatted.startsWith(' ')) continue
      const expr = parseExpr(query)
      // Of ranges the layout differs: it has a blank before the bracket.
      if (Buffer.byteLength(writeExpr(expr)) <= 100 && expr.kind !== 'variants')
        assert.equal(writeExpr(expr), formatted)
    }
  }
})

test('numbers without a literal, and too many bytes', () => {
  assert.equal(
    messageOf(() => parseQuery('sum(1)')),
    messageOf(() => parseExpr('{}')),
  )
  assert.equal(
    messageOf(() => parseQuery('max(1)')),
    'unexpected expr type (*syntax.LiteralExpr) for Evaluator type (*logql.DefaultEvaluator)',
  )
  assert.equal(
    messageOf(() => parseQuery(`{a="${'é'.repeat(70_000)}"}`)),
    'parse error : input size too long (140006 > 131072)',
  )
})

test('line_format that nothing reads is not checked in a metric query', () => {
  assert.equal(
    messageOf(() => parseQuery('rate({a="b"} | line_format "{{" [5m])')),
    undefined,
  )
  assert.match(messageOf(() => parseQuery('rate({a="b"} | line_format "{{" | json [5m])'))!, /unclosed action/)
})

test('a selector alone, as match[] takes it', () => {
  assert.deepEqual(
    parseSelector('{a="b", c!~"d"}').map(({ name, op, value }) => [name, op, value]),
    [
      ['a', '=', 'b'],
      ['c', '!~', 'd'],
    ],
  )
  assert.equal(
    messageOf(() => parseSelector('{a="b"} |= "c"')),
    'only label matchers are supported',
  )
})
