import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { type Harness, NOW, ns, stream, withServer } from './harness.ts'

const PLAIN = { limits: { discover_log_levels: false, discover_service_name: [] } }

/** Marks that a corpus line has for reading; a request has them escaped. */
function escaped(request: string): string {
  const [path, ...query] = request.split('?')
  if (query.length === 0) return path!
  const marks = /[{}"|<>^` \\]/g
  return `${path}?${query
    .join('?')
    .replace(marks, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
    .replaceAll('+', '%2B')}`
}

test('what Loki refuses is refused, word by word', async () => {
  await withServer(PLAIN, async (loki) => {
    const lines = readFileSync('test/loki/api-refusals.txt', 'utf8').split('\n')
    const cases = lines.filter((line) => line !== '' && !line.startsWith('#'))
    assert.ok(cases.length > 300)
    for (const line of cases) {
      const [asked, body] = line.split(' → ')
      const response = await fetch(loki.url + escaped(asked!.slice(4)))
      const text = (await response.text()).trim().replaceAll('\n', '⏎')
      assert.equal(`${response.status} ${text}`, `${asked!.slice(0, 3)} ${body}`, asked)
    }
  })
})

/** Four streams of an hour: JSON, logfmt, plain text, and one of known size. */
async function fill(loki: Harness): Promise<void> {
  const at = (second: number) => ns(second * 1000)
  const each = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i))
  const json = (i: number) =>
    JSON.stringify({
      msg: `request ${i} was done`,
      user: { id: i % 7 },
      took: `${i}ms`,
      size: `${i}KB`,
      ok: i % 2 === 0,
    })
  const { status, text } = await loki.push({
    streams: [
      ...stream(
        { app: 'web', level: 'info', pod: '12' },
        each(60, (i) => [at(-1800 + i * 20), json(i), { trace_id: `t${i}` }] as const),
      ).streams,
      ...stream(
        { app: 'db', level: 'warn', pod: '34', shard: '1' },
        each(60, (i) => [at(-1790 + i * 20), `level=warn ts=${i} msg="took ${i}" rows=${i} app=x`] as const),
      ).streams,
      ...stream(
        { app: 'plain', id: '3f2504e0-4f89-11d3-9a0c-0305e82c3301' },
        each(40, (i) => [at(-1780 + i * 30), `connection from 10.0.0.${i} failed: timeout`] as const),
      ).streams,
      ...stream({ app: 'bytes' }, [
        [at(-600), 'abc'],
        [at(-540), 'defgh'],
        [at(-539), 'ij'],
      ]).streams,
    ],
  })
  assert.equal(status, 204, text)
}

