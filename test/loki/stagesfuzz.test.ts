/** Hostile lines and templates: stages never throw, and cost time in proportion to the line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { QueryError } from '../../loki/logql/error.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import type { Stage } from '../../loki/logql/row.ts'
import { compileTemplate, lokiFunctions, TemplateError, textMap } from '../../loki/logql/template/index.ts'
import { pipelineOf } from './stages/outcome.ts'
import { rowOf } from './stages/rows.ts'

/** One or more of every stage. */
const STAGES = [
  '| json',
  '| json x="a.b[0]", y="c"',
  '| json z="[1][0].k"',
  '| logfmt',
  '| logfmt --strict',
  '| logfmt --keep-empty',
  '| logfmt x="a", y="b"',
  '| unpack',
  '| pattern "<a> <_>=<b>"',
  '| regexp "(?P<a>.*)=(?P<b>.+)"',
  '| line_format "{{.a}} {{__line__ | trunc 80}}{{range $i, $v := fromJson __line__}}{{$i}}{{end}}"',
  '| line_format "{{ regexReplaceAll `a+b?` __line__ `[$0]` }}"',
  '| label_format c="{{.a | ToUpper}}", d=b',
  '| decolorize',
  '| drop a, __error__',
  '| keep a=~"x.*", b',
  '| a="x" or b > 5 or c >= 2KB or d < 5s',
  '| a=~"(x|y)+z.*"',
  '| a=ip("10.0.0.0/8")',
  '|= "a" or "b"',
  '|~ "(a|aa)+$"',
  '|> "<_>a<_>b<_>"',
  '|= "1" != ip("::1")',
]

function stageOf(stages: readonly string[]): Stage {
  const expr = parseQuery(`{s="x"} ${stages.join(' ')}`)
  if (expr.kind !== 'log') throw new Error('not a log query')
  return pipelineOf(expr)
}

const PIECES =
  '{ } [ ] : , " \\ = \n \t a b "a": {"a": [1, "x" true null -1e5 a=b c="d \\u \\ud800 \u001b[31m <_> 10.0.0.1 ::1 é \ufffd'.split(
    ' ',
  )
const line = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.json(),
  fc.string(),
)

test('fuzz: no chain of stages throws over any line', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STAGES), { minLength: 1, maxLength: 5 }), line, (stages, text) => {
      const row = rowOf({ line: text, labels: { s: 'x', a: '1' }, metadata: { b: '2', m: text } })
      stageOf(stages)(row)
      row.each((name, value) => assert.ok(typeof name === 'string' && typeof value === 'string'))
    }),
    { numRuns: 3000 },
  )
})

/** A line of 256 KiB, the longest that Loki takes. */
const LENGTH = 256 * 1024
const fill = (piece: string) => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH)
const HOSTILE = [
  '{"a":',
  '{',
  '[',
  '"',
  '\\',
  '{"a":{"b":[',
  '=',
  'a="',
  'a=b ',
  'a',
  ' ',
  ';',
  '\u001b[;',
  '\u001b;;;;',
  '1.',
  '::1',
  'ab',
  '<_>',
  '"a":1,',
]

test('a hostile line of 256 KiB costs every stage linear time', () => {
  const nested = '{"a":'.repeat(20_000)
  const lines = [
    ...HOSTILE.map(fill),
    `${nested}1${'}'.repeat(20_000)}`,
    `${nested}[${'}'.repeat(20_000)}`,
    `{${Array.from({ length: 15_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
    Array.from({ length: 15_000 }, (_, i) => `k${i}=${i}`).join(' '),
    `{"a":"${'\\'.repeat(LENGTH)}"}`,
    `[${'['.repeat(50_000)}1${']'.repeat(50_000)}]`,
  ]
  for (const stage of STAGES) {
    const run = stageOf([stage])
    for (const [i, text] of lines.entries()) {
      const started = performance.now()
      run(rowOf({ line: text, labels: { s: 'x' }, metadata: { a: text.slice(0, 1000) } }))
      const took = performance.now() - started
      assert.ok(took < 2000, `${stage} over line ${i}, ${text.slice(0, 20)}…: ${Math.round(took)} ms`)
    }
  }
})

const WORDS =
  '{{ }} {{- -}} if else end range with define "t" template $x := = | ( ) . .a .b.c "s" `r` 1 2.5 \'c\' true nil printf "%d" add index len eq and not __line__ fromJson break /* */ , '.split(
    ' ',
  )

test('fuzz: a template compiles and runs, or says what is wrong', () => {
  const functions = lokiFunctions(() => 0)
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(
      fc.oneof(
        words,
        words.map((text) => `{{ ${text} }}`),
      ),
      (text) => {
        try {
          compileTemplate('line', text, functions).run(textMap(new Map([['a', '[1,2,{"x":"y"}]']])))
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error
          assert.match(error.message, /^template: line:/)
        }
      },
    ),
    { numRuns: 5000 },
  )
})

test('a template ends, however it loops, repeats or nests', () => {
  const endless = [
    '{{define "t"}}{{template "t"}}{{end}}{{template "t"}}',
    '{{range 1000000000}}{{range 1000000000}}x{{end}}{{end}}',
    '{{ repeat 1000000000 "xxxxxxxxxx" }}',
    '{{ printf "%1000000000d" 1 }}{{ printf "%.1000000000f" 1.5 }}',
    '{{ indent 1000000 "\n\n\n\n\n\n\n\n" }}{{ alignLeft 1000000000 "x" }}',
    '{{$x := "aaaaaaaaaa"}}{{range 100}}{{$x = print $x $x}}{{end}}{{$x}}',
    '{{$x := "aaaaaaaaaa"}}{{range 100}}{{$x = replace "a" "aaaaaaaaaa" $x}}{{end}}',
    `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
    `${'{{if true}}'.repeat(5000)}${'{{end}}'.repeat(5000)}`,
    `{{ fromJson "${'['.repeat(5000)}${']'.repeat(5000)}" }}`,
  ]
  for (const text of endless) {
    const started = performance.now()
    const row = rowOf({ line: 'x' })
    try {
      stageOf([`| line_format ${JSON.stringify(text)}`])(row)
      assert.ok(row.line().length <= 4 * 1024 * 1024 + 1, 'the line stays bounded')
    } catch (error) {
      assert.ok(error instanceof QueryError || error instanceof Error, `${error}`)
      assert.doesNotMatch((error as Error).message, /call stack/, text.slice(0, 40))
    }
    assert.doesNotMatch(row.details, /call stack/, text.slice(0, 40))
    assert.ok(performance.now() - started < 4000, text.slice(0, 60))
  }
})
