/** The engine against the definition: windows one by one, on random entries; queries without end of any kind end well. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quantileFold, type RangeFold, VALUE_OPS } from '../../loki/logql/engine/rangeops.ts'
import { addSample, createSamples, sortSamples, type Window } from '../../loki/logql/engine/samples.ts'
import { xxHash64 } from '../../loki/logql/engine/streamhash.ts'
import { type Harness, NOW, ns, stream, withServer } from './harness.ts'

const PLAIN = { limits: { discover_log_levels: false, discover_service_name: [] } }
const RUNS = 60

test('samples are sorted by time, and stay in order within one', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer())), (pairs) => {
      const samples = createSamples(false)
      for (const [time, value] of pairs) addSample(samples, time, value)
      for (const _ of sortSamples(samples));
      const wanted = pairs.map(([time, value], i) => ({ time, value, i })).sort((a, b) => a.time - b.time || a.i - b.i)
      assert.deepEqual(
        [...samples.values.subarray(0, samples.count)],
        wanted.map(({ value }) => value),
      )
    }),
  )
})

const FOLDS: readonly (readonly [string, RangeFold])[] = [
  ...Object.entries(VALUE_OPS),
  ...[0, 0.25, 0.5, 0.95, 1, -1, 2].map((q) => [`quantile_over_time(${q})`, quantileFold(q)] as const),
]

for (const [name, { fold, slide }] of FOLDS) {
  if (slide === undefined) continue
  test(`${name} of sliding windows is what each window alone comes to`, () => {
    const number = fc.oneof(
      fc.integer({ min: -50, max: 50 }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.constant(Number.NaN),
    )
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 30 }), (list, width) => {
        const values = Float64Array.from(list)
        const times = values.map((_, i) => i * 1e9)
        const preparing = slide(times, values, list.length)
        let step = preparing.next()
        while (!step.done) step = preparing.next()
        for (let to = 1; to <= list.length; to++) {
          const window: Window = { times, values, from: Math.max(0, to - width), to }
          const [wanted, got] = [fold(window, 60), step.value(window, 60)]
          const isClose =
            Object.is(wanted, got) ||
            wanted === got ||
            Math.abs(wanted - got) <= 1e-9 * (1 + Math.abs(wanted)) * list.length
          // A variance of nothing but rounding is none.
          assert.ok(isClose || (name.startsWith('std') && wanted < 1e-3 && got < 1e-3), `${wanted} ${got}`)
        }
      }),
      { numRuns: RUNS },
    )
  })
}

interface Sample {
  readonly ms: number
  readonly app: string
  readonly value: number
}

/** By the definition: a window's values, oldest first. */
const DEFINITIONS: Readonly<Record<string, (values: readonly number[], seconds: number) => number>> = {
  count_over_time: (values) => values.length,
  rate: (values, seconds) => values.length / seconds,
  sum_over_time: (values) => values.reduce((a, b) => a + b, 0),
  avg_over_time: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  min_over_time: (values) => Math.min(...values),
  max_over_time: (values) => Math.max(...values),
  first_over_time: (values) => values[0]!,
  last_over_time: (values) => values.at(-1)!,
}

