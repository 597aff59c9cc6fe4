import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Harness, ns, stream, withServer } from './harness.ts'

const PLAIN = { limits: { discover_log_levels: false, discover_service_name: [] } }

async function fill(loki: Harness): Promise<void> {
  const lines = [
    '{"level":"info","msg":"one fish","duration_ms":12,"nested":{"a":"b"},"list":[1],"nil":null,"ok":true}',
    '{"level":"error","msg":"two fish","duration_ms":250.5,"size":"3KB","took":"1.5s"}',
    'level=warn msg="red fish" duration_ms=7',
    'plain blue fish',
    '{"level":"error","msg":"torn',
  ]
  const values = lines.map((line, i) => [ns(-10_000 + i * 1000), line, { n: String(i) }] as const)
  const { status, text } = await loki.push({
    streams: [
      ...stream({ app: 'a', env: 'prod' }, values).streams,
      ...stream({ app: 'b', env: 'test' }, [[ns(-500), 'b fish']]).streams,
    ],
  })
  assert.equal(status, 204, text)
}

/** The `n` of the entries that a query finds, newest first ('b' for the other stream's). */
const finds: [query: string, found: string][] = [
  ['{app="a"}', '43210'],
  ['{app=~"a|b"}', 'b43210'],
  ['{app=~".+", env!="prod"}', 'b'],
  ['{app!~"b.*", env=~"p.od"}', '43210'],
  ['{env=~"(?i)PROD"}', '43210'],
  ['{app="a"} |= "fish"', '3210'],
  ['{app="a"} |= "fish" != "blue" |~ "(one|red) f"', '20'],
  ['{app="a"} |~ `^level`', '2'],
  ['{app="a"} !~ "fish"', '4'],
  ['{app="a"} |= "one" or "two"', '10'],
  ['{app="a"} != "one" or "two"', '432'],
  ['{app="a"} |= ""', '43210'],
  ['{app="a"} | n="3"', '3'],
  ['{app="a"} | n=~"[12]"', '21'],
  ['{app="a"} | n > 2', '43'],
  ['{app="a"} | n >= 1 and n != 2', '431'],
  ['{app="a"} | n = 1 or n = 4', '41'],
  ['{app="a"} | (n = 1 or n = 4), n < 3', '1'],
  ['{app="a"} | json | level="error"', '41'],
  ['{app="a"} | json | level="error" | __error__=""', '1'],
  ['{app="a"} | json | __error__="JSONParserErr"', '432'],
  ['{app="a"} | json | nested_a="b"', '0'],
  ['{app="a"} | json | ok="true" | list="" | nil=""', '0'],
  ['{app="a"} | json | duration_ms > 100', '1'],
  ['{app="a"} | json | took > 1s', '1'],
  ['{app="a"} | json | size > 2KB', '1'],
  ['{app="a"} | json | msg > 1 | __error__="LabelFilterErr"', '10'],
  ['{app="a"} | logfmt | msg="red fish"', '2'],
  ['{app="a"} | missing=""', '43210'],
  ['{app="nope"}', ''],
]

test('log queries find what Loki finds', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    for (const [query, expected] of finds) {
      const { result } = await loki.query(query)
      const found = result.flatMap((one) => one.values.map(([time]: string[]) => [time, one.stream.n ?? 'b']))
      found.sort((a, b) => (a[0] < b[0] ? 1 : -1))
      assert.equal(found.map(([, n]) => n).join(''), expected, query)
    }
  })
})

test('limit, direction, interval, bounds and their defaults', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    const order = async (params: Record<string, string>) =>
      (await loki.query('{app="a"}', params)).result
        .flatMap((one) => one.values.map(([time]: string[]) => `${time} ${one.stream.n}`))
        .sort()
        .map((text) => text.at(-1))
        .join('')
    assert.equal(await order({ limit: '2' }), '34')
    assert.equal(await order({ limit: '2', direction: 'forward' }), '01')
    assert.equal(await order({ interval: '2s', direction: 'FORWARD' }), '024')
    assert.equal(await order({ start: ns(-10_000), end: ns(-9000) }), '0')
    assert.equal(await order({ start: '1795262390', end: '1795262392' }), '01')
    assert.equal(await order({ start: '1795262390.5', end: '1795262392.001' }), '12')
    assert.equal(await order({ start: '2026-11-21T11:59:51Z', end: '2026-11-21T13:59:52.5+02:00' }), '12')
    const { text } = await loki.get('/loki/api/v1/query_range', { query: '{app="a"}', since: '8s' })
    assert.deepEqual(
      JSON.parse(text)
        .data.result.map((one: { stream: { n: string } }) => one.stream.n)
        .sort(),
      ['2', '3', '4'],
    )
    const { result } = await loki.query('{app="b"}')
    assert.deepEqual(result[0], { stream: { app: 'b', env: 'test' }, values: [[ns(-500), 'b fish']] })
  })
})