/** Request → answer without its statistics; $START and $END are the hour up to now in seconds. */
const answers: readonly (readonly [request: string, answer: string])[] = [
  ['/loki/api/v1/label', '{"status":"success","data":["app","id","level","pod","shard"]}'],
  ['/api/prom/label', '{"status":"success","data":["app","id","level","pod","shard"]}'],
  ['/api/prom/label/app/values', '{"status":"success","data":["bytes","db","plain","web"]}'],
  ['/loki/api/v1/label/%61pp/values?query={pod=~".+"}', '{"status":"success","data":["db","web"]}'],
  ['/loki/api/v1/label/none/values', '{"status":"success"}'],
  [
    '/api/prom/series?match={shard="1"}',
    '{"status":"success","data":[{"app":"db","level":"warn","pod":"34","shard":"1"}]}',
  ],
  ['/loki/api/v1/series?match[]={none="1"}', '{"status":"success","data":[]}'],
  ['/loki/api/v1/index/stats?query={app="bytes"}', '{"streams":1,"chunks":1,"bytes":10,"entries":3}'],
  ['/loki/api/v1/index/stats?query={app="bytes"}&since=9m', '{"streams":1,"chunks":1,"bytes":7,"entries":2}'],
  ['/loki/api/v1/index/stats?query={app="none"}', '{"streams":0,"chunks":0,"bytes":0,"entries":0}'],
  [
    '/loki/api/v1/index/volume?query={app="bytes"}',
    '{"resultType":"vector","result":[{"metric":{"app":"bytes"},"value":[1795262400,"10"]}]}',
  ],
  [
    '/loki/api/v1/index/volume?query={app="bytes"}&aggregateBy=labels',
    '{"resultType":"vector","result":[{"metric":{"app":""},"value":[1795262400,"10"]}]}',
  ],
  ['/loki/api/v1/index/volume?query={app=~".+"}&targetLabels=shard,nope', '{"resultType":"vector","result":[]}'],
  [
    '/loki/api/v1/index/volume?query={}&targetLabels=shard&limit=1',
    '{"resultType":"vector","result":[{"metric":{"shard":"1"},"value":[1795262400,"2610"]}]}',
  ],
  [
    '/loki/api/v1/index/volume_range?query={app="bytes"}&step=60',
    '{"resultType":"matrix","result":[{"metric":{"app":"bytes"},"values":[[1795261859.999,"3"],[1795261919.999,"7"]]}]}',
  ],
  [
    '/loki/api/v1/index/volume_range?query={app="bytes"}&step=1h',
    '{"resultType":"vector","result":[{"metric":{"app":"bytes"},"value":[1795262400,"10"]}]}',
  ],
  [
    '/loki/api/v1/detected_labels',
    '{"detectedLabels":[{"label":"app","cardinality":4},{"label":"level","cardinality":2},{"label":"pod","cardinality":2},{"label":"shard","cardinality":1}]}',
  ],
  ['/loki/api/v1/detected_labels?query={app="plain"}', '{"detectedLabels":[{"label":"app","cardinality":1}]}'],
  ['/loki/api/v1/detected_labels?query={app="none"}', '{}'],
  [
    '/loki/api/v1/detected_fields?query={app="web"}',
    '{"fields":[{"label":"msg","type":"string","cardinality":60,"parsers":["json"],"jsonPath":["msg"]},{"label":"ok","type":"boolean","cardinality":2,"parsers":["json"],"jsonPath":["ok"]},{"label":"size","type":"bytes","cardinality":60,"parsers":["json"],"jsonPath":["size"]},{"label":"took","type":"duration","cardinality":60,"parsers":["json"],"jsonPath":["took"]},{"label":"trace_id","type":"string","cardinality":60,"parsers":null},{"label":"user_id","type":"int","cardinality":7,"parsers":["json"],"jsonPath":["user","id"]}],"limit":1000}',
  ],
  [
    '/loki/api/v1/detected_fields?query={app="db"}&line_limit=10',
    '{"fields":[{"label":"app_extracted","type":"string","cardinality":1,"parsers":["logfmt"]},{"label":"level_extracted","type":"string","cardinality":1,"parsers":["logfmt"]},{"label":"msg","type":"string","cardinality":10,"parsers":["logfmt"]},{"label":"rows","type":"int","cardinality":10,"parsers":["logfmt"]},{"label":"ts","type":"int","cardinality":10,"parsers":["logfmt"]}],"limit":1000}',
  ],
  ['/loki/api/v1/detected_fields?query={app="plain"}', '{}'],
  [
    '/loki/api/v1/detected_field/size/values?query={app="web"}&line_limit=3',
    '{"limit":1000,"values":["57kB","58kB","59kB"]}',
  ],
  [
    '/loki/api/v1/detected_field/trace_id/values?query={app="web"}&line_limit=2',
    '{"limit":1000,"values":["t58","t59"]}',
  ],
  ['/loki/api/v1/detected_field/none/values?query={app="web"}', '{}'],
  [
    '/loki/api/v1/patterns?query={app=~".+"}&step=1h',
    '{"status":"success","data":[{"pattern":"<_>request <_> was done<_>","level":"unknown","samples":[[1795258800,60]]},{"pattern":"level=warn ts=<_> msg=<_> rows=<_> app=x","level":"unknown","samples":[[1795258800,60]]},{"pattern":"connection from <_> failed: timeout","level":"unknown","samples":[[1795258800,40]]}]}',
  ],
  ['/loki/api/v1/patterns?query={app="bytes"}', '{"status":"success","data":[]}'],
  [
    '/loki/api/v1/query?query=vector(1)+vector(1)&time=4000000000',
    '{"resultType":"vector","result":[{"metric":{},"value":[4000000000,"2"]}]}',
  ],
  [
    '/api/prom/query?query={app="plain"}&regexp=0\\.0\\.7&limit=1',
    '{"streams":[{"labels":"{app=\\"plain\\", id=\\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\\"}","entries":[{"ts":"2026-11-21T11:33:50Z","line":"connection from 10.0.0.7 failed: timeout"}]}]}',
  ],
  ['/loki/api/v1/format_query?query={a="b"}|="c"|json', '{"status":"success","data":"{a=\\"b\\"} |= \\"c\\" | json"}'],
  ['/log_level', '{"message":"Current log level is warn"}'],
]

test('each endpoint answers what Loki does', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    for (const [request, expected] of answers) {
      const response = await fetch(loki.url + escaped(request))
      const text = await response.text()
      assert.equal(response.status, 200, `${request}: ${text}`)
      const { stats: _, ...answer } = JSON.parse(text)
      const { stats: __, ...data } = answer.data ?? {}
      assert.deepEqual('resultType' in data ? data : answer, JSON.parse(expected), request)
    }
  })
})