test('range queries are what each step alone comes to', async () => {
  const sample = fc.record({
    ms: fc.integer({ min: 0, max: 600_000 }),
    app: fc.constantFrom('a', 'b'),
    value: fc.integer({ min: -99, max: 99 }),
  })
  const asked = fc.record({
    op: fc.constantFrom(...Object.keys(DEFINITIONS)),
    samples: fc.uniqueArray(sample, { selector: ({ ms, app }) => `${ms} ${app}`, maxLength: 60 }),
    range: fc.constantFrom(7, 30, 60, 300),
    step: fc.constantFrom(10, 30, 90, 600),
    offset: fc.constantFrom(0, 60, -30),
  })
  await fc.assert(
    fc.asyncProperty(asked, async ({ op, samples, range, step, offset }) => {
      await withServer(PLAIN, async (loki) => {
        for (const app of ['a', 'b']) await push(loki, app, samples)
        const stages = op === 'count_over_time' || op === 'rate' ? '' : '| logfmt | unwrap value '
        const shift = offset === 0 ? '' : ` offset ${offset}s`
        const { result } = await loki.query(`${op}({app=~".+"} ${stages}[${range}s]${shift})`, {
          start: ns(-600_000),
          end: ns(0),
          step: String(step),
        })
        const points = (values: [number, string][]) => values.map(([time, text]) => [time, Number(text)])
        const got = Object.fromEntries(result.map(({ metric, values }) => [metric.app, points(values)]))
        assertClose(got, expected(op, samples, range, step, offset))
      })
    }),
    { numRuns: RUNS },
  )
})

async function push(loki: Harness, app: string, samples: readonly Sample[]): Promise<void> {
  const values = samples
    .filter((each) => each.app === app)
    .map(({ ms, value }) => [ns(ms - 600_000), `value=${value}`] as const)
  if (values.length > 0) assert.equal((await loki.push(stream({ app }, values))).status, 204)
}

function expected(op: string, samples: readonly Sample[], range: number, step: number, offset: number) {
  const found: Record<string, [number, number][]> = {}
  const first = Math.floor((NOW - 600_000) / (step * 1000)) * step
  for (let at = first; at < NOW / 1000 + step; at += step) {
    for (const app of ['a', 'b']) {
      const end = (at - offset) * 1000 - (NOW - 600_000)
      const values = samples
        .filter(({ ms, app: own }) => own === app && ms > end - range * 1000 && ms <= end)
        .sort((x, y) => x.ms - y.ms)
        .map(({ value }) => value)
      if (values.length === 0) continue
      found[app] ??= []
      found[app].push([at, DEFINITIONS[op]!(values, range)])
    }
  }
  return found
}

function assertClose(got: Record<string, number[][]>, wanted: Record<string, number[][]>): void {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(wanted).sort())
  for (const [app, points] of Object.entries(wanted)) {
    assert.deepEqual(
      got[app]!.map(([time]) => time),
      points.map(([time]) => time),
    )
    for (const [i, [, value]] of points.entries()) {
      const distance = Math.abs(got[app]![i]![1]! - value!)
      assert.ok(distance <= 1e-9 * (1 + Math.abs(value!)), `${got[app]![i]} instead of ${value}`)
    }
  }
}

const word = (...words: string[]) => fc.constantFrom(...words)
const rangeQuery = fc
  .tuple(
    word(
      'count_over_time',
      'rate',
      'bytes_rate',
      'absent_over_time',
      'sum_over_time',
      'quantile_over_time',
      'last_over_time',
      'rate_counter',
    ),
    word(
      '',
      '| logfmt',
      '| json',
      '| logfmt | v > 1',
      '| drop app',
      '|~ "(a|v)+"',
      '| line_format "{{.v}}"',
      '| label_format x=app',
    ),
    word('', '| unwrap v', '| unwrap v | __error__=""', '| unwrap bytes(v)'),
    word('[1s]', '[1m]', '[1000h]', '[5m] offset 1h', '[2m] offset -5m'),
    word('', ' by (app)', ' without (v)', ' by ()'),
  )
  .map(([op, stages, unwrap, range, by]) => {
    const quantile = op === 'quantile_over_time' ? '0.5, ' : ''
    return `${op}(${quantile}{app=~".+"} ${stages} ${unwrap} ${range})${by}`
  })