test('categorize-labels puts metadata and parsed labels beside the line', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    const headers = { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' }
    const data = await loki.query('{app="a"} | logfmt | n="2"', {}, headers)
    assert.deepEqual(data.encodingFlags, ['categorize-labels'])
    const [found] = data.result
    assert.deepEqual(found.stream, { app: 'a', env: 'prod' })
    assert.deepEqual(found.values[0][2], {
      structuredMetadata: { n: '2' },
      parsed: { level: 'warn', msg: 'red fish', duration_ms: '7' },
    })
  })
})

test('metric queries count in (t - range, t], and aggregate', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    const instant = async (query: string) => {
      const { status, text } = await loki.get('/loki/api/v1/query', { query, time: ns() })
      assert.equal(status, 200, text)
      const { resultType, result } = JSON.parse(text).data
      if (resultType === 'scalar') return result[1]
      return result
        .map(
          (one: { metric: object; value: [number, string] }) =>
            `${Object.values(one.metric).join('/')}=${one.value[1]}`,
        )
        .join(' ')
    }
    assert.equal(await instant('sum by (app) (count_over_time({app=~".+"}[1m]))'), 'a=5 b=1')
    assert.equal(await instant('sum(count_over_time({app="a"}[10s]))'), '=4')
    assert.equal(await instant('sum(count_over_time({app="a"}[10001ms]))'.replace('10001ms', '11s')), '=5')
    assert.equal(await instant('sum(rate({app="a"}[10s]))'), '=0.4')
    assert.equal(await instant('sum(bytes_over_time({app="b"}[1m]))'), '=6')
    assert.equal(await instant('sum(count_over_time({app="a"}[5s] offset 5s))'), '=4')
    assert.equal(await instant('max(count_over_time({app=~".+"}[1m]))'), '=1')
    assert.equal(await instant('count(count_over_time({app=~".+"}[1m]))'), '=6')
    assert.equal(await instant('topk(1, sum by (app) (count_over_time({app=~".+"}[1m])))'), 'a=5')
    assert.equal(
      await instant('sum by (level) (count_over_time({app="a"} | json | __error__="" [1m]))'),
      'error=1 info=1',
    )
    assert.equal(
      await instant('100 * sum(count_over_time({app="b"}[1m])) / sum(count_over_time({app="a"}[1m]))'),
      '=20',
    )
    assert.equal(await instant('sum by (app) (count_over_time({app=~".+"}[1m])) > 2'), 'a=5')
    assert.equal(await instant('2 ^ 3 ^ 2'), '512')
    assert.equal(await instant('1 + 2 * 3'), '7')
    const range = await loki.query('sum(count_over_time({app="a"}[2s]))', {
      start: ns(-10_000),
      end: ns(-4000),
      step: '2',
    })
    assert.deepEqual(
      range.result[0].values.map(([, value]: string[]) => value),
      ['1', '2', '2'],
    )
  })
})