test('a form, its URL and what neither may be', async () => {
  await withServer(PLAIN, async (loki) => {
    const post = async (query: string, body: string, type = 'application/x-www-form-urlencoded') => {
      const response = await loki.send(`/loki/api/v1/query${query}`, body, type === '' ? {} : { 'Content-Type': type })
      return response.status === 200 ? JSON.parse(response.text).data.result[1] : response.text
    }
    assert.equal(await post('', 'query=1'), '1')
    assert.equal(await post('?query=2', 'query=1'), '1')
    assert.equal(await post('?query=2', 'limit=5'), '2')
    assert.equal(await post('', 'query=1%2B1', 'application/x-www-form-urlencoded; charset=utf-8'), '2')
    assert.match(await post('', 'query=1', 'text/plain'), /unexpected \$end/)
    assert.match(await post('', 'query=1', 'multipart/form-data; boundary=x'), /unexpected \$end/)
    assert.equal(await post('', 'query=%zz'), 'invalid URL escape "%zz"')
    assert.equal(await post('', 'query=1', ';;'), 'mime: no media type')
    assert.match(await post('', `query=${'x'.repeat(10 * 1024 * 1024)}`), /^request body too large/)
  })
})

test('paths: methods, HEAD, settings, unknown ones', async () => {
  await withServer({ ...PLAIN, settings: { authEnabled: true } }, async (loki) => {
    const ask = async (method: string, path: string) => {
      const response = await fetch(loki.url + path, { method })
      return `${response.status} ${(await response.text()).trim()}`
    }
    assert.equal(await ask('GET', '/ready'), '200 ready')
    assert.equal(await ask('HEAD', '/ready'), '200 ')
    assert.equal(await ask('HEAD', '/loki/api/v1/labels'), '405 ')
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      assert.equal(await ask(method, '/loki/api/v1/query_range'), '405 Method Not Allowed')
    }
    for (const path of [
      '/',
      '/loki/api/v1',
      '/loki/api/v1/labels/',
      '/loki/api/v1/delete',
      '/api/prom/none',
      '/loki/api/v1/label/a%2Fb/values',
      '/loki/api/v1/query_exemplars',
    ])
      assert.equal(await ask('GET', path), '404 404 page not found', path)
    assert.equal(await ask('GET', '/loki/api/v1/labels'), '401 no org id')
    assert.equal(await ask('GET', '/loki/api/v1/tail?query={}'), '401 no org id')
    assert.match(await ask('GET', '/services'), /^200 server => Running\n/)
    assert.match(
      await ask('GET', '/config'),
      /\nauth_enabled: true\n[\s\S]*\n {2}max_line_size: 256KB\n[\s\S]*query_timeout: 1m\n/,
    )
    assert.match(await ask('GET', '/config/tenant/v1/limits'), /max_query_length: 30d1h/)
    const limits = JSON.parse((await ask('GET', '/loki/api/v1/drilldown-limits')).slice(4))
    assert.equal(limits.pattern_ingester_enabled, true)
    assert.equal(limits.limits.volume_enabled, true)
    assert.equal(limits.version, '3.7.6')
  })
})

test('long answers are compressed for who takes that', async () => {
  await withServer(PLAIN, async (loki) => {
    await fill(loki)
    const ask = (path: string, encoding: string) =>
      new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
        const url = loki.url + escaped(path)
        httpGet(url, { headers: encoding === '' ? {} : { 'Accept-Encoding': encoding } }, (response) => {
          const parts: Buffer[] = []
          response.on('data', (part) => parts.push(part))
          response.on('end', () =>
            resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(parts) }),
          )
        }).on('error', reject)
      })
    const range = `/loki/api/v1/query_range?query={app="web"}&start=${ns(-3_600_000)}`
    const packed = await ask(range, 'deflate, gzip;q=0.5')
    assert.equal(packed.encoding, 'gzip')
    assert.equal(JSON.parse(gunzipSync(packed.body).toString()).data.result.length, 60)
    for (const encoding of ['', 'br', 'gzip;q=0'])
      assert.equal((await ask(range, encoding)).encoding, undefined, encoding)
    assert.equal((await ask('/loki/api/v1/labels', 'gzip')).encoding, undefined)
  })
})

test('limits: how many series a volume has, whether there are volumes, how far back', async () => {
  const limits = { ...PLAIN.limits, volume_max_series: 2, max_query_lookback: 1_200_000 }
  await withServer({ limits }, async (loki) => {
    await fill(loki)
    const ask = async (path: string) =>
      loki.get(path.split('?')[0]!, Object.fromEntries(new URLSearchParams(path.split('?')[1])))
    const volume = await ask('/loki/api/v1/index/volume?query={}')
    assert.deepEqual(volume, { status: 500, text: 'the query hit the max number of series limit (limit: 2 series)' })
    const stats = JSON.parse((await ask('/loki/api/v1/index/stats?query={app="db"}')).text)
    assert.equal(stats.entries, 30)
    const { text } = await ask('/loki/api/v1/labels?start=2&end=1')
    assert.equal(text, 'this data is no longer available, it is past now - max_query_lookback (20m)')
  })
  await withServer({ limits: { volume_enabled: false } }, async (loki) => {
    assert.deepEqual(await loki.get('/loki/api/v1/index/volume', { query: '{a="b"}' }), {
      status: 404,
      text: 'not found',
    })
  })
  assert.equal(NOW % 60_000, 0)
})