const { query: anyQuery } = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4 },
    rangeQuery,
    word('1', 'vector(2)', '-0', '1e308'),
    fc
      .tuple(word('sum', 'avg', 'stddev', 'count by (app)', 'max without (x)', 'sort', 'sort_desc'), tie('query'))
      .map(([op, inner]) => `${op}(${inner})`),
    fc
      .tuple(word('topk', 'bottomk', 'approx_topk'), word('0', '1', '99999'), tie('query'))
      .map(([op, k, inner]) => `${op}(${k}, ${inner})`),
    fc
      .tuple(
        tie('query'),
        word(
          '+',
          '/',
          '%',
          '^',
          '== bool',
          '>',
          'and',
          'or',
          'unless on (app)',
          '* on (app) group_left',
          '- ignoring (v)',
        ),
        tie('query'),
      )
      .map(([left, op, right]) => `(${left}) ${op} (${right})`),
    fc
      .tuple(tie('query'), word('(.*)', '(a)?(b)?', '(?P<n>.)'))
      .map(([inner, regex]) => `label_replace(${inner}, "x", "$1$n\${2}", "app", "${regex}")`),
  ),
}))

test('any query has an answer or a proper error', async () => {
  await withServer(PLAIN, async (loki) => {
    const lines = ['v=1 w=2', 'v=-5', 'v=NaN', 'v="x y', '{"v": 3}', '{"v": ', '', 'app=x v=1e400', 'ünï v=0x1p3']
    for (const app of ['a', 'b']) {
      const values = lines.map((line, i) => [ns(-60_000 * (i % 4)), line, pairsOf(i, app)] as const)
      assert.equal((await loki.push(stream({ app }, values))).status, 204)
    }
    await fc.assert(
      fc.asyncProperty(anyQuery, word('query', 'query_range'), word('1', '60', '3600'), async (query, path, step) => {
        const params = { query, start: ns(-3_600_000), end: ns(0), time: ns(0), step }
        const { status, text } = await loki.get(`/loki/api/v1/${path}`, params)
        if (status === 200) assert.equal(JSON.parse(text).status, 'success')
        else assert.doesNotMatch(text, /internal error|TypeError|undefined/, `${status} ${query}: ${text}`)
      }),
      { numRuns: 400 },
    )
  })
})

function pairsOf(index: number, app: string): Record<string, string> {
  return index % 2 === 0 ? {} : { v: String(index), x: app }
}

test('a query of too many series is refused before memory is gone, and so are parts of one', async () => {
  await withServer(
    { limits: { ...PLAIN.limits, max_query_series: 50, ingestion_rate_mb: 100, ingestion_burst_size_mb: 100 } },
    async (loki) => {
      const values = Array.from({ length: 20_000 }, (_, i) => [ns(-i), `id=${i}`, { id: String(i) }] as const)
      assert.equal((await loki.push(stream({ app: 'a' }, values))).status, 204)
      const ask = (query: string, step: string) =>
        loki.get('/loki/api/v1/query_range', { query, start: ns(-3_600_000), end: ns(1), step })
      const isRefused = ({ status, text }: { status: number; text: string }, words: RegExp) => {
        assert.equal(status, 400)
        assert.match(text, words)
      }
      const answered = /^maximum number of series \(50\) reached for a single query/
      isRefused(await ask('count_over_time({app="a"}[1m])', '60'), answered)
      isRefused(await ask('topk(3, count_over_time({app="a"}[1m]))', '60'), answered)
      isRefused(
        await ask('count by (id) (count_over_time({app="a"}[1m]))', '1'),
        /^query needs more than \d+ series at once/,
      )
      const { status, text } = await ask('count(count_over_time({app="a"}[1m]))', '60')
      assert.equal(status, 200)
      assert.equal(JSON.parse(text).data.result[0].values.at(-1)[1], '20000')
    },
  )
})

test('xxHash64', () => {
  const hashes = ['', 'a', 'abc', 'Nobody inspects the spammish repetition'].map((text) =>
    xxHash64(Buffer.from(text)).toString(16),
  )
  assert.deepEqual(hashes, ['ef46db3751d8e999', 'd24ec4f1a98c6e5b', '44bc2cf5ad770999', 'fbcea83c8a378bf1'])
})