const refused: [path: string, params: Record<string, string>, status: number, message: RegExp][] = [
  [
    'query_range',
    { query: '{app="a"' },
    400,
    /^parse error at line 1, col 9: syntax error: unexpected \$end, expecting } or ,$/,
  ],
  [
    'query_range',
    { query: '{app=a}' },
    400,
    /^parse error at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING$/,
  ],
  [
    'query_range',
    { query: '{app="a"} foo' },
    400,
    /^parse error at line 1, col 11: syntax error: unexpected IDENTIFIER$/,
  ],
  ['query_range', { query: '' }, 400, /^parse error : syntax error: unexpected \$end$/],
  ['query_range', { query: '{}' }, 400, /^parse error : queries require at least one regexp or equality matcher/],
  ['query_range', { query: '{app=~".*"}' }, 400, /^parse error : queries require at least one/],
  ['query_range', { query: '{app=~"("}' }, 400, /^parse error : error parsing regexp: missing closing \): `\(`$/],
  ['query_range', { query: '{app="a"} |= 5' }, 400, /unexpected NUMBER, expecting STRING or ip$/],
  ['query_range', { query: 'rate({app="a"})' }, 400, /^parse error at line 1, col 15: syntax error: unexpected \)$/],
  ['query_range', { query: 'sum({app="a"})' }, 400, /syntax error: unexpected \)$/],
  ['query_range', { query: 'rate({app="a"}[5x])' }, 400, /unknown unit "x" in duration "5x"/],
  [
    'query_range',
    { query: '{app="a"} | line_format "{{"' },
    400,
    /^parse error : stage '\| line_format "\{\{"' : invalid line template: template: line:1: unclosed action$/,
  ],
  [
    'query_range',
    { query: 'quantile_over_time({app="a"} | unwrap x [1m])' },
    400,
    /^parse error : parameter required for operation quantile_over_time$/,
  ],
  [
    'query',
    { query: '{app="a"}' },
    400,
    /^log queries are not supported as an instant query type, please change your query to a range query type$/,
  ],
  [
    'query_range',
    { query: '{app="a"}', limit: '5001' },
    400,
    /^max entries limit per query exceeded, limit > max_entries_limit_per_query \(5001 > 5000\)$/,
  ],
  ['query_range', { query: '{app="a"}', limit: '0' }, 400, /limit must be a positive value/],
  ['query_range', { query: '{app="a"}', limit: 'x' }, 400, /strconv.Atoi: parsing "x": invalid syntax/],
  ['query_range', { query: '{app="a"}', direction: 'up' }, 400, /invalid direction 'up'/],
  [
    'query_range',
    { query: '{app="a"} |~ "a" or "("' },
    400,
    /^parse error : stage '\|~ "a" or "\("' : error parsing regexp: missing closing \): `\(`$/,
  ],
  ['series', { 'match[]': '{app=~".*"}' }, 400, /^parse error : queries require at least one/],
  ['labels', { query: '{}' }, 400, /^parse error : queries require at least one/],
  ['query_range', { query: '{app="a"}', step: '0' }, 400, /zero or negative query resolution step widths/],
  ['query_range', { query: '{app="a"}', step: '0.1' }, 400, /exceeded maximum resolution of 11,000 points/],
  ['query_range', { query: '{app="a"}', start: 'x' }, 400, /could not parse 'start' parameter/],
  [
    'query_range',
    { query: '{app="a"}', start: ns(1), end: ns() },
    400,
    /end timestamp must not be before or equal to start time/,
  ],
  [
    'query_range',
    { query: '{app="a"}', start: ns(-40 * 86_400_000), end: ns() },
    400,
    /^the query time range exceeds the limit \(query length: 40d, limit: 30d1h\)$/,
  ],
]

test('what Loki refuses is refused in its words', async () => {
  await withServer(PLAIN, async (loki) => {
    for (const [path, params, status, message] of refused) {
      const answer = await loki.get(`/loki/api/v1/${path}`, { start: ns(-3_600_000), end: ns(), ...params })
      assert.equal(answer.status, status, JSON.stringify(params))
      assert.match(answer.text, message, JSON.stringify(params))
    }
  })
})

