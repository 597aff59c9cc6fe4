/** Grafana's variables as its Loki data source replaces them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { substitute, type Variable } from '../../loki/testing/variables.ts'

const MINUTE = 60_000
const times = { intervalMs: 30_000, rangeMs: 5 * MINUTE, isInstant: false, startMs: 1000, endMs: 301_000 }

const variables = new Map<string, Variable>([
  ['one', { values: ["it's a.b"], isMulti: false }],
  ['many', { values: ['a.b', 'c\\d'], isMulti: true }],
  ['single', { values: ['a.b'], isMulti: true }],
  ['all', { values: ['.+'], isMulti: true, isRaw: true }],
  ['n', { values: ['5'], isMulti: false }],
])

const cases: readonly (readonly [written: string, asked: string])[] = [
  ['{a="$one"}', `{a="it\\\\'s a.b"}`],
  ['{a=~"$many"}', '{a=~"a\\\\.b|c\\\\\\\\d"}'],
  ['{a=~"${many}", b=~"[[many]]"}', '{a=~"a\\\\.b|c\\\\\\\\d", b=~"a\\\\.b|c\\\\\\\\d"}'],
  ['{a=~"${many:regex}"}', '{a=~"(a\\.b|c\\\\d)"}'],
  ['${single:regex} ${single:json} ${many:json}', 'a\\.b a.b ["a.b","c\\\\d"]'],
  ['${many:pipe} ${many:csv} [[many:raw]] ${many:glob} ${single:glob}', 'a.b|c\\d a.b,c\\d a.b,c\\d {a.b,c\\d} a.b'],
  ['${many:doublequote} ${one:singlequote}', `"a.b","c\\d" 'it\\'s a.b'`],
  ['{a=~"$all"} {a=~"${all:regex}"}', '{a=~".+"} {a=~".+"}'],
  ['topk($n, rate({a="b"}[$__interval]))', 'topk(5, rate({a="b"}[30s]))'],
  [
    '[$__auto] [$__rate_interval] [$__range] $__range_s $__range_ms $__interval_ms',
    '[30s] [30s] [300s] 300 300000 30000',
  ],
  ['${__from} ${__to}', '1000 301000'],
  ['label_replace(x, "a", "$1-${2}", "b", "(.*)")', 'label_replace(x, "a", "$1-${2}", "b", "(.*)")'],
]

for (const [written, asked] of cases) {
  test(written, () => assert.equal(substitute(written, variables, times), asked))
}

test('$__auto of an instant query is its range', () => {
  assert.equal(substitute('[$__auto]', variables, { ...times, isInstant: true }), '[300s]')
})

test('what has no value and formats that there are not are errors', () => {
  assert.throws(
    () => substitute('$nothing', variables, times),
    /the variable \$nothing has no value.*Known: \$one, \$many/,
  )
  assert.throws(
    () => substitute('${one:loud}', variables, times),
    /format :loud of a variable is not known\. Known: raw,/,
  )
})
