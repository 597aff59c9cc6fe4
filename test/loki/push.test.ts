import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { ns, proto, snap, stream, withServer } from './harness.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const PLAIN = { limits: { discover_log_levels: false, discover_service_name: [] } }

test('every encoding of a push stores the same entry', async () => {
  const body = Buffer.from(JSON.stringify(stream({ app: 'a' }, [[ns(), 'héllo "x"\n\u2028', { trace_id: 'é1' }]])))
  const wire = snap(proto([{ labels: '{app="a"}', values: [[ns(), 'héllo "x"\n\u2028', { trace_id: 'é1' }]] }]))
  const forms: [string, Buffer, Record<string, string>][] = [
    ['json', body, JSON_TYPE],
    ['json with charset', body, { 'Content-Type': 'application/json; charset=utf-8' }],
    ['gzip json', gzipSync(body), { ...JSON_TYPE, 'Content-Encoding': 'gzip' }],
    ['raw deflate json', deflateRawSync(body), { ...JSON_TYPE, 'Content-Encoding': 'deflate' }],
    ['protobuf', wire, { 'Content-Type': 'application/x-protobuf' }],
    ['protobuf that says snappy', wire, { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' }],
    [
      'gzip over snappy protobuf',
      gzipSync(wire),
      { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'gzip' },
    ],
  ]
  for (const [name, bytes, headers] of forms) {
    await withServer(PLAIN, async (loki) => {
      assert.deepEqual(await loki.send('/loki/api/v1/push', bytes, headers), { status: 204, text: '' }, name)
      const { result } = await loki.query('{app="a"}')
      const expected = [{ stream: { app: 'a', trace_id: 'é1' }, values: [[ns(), 'héllo "x"\n\u2028']] }]
      assert.deepEqual(result, expected, name)
    })
  }
})

test('a push without a content type is protobuf', async () => {
  await withServer(PLAIN, async (loki) => {
    const { request } = await import('node:http')
    const body = snap(proto([{ labels: '{app="a"}', values: [[ns(), 'x']] }]))
    const status = await new Promise((resolve) => {
      const call = request(`${loki.url}/loki/api/v1/push`, { method: 'POST' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      call.end(body)
    })
    assert.equal(status, 204)
  })
})

test('what cannot be read is refused whole, with 400', async () => {
  const good = [ns(), 'good']
  const cases: [string, string | Buffer, Record<string, string>, RegExp][] = [
    [
      'number for a time',
      JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [good, [1, 'x']] }] }),
      JSON_TYPE,
      /Value looks like Number\/Boolean\/None/,
    ],
    [
      'number for a line',
      JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [good, [ns(), 5]] }] }),
      JSON_TYPE,
      /closing '"'/,
    ],
    [
      'time that is no number',
      JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [good, ['soon', 'x']] }] }),
      JSON_TYPE,
      /Number/,
    ],
    [
      'number in metadata',
      JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [good, [ns(), 'x', { n: 1 }]] }] }),
      JSON_TYPE,
      /closing '"'/,
    ],
    [
      'half a surrogate pair',
      '{"streams":[{"stream":{"a":"b"},"values":[["1","\\ud800"]]}]}',
      JSON_TYPE,
      /closing '"'/,
    ],
    [
      'bad label name',
      JSON.stringify({ streams: [{ stream: { 'a-b': 'c' }, values: [good] }] }),
      JSON_TYPE,
      /couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'/,
    ],
    [
      'bytes in a label that are no UTF-8',
      JSON.stringify({ streams: [{ stream: { app: 'ok', zed: 'a\ufffdb' }, values: [good] }] }),
      JSON_TYPE,
      /couldn't parse labels: 1:16: parse error: invalid UTF-8 rune/,
    ],
    ['zlib for deflate', deflateSync('{"streams":[]}'), { ...JSON_TYPE, 'Content-Encoding': 'deflate' }, /./],
    ['brotli', '{}', { ...JSON_TYPE, 'Content-Encoding': 'br' }, /Content-Encoding "br" not supported/],
    ['json as text', '{"streams":[]}', { 'Content-Type': 'text/plain' }, /snappy: corrupt input/],
    ['a torn content type', '{}', { 'Content-Type': 'application/json; =' }, /mime: invalid media parameter/],
    ['nothing', '', JSON_TYPE, /^EOF/],
    ['torn json', '{"streams":[', JSON_TYPE, /PushRequest/],
    [
      'label text without an end',
      snap(proto([{ labels: '{a="b"', values: [[ns(), 'x']] }])),
      {},
      /couldn't parse labels/,
    ],
  ]
  await withServer({}, async (loki) => {
    for (const [name, body, headers, message] of cases) {
      const { status, text } = await loki.send('/loki/api/v1/push', body, headers)
      assert.equal(status, 400, name)
      assert.match(text, message, name)
    }
    assert.deepEqual((await loki.query('{a="b"}')).result, [])
  })
})

