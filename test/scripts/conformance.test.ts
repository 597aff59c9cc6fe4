/** scripts/conformance: what counts as a difference, and that random questions are the same for the same seed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from '../../loki/logql/parser.ts'
import { differences, type Told, toldBy } from '../../scripts/conformance/compare.ts'
import { randomQuestions } from '../../scripts/conformance/random.ts'

const streams = (result: unknown): Told => ({ resultType: 'streams', result })
const matrix = (result: unknown): Told => ({ resultType: 'matrix', result })
const one = (values: unknown) => matrix([{ metric: { a: '1' }, values }])

const SAME: readonly (readonly [Told, Told])[] = [
  [
    streams([
      { stream: { a: '1', b: '2' }, values: [['1', 'x']] },
      { stream: {}, values: [['2', 'y']] },
    ]),
    streams([
      { stream: {}, values: [['2', 'y']] },
      { stream: { b: '2', a: '1' }, values: [['1', 'x']] },
    ]),
  ],
  [
    streams([{ stream: { __error__: 'E', __error_details__: 'one' }, values: [['1', 'x']] }]),
    streams([{ stream: { __error__: 'E', __error_details__: 'two' }, values: [['1', 'x']] }]),
  ],
  [one([[1, '0.3']]), one([[1, '0.30000000000000004']])],
  [one([[1, 'NaN']]), one([[1, 'NaN']])],
  [one([[1, '0']]), one([[1, '0.0000000000000001']])],
  [
    { status: 400, error: 'parse error' },
    { status: 400, error: 'other words' },
  ],
  [
    { resultType: 'scalar', result: [1, '2'] },
    { resultType: 'scalar', result: [1000, '2'] },
  ],
]

const DIFFERENT: readonly (readonly [Told, Told, RegExp])[] = [
  [streams([]), streams([{ stream: { a: '1' }, values: [['1', 'x']] }]), /^unexpected \{a="1"\}: 1 values/],
  [streams([{ stream: { a: '1' }, values: [['1', 'x']] }]), streams([]), /^missing \{a="1"\}/],
  [
    streams([
      {
        stream: {},
        values: [
          ['1', 'x'],
          ['1', 'y'],
        ],
      },
    ]),
    streams([
      {
        stream: {},
        values: [
          ['1', 'y'],
          ['1', 'x'],
        ],
      },
    ]),
    /\[0\]: "x", got "y"/,
  ],
  [streams([{ stream: {}, values: [['1', 'x']] }]), streams([{ stream: {}, values: [['2', 'x']] }]), /time 1, got 2/],
  [one([[1, '1']]), one([[1, '1.00000001']]), /at 1: 1, got 1\.00000001/],
  [one([[1, '1']]), one([[2, '1']]), /time 1, got 2/],
  [one([[1, 'NaN']]), one([[1, '0']]), /NaN, got 0/],
  [one([[1, '+Inf']]), one([[1, '-Inf']]), /\+Inf, got -Inf/],
  [one([]), streams([]), /type matrix, got streams/],
  [one([[1, '1']]), { status: 400, error: 'no' }, /status 200 \(matrix of 1\), got 400 \(no\)/],
  [{ status: 400, error: 'no' }, { status: 500, error: 'no' }, /status 400 \(no\), got 500/],
  [one([[1, '1']]), toldBy(200, 'hello'), /not JSON: hello/],
]

test('what is the same', () => {
  for (const [a, b] of SAME) assert.deepEqual([...differences(a, b), ...differences(b, a)], [])
})

test('what differs, and how it is said', () => {
  for (const [a, b, expected] of DIFFERENT) assert.match(differences(a, b).join('\n'), expected)
  const [a, b] = SAME.find(([{ status }]) => status === 400)!
  assert.match(differences(a, b, { words: true }).join('\n'), /words: "parse error"\n +got +"other words"/)
})

const DATASET = {
  streams: [
    {
      stream: { service: 'api', level: 'info' },
      values: [...Array(50).keys()].map((i) => [`${1_795_168_800 + i}000000000`, `level=info took=${i}ms n=${i}`]),
    },
    { stream: { service: 'graph' }, values: [['1795168800000000000', '{"event":"a","n":1}', { trace_id: 't' }]] },
    { stream: { service: 'web' }, values: [['1795168900000000000', 'GET /a 200']] },
  ],
}

test('random questions parse, are many, and are the same for the same seed', () => {
  const questions = randomQuestions(DATASET, 400, 7)
  assert.deepEqual(questions, randomQuestions(DATASET, 400, 7))
  assert.notDeepEqual(questions, randomQuestions(DATASET, 400, 8))
  for (const { params } of questions)
    assert.doesNotThrow(() => parseQuery(String(params['query'])), String(params['query']))
  assert.ok(new Set(questions.map(({ params }) => params['query'])).size > 300)
  assert.deepEqual([...new Set(questions.map(({ family }) => family))].sort(), [
    'instant',
    'line filter',
    'metric',
    'pipeline',
  ])
})
