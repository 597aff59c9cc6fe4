/** Loki's /patterns body out of the miner's counts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE, NOON, openBench } from './miner.ts'

interface Body {
  readonly status: string
  readonly data: readonly { readonly pattern: string; readonly level: string; readonly samples: [number, number][] }[]
}

function bench() {
  const bench = openBench()
  for (let n = 0; n < 90; n++) {
    bench.learn(`order ${n} placed`)
    if (n % 3 === 0) bench.learn(`order ${n} refused`, { level: 'error', node: 'pay' })
    if (n % 30 === 0) bench.learn(`order ${n} placed`, { service: 'cart' })
    bench.clock.now += 2000
  }
  const ask = (params: Record<string, string>) => JSON.parse(bench.patterns.answer(new URLSearchParams(params))) as Body
  return { ...bench, ask }
}

test('patterns as Loki answers them: the most frequent first, samples by time', () => {
  const { ask } = bench()
  const start = NOON / 1000
  assert.deepEqual(ask({ query: '{service="shop"}' }), {
    status: 'success',
    data: [
      {
        pattern: 'order <_> placed',
        level: 'info',
        samples: [
          [start, 30],
          [start + 60, 30],
          [start + 120, 30],
        ],
      },
      {
        pattern: 'order <_> refused',
        level: 'error',
        samples: [
          [start, 10],
          [start + 60, 10],
          [start + 120, 10],
        ],
      },
    ],
  })
})

test('a selector on service, level and node', () => {
  const { ask } = bench()
  const patterns = (query: string) =>
    ask({ query }).data.map(
      ({ pattern, samples }) => `${pattern} ${samples.reduce((sum, [, lines]) => sum + lines, 0)}`,
    )
  const [placed, refused] = ['order <_> placed', 'order <_> refused']
  for (const [query, expected] of [
    ['{service=~".+"}', [`${placed} 93`, `${refused} 30`]],
    ['{}', [`${placed} 93`, `${refused} 30`]],
    ['{service="cart"}', [`${placed} 3`]],
    ['{service_name="cart", level!="error"}', [`${placed} 3`]],
    ['{level=~"error|fatal"}', [`${refused} 30`]],
    ['{detected_level="error"}', [`${refused} 30`]],
    ['{service="shop", node!~"pay.*"}', [`${placed} 90`]],
    ['{node=`pay`}', [`${refused} 30`]],
    ['{service="shop", cluster="x"}', []],
    ['{service="no such"}', []],
  ] as const) {
    assert.deepEqual(patterns(query), expected, query)
  }
})

test('start, end and step', () => {
  const { ask } = bench()
  const start = NOON / 1000
  const samples = (params: Record<string, string>) => ask({ query: '{service="cart"}', ...params }).data[0]?.samples
  assert.deepEqual(samples({ step: '5m' }), [[start, 3]])
  assert.deepEqual(samples({ step: '300' }), [[start, 3]])
  assert.deepEqual(samples({ start: String(start + 60), end: String(start + 119) }), [[start + 60, 1]])
  assert.deepEqual(samples({ start: `${start + 60}000000000`, end: `${start + 119}000000000` }), [[start + 60, 1]])
  assert.deepEqual(samples({ start: '2026-11-21T12:01:00Z', end: '2026-11-21T12:01:59Z' }), [[start + 60, 1]])
  assert.equal(samples({ start: '2026-11-20T12:01:00Z', end: '2026-11-20T12:01:59Z' }), undefined)
})

test('what cannot be read is refused with a reason', () => {
  const { patterns } = openBench()
  for (const [params, message] of [
    [{}, /stream selector/],
    [{ query: 'service="a"' }, /stream selector/],
    [{ query: '{service}' }, /stream selector/],
    [{ query: '{service="a" level="b"}' }, /stream selector/],
    [{ query: '{service=~"("}' }, /pattern of service/],
    [{ query: '{service="\\x"}' }, /stream selector/],
    [{ query: `{service="${'a'.repeat(6000)}"}` }, /stream selector/],
    [{ query: '{}', start: 'yesterday' }, /start must be/],
    [{ query: '{}', step: '-5' }, /step must be/],
    [{ query: '{}', since: 'ages' }, /since must be/],
  ] as const) {
    assert.throws(() => patterns.answer(new URLSearchParams(params as Record<string, string>)), {
      code: 'usage',
      message,
    })
  }
})

test('three hours are kept, and no more', () => {
  const bench = openBench()
  for (let minute = 0; minute < 300; minute++) {
    bench.learn('ready')
    bench.clock.now += MINUTE
  }
  const body = JSON.parse(bench.patterns.answer(new URLSearchParams({ query: '{}', since: '24h' }))) as Body
  assert.equal(body.data[0].samples.length, 180)
})