test('422 for no streams, 204 for a stream without entries, 500 for a metadata name that Loki cannot store', async () => {
  await withServer({}, async (loki) => {
    const empty = await loki.push({ streams: [] })
    assert.deepEqual(empty, { status: 422, text: 'error at least one valid stream is required for ingestion\n' })
    assert.equal((await loki.push(stream({ a: 'b' }, []))).status, 204)
    for (const name of ['ü', '']) {
      const { status, text } = await loki.push(stream({ a: 'b' }, [[ns(), 'x', { [name]: 'v' }]]))
      assert.equal(status, 500, JSON.stringify(name))
      assert.match(text, /label name/)
    }
  })
})

test('labels: numbers are text, empty values are gone, service_name and detected_level are found', async () => {
  await withServer({}, async (loki) => {
    const push = { streams: [{ stream: { job: 'j', n: 5, gone: '' }, values: [[ns(), 'level=WARNING oops']] }] }
    assert.equal((await loki.push(push)).status, 204)
    const [found] = (await loki.query('{job="j"}')).result
    assert.deepEqual(found.stream, { detected_level: 'warn', job: 'j', n: '5', service_name: 'j' })
    assert.equal((await loki.push(stream({}, [[ns(), 'no labels at all']]))).status, 204)
    const [unknown] = (await loki.query('{service_name="unknown_service"}')).result
    assert.deepEqual(unknown.stream, { detected_level: 'unknown', service_name: 'unknown_service' })
  })
})

test('detected_level as Loki finds it', async () => {
  const cases: [line: string, labels: Record<string, string>, metadata: Record<string, string>, level: string][] = [
    ['{"level":30}', {}, {}, 'unknown'],
    ['{"level":"err"}', {}, {}, 'error'],
    ['{"a":{"severity":"CRITICAL"}}', {}, {}, 'critical'],
    ['{"a":{"b":{"level":"error"}}}', {}, {}, 'error'],
    ['level=notice x=1', {}, {}, 'unknown'],
    ['lvl=dbg x=1', {}, {}, 'debug'],
    ['I0102 10:00:00.0 1 main.go:1] started', {}, {}, 'unknown'],
    ['[ERROR] it broke', {}, {}, 'error'],
    ['misc:error in it', {}, {}, 'unknown'],
    ['all fine', { level: 'Information' }, {}, 'info'],
    ['level=error', {}, { severity: 'trc' }, 'trace'],
    ['level=error', {}, { detected_level: 'WARN' }, 'warn'],
    ['x', {}, { severity_number: '17' }, 'error'],
  ]
  await withServer({}, async (loki) => {
    for (const [index, [line, labels, metadata, level]] of cases.entries()) {
      await loki.push(stream({ app: `a${index}`, ...labels }, [[ns(), line, metadata]]))
      const [found] = (await loki.query(`{app="a${index}"}`)).result
      assert.equal(found.stream.detected_level, level, line)
    }
  })
})

test('metadata names are normalized; __proto__ is a name like any other', async () => {
  await withServer(PLAIN, async (loki) => {
    const metadata = JSON.parse('{"a.b":"1","1x":"2","__proto__":"3","c--d":"4"}')
    await loki.push(stream({ app: 'a' }, [[ns(), 'x', metadata]]))
    const { text } = await loki.get('/loki/api/v1/query_range', { query: '{app="a"}', start: ns(-1000), end: ns(1) })
    assert.match(text, /"stream":\{"__proto__":"3","a_b":"1","app":"a","c_d":"4","key_1x":"2"\}/)
  })
})

test('an entry pushed twice is there once; the same time with another line or metadata is another entry', async () => {
  await withServer(PLAIN, async (loki) => {
    const push = stream({ app: 'a' }, [
      [ns(), 'x', { t: '1' }],
      [ns(), 'y'],
      [ns(), 'x', { t: '2' }],
      [ns(-5), 'old'],
    ])
    assert.equal((await loki.push(push)).status, 204)
    assert.equal((await loki.push(push)).status, 204)
    const { result } = await loki.query('{app="a"}')
    assert.equal(result.flatMap((one) => one.values).length, 4)
    const counted = await loki.query('sum(count_over_time({app="a"}[1h]))', { start: ns(), end: ns(), step: '1' })
    assert.deepEqual(counted.result[0].values, [[1795262400, '4']])
  })
})
