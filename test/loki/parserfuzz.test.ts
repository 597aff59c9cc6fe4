import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { QueryError } from '../../loki/logql/error.ts'
import { parseExpr, parseQuery } from '../../loki/logql/parser.ts'
import { prettify } from '../../loki/logql/pretty.ts'
import { writeExpr } from '../../loki/logql/print.ts'

const QUERIES = [
  '{app="shop", env=~"a.+"} |= "a" or "b" != "c" | json x="y.z" | level="error" or status>=500 and took>1.5s | size<5KB',
  '{app="shop"} |~ "a|b" | logfmt --strict a, b="c" | line_format `{{.a}}` | label_format a=b,c="{{.d}}" | drop a, b="c"',
  'sum by (a, b) (rate({app="shop"} | pattern "<a> <_>" | unwrap duration(took) | a="b" [5m] offset 1h)) / vector(2)',
  'quantile_over_time(0.9, ({app="shop"} | regexp "(?P<a>.*)" | unwrap x)[5m] offset -1h) without (c) > bool on (a) group_left (b) 5',
  'topk(3, label_replace(count_over_time({app="shop"}[1h]), "a", "$1", "b", "(.*)")) or 1 + 2 * 3 ^ 4 unless vector(1)',
  '{app="shop"} | ip=ip("10.0.0.0/8"), (a="b" or c!~"d") | keep a | decolorize | unpack # comment',
]
const PIECES =
  '( ) { } [5m] | || , by or and unless "x" 5 1.5s 5KB --strict unwrap offset #c = =~ ! - sum sum( rate( json . \' \\ " ` bool on( /* // é 😀 $x variants( of [ @ ; group_left \0 \ufeff \u2028 0x 1e 1_ ip( vector( != |~ !> \n'.split(
    ' ',
  )

/** A query cut, doubled and filled at places. */
const mutated = fc
  .tuple(
    fc.constantFrom(...QUERIES),
    fc.array(fc.tuple(fc.nat(200), fc.nat(8), fc.constantFrom('', ...PIECES)), { maxLength: 4 }),
  )
  .map(([query, edits]) =>
    edits.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), query),
  )

/** Undefined when it was refused properly. */
function parsed(query: string): ReturnType<typeof parseExpr> | undefined {
  try {
    parseQuery(query)
  } catch (error) {
    assert.ok(error instanceof QueryError, `${JSON.stringify(query)}: ${(error as Error).stack}`)
    assert.ok(error.status === 400 || /unexpected expr type/.test(error.message), error.message)
  }
  try {
    return parseExpr(query)
  } catch (error) {
    assert.ok(
      error instanceof QueryError && error.status === 400,
      `${JSON.stringify(query)}: ${(error as Error).stack}`,
    )
    return undefined
  }
}

test('fuzz: a wrong query is refused, never a crash; what is written parses to what writes the same', () => {
  let taken = 0
  fc.assert(
    fc.property(mutated, (query) => {
      const expr = parsed(query)
      if (expr === undefined) return
      const text = writeExpr(expr)
      // Loki's own text of an infinite number, of a name in quotes and of -0 does not come back.
      if (/Inf|NaN|"é|"😀|[{,( ]"[^"]*"[=!]/.test(text)) return
      taken++
      assert.equal(writeExpr(parseExpr(text)), text)
      prettify(expr)
    }),
    { numRuns: 1500, seed: 7 },
  )
  assert.ok(taken > 100, `only ${taken} of the queries were taken`)
})

test('fuzz: any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 30 })), (query) => {
      parsed(query)
    }),
    { numRuns: 500, seed: 8 },
  )
})

const LARGE = 100_000
const metric = 'rate({a="b"}[1m])'
const repeat = (text: string) => text.repeat(Math.floor(LARGE / text.length))
const LARGE_QUERIES: Readonly<Record<string, string>> = {
  parentheses: repeat('('),
  'closed parentheses': `${'('.repeat(LARGE / 2)}${metric}${')'.repeat(LARGE / 2)}`,
  braces: repeat('{'),
  brackets: repeat('['),
  quotes: repeat('"'),
  'escaped quotes': `{a="${repeat('\\"')}"}`,
  'line or': `{a="b"} |= "x"${repeat(' or "x"')}`,
  'line not or': `{a="b"} != "x"${repeat(' or "x"')}`,
  'line filters': `{a="b"}${repeat(' |= "x"')}`,
  'label or': `{a="b"} | a="b"${repeat(' or a="b"')}`,
  'label adjacency': `{a="b"} |${repeat(' a="b"')}`,
  'label parentheses': `{a="b"} | ${repeat('(')}`,
  matchers: `{a="b"${repeat(',a="b"')}}`,
  stages: `{a="b"}${repeat(' | json')}`,
  additions: `${metric}${repeat(` + ${metric}`)}`,
  powers: `${metric}${repeat(` ^ ${metric}`)}`,
  numbers: `1${repeat(' + 1')}`,
  sums: repeat('sum('),
  'closed sums': `${'sum('.repeat(LARGE / 5)}${metric}${')'.repeat(LARGE / 5)}`,
  names: repeat('sum '),
  'names before blanks': `${'sum'} ${repeat(' ')}`,
  comments: repeat('#\n'),
  blocks: repeat('/**/'),
  'open block': `/*${repeat('*')}`,
  digits: repeat('1'),
  separated: repeat('1_'),
  durations: repeat('1m'),
  points: repeat('.'),
  minuses: repeat('-'),
  alternation: `{a=~"${repeat('a|')}"}`,
  groups: `{a=~"${repeat('(')}"}`,
  stars: `{a=~"${repeat('a*')}"}`,
  repeats: `{a=~"${repeat('a{1000}')}"}`,
  'nested repeats': `{a="b"} |~ "((((a{100}){100}){100}){100})"`,
  'unwrap filters': `sum_over_time({a="b"} | unwrap x${repeat(' | a="b"')} [5m])`,
  groupings: `sum by (a${repeat(',a')}) (${metric})`,
  pattern: `{a="b"} | pattern "${repeat('<a>')}"`,
  'json path': `{a="b"} | json a="${repeat('b.')}"`,
  'label formats': `{a="b"} | label_format a=b${repeat(',a=b')}`,
  template: `{a="b"} | line_format "${repeat('{{')}"`,
}
/** Far more than any takes; a quadratic one takes minutes. */
const MAX_MS = 20_000

for (const [name, query] of Object.entries(LARGE_QUERIES)) {
  test(`100 KB of ${name} end soon`, { timeout: 60_000 }, () => {
    const start = performance.now()
    const expr = parsed(query)
    if (expr !== undefined) {
      writeExpr(expr)
      prettify(expr)
    }
    const took = performance.now() - start
    assert.ok(took < MAX_MS, `${Math.round(took)} ms`)
  })
}