test('labels, label values, series and index/stats, by GET and POST', async () => {
  await withServer(PLAIN, async (loki) => {
    assert.equal((await loki.get('/loki/api/v1/labels')).text, '{"status":"success"}\n')
    await fill(loki)
    const data = async (path: string, params: Record<string, string> = {}) =>
      JSON.parse((await loki.get(`/loki/api/v1/${path}`, params)).text).data
    assert.deepEqual(await data('labels'), ['app', 'env'])
    assert.deepEqual(await data('label/app/values'), ['a', 'b'])
    assert.deepEqual(await data('label/app/values', { query: '{env="test"}' }), ['b'])
    assert.equal(await data('label/app/values', { start: ns(-90_000_000), end: ns(-80_000_000) }), undefined)
    assert.deepEqual(await data('series', { 'match[]': '{app=~".+"}' }), [
      { app: 'a', env: 'prod' },
      { app: 'b', env: 'test' },
    ])
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const posted = await loki.send('/loki/api/v1/series', 'match[]=%7Bapp%3D%22b%22%7D', form)
    assert.deepEqual(JSON.parse(posted.text).data, [{ app: 'b', env: 'test' }])
    const query = await loki.send(
      '/loki/api/v1/query_range',
      `query=%7Bapp%3D%22b%22%7D&start=${ns(-3_600_000)}&end=${ns()}`,
      form,
    )
    assert.equal(JSON.parse(query.text).data.result.length, 1)
    assert.equal((await loki.get('/loki/api/v1/series', { 'match[]': '{app=~"("}' })).status, 400)
    const stats = JSON.parse((await loki.get('/loki/api/v1/index/stats', { query: '{app="a"}' })).text)
    assert.equal(stats.streams, 1)
    assert.equal(stats.entries, 5)
  })
})

test('tenants see their own entries only', async () => {
  await withServer({ ...PLAIN, settings: { authEnabled: true } }, async (loki) => {
    const as = (tenant: string) => ({ 'X-Scope-OrgID': tenant })
    assert.deepEqual(await loki.push(stream({ app: 'a' }, [[ns(), 'x']])), { status: 401, text: 'no org id\n' })
    assert.equal((await loki.push(stream({ app: 'a' }, [[ns(), 'x']]), as('one'))).status, 204)
    assert.equal((await loki.push(stream({ app: 'a' }, [[ns(), 'x']]), as('sp ace'))).status, 400)
    assert.equal((await loki.query('{app="a"}', {}, as('one'))).result.length, 1)
    assert.equal((await loki.query('{app="a"}', {}, as('two'))).result.length, 0)
    assert.equal((await loki.get('/loki/api/v1/labels')).status, 401)
    assert.equal((await loki.get('/ready')).status, 200)
  })
})

test('paths and methods', async () => {
  await withServer(PLAIN, async (loki) => {
    assert.deepEqual(await loki.get('/ready'), { status: 200, text: 'ready\n' })
    assert.deepEqual(await loki.get('/nope'), { status: 404, text: '404 page not found\n' })
    assert.equal((await loki.get('/loki/api/v1/push')).status, 405)
    assert.equal((await fetch(`${loki.url}/loki/api/v1/labels`, { method: 'DELETE' })).status, 405)
    assert.equal(JSON.parse((await loki.get('/loki/api/v1/status/buildinfo')).text).version, '3.7.6')
    await fill(loki)
    const { text } = await loki.get('/metrics')
    assert.match(text, /loki_distributor_lines_received_total\{tenant="fake"\} 6/)
    assert.match(text, /loki_ingester_memory_streams\{tenant="fake"\} 2/)
  })
})

test('a query that takes too long ends with 504, and the server answers meanwhile', async () => {
  await withServer(
    {
      ...PLAIN,
      limits: { ...PLAIN.limits, query_timeout: 1, ingestion_rate_mb: 100, ingestion_burst_size_mb: 100 },
      settings: { maxMessageBytes: 0 },
    },
    async (loki) => {
      const values = Array.from({ length: 60_000 }, (_, i) => [ns(-i), `{"a":"${i}","b":"fish"}`] as const)
      assert.equal((await loki.push(stream({ app: 'a' }, values))).status, 204)
      const heavy = loki.get('/loki/api/v1/query_range', {
        query: '{app="a"} | json | b="nope"',
        start: ns(-3_600_000),
        end: ns(),
      })
      const ready = await loki.get('/ready')
      assert.equal(ready.status, 200)
      const { status, text } = await heavy
      assert.equal(status, 504)
      assert.match(text, /^request timed out/)
    },
  )
})

test("metric queries start and end on multiples of the step, as behind Loki's query splitter", async () => {
  await withServer(PLAIN, async (loki) => {
    const answer = await loki.get('/loki/api/v1/query_range', {
      query: '1 + 1',
      start: '1795261790.322',
      end: '1795261915.5',
      step: '60',
    })
    const [series] = JSON.parse(answer.text).data.result
    assert.deepEqual(series.values, [
      [1795261740, '2'],
      [1795261800, '2'],
      [1795261860, '2'],
      [1795261920, '2'],
    ])
  })
})
