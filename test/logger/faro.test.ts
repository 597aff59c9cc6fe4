/** The Faro receiver: answers as Alloy's, takes only what it should, and makes records of what browsers say. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { getTransportBody, type TransportBody, TransportItemType } from '@grafana/faro-core'
import fc from 'fast-check'
import { createFaroReceiver, type FaroOptions } from '../../logger/index.ts'
import { newFolder } from './programs.ts'
import { NOW_MS, readBack, written } from './reader.ts'

const meta = {
  sdk: { name: '@grafana/faro-web-sdk', version: '2.12.1' },
  app: { name: 'shop-frontend', version: '1.2.3', release: 'r1', environment: 'prod', namespace: 'shop' },
  user: { id: 'u-1', attributes: { plan: 'free' } },
  session: { id: 's-1', attributes: { previousSession: 's-0' } },
  page: { id: 'cart', url: 'https://shop.example/cart?token=secret#x' },
  browser: { name: 'Chrome', version: '130', os: 'Linux', mobile: false },
  view: { name: 'basket' },
} as const

const timestamp = new Date(NOW_MS - 1000).toISOString()
const trace = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' }

/** As the SDK builds it: typed by it, so that a change of its types is seen here. */
const PAYLOAD = {
  meta,
  logs: [
    { message: 'order placed password=hunter2-not-real', level: 'log', context: { cart: '4711' }, timestamp, trace },
  ],
  exceptions: [
    {
      type: 'TypeError',
      value: 'the basket is broken',
      timestamp,
      stacktrace: { frames: [{ filename: 'https://shop.example/app.js', function: 'h', lineno: 1, colno: 10 }] },
    },
  ],
  measurements: [{ type: 'web-vitals', values: { lcp: 2400.5, delta: 3 }, timestamp, context: { rating: 'good' } }],
  events: [{ name: 'order_placed', domain: 'shop', attributes: { items: '3' }, timestamp }],
} as unknown as TransportBody

interface Started {
  readonly url: string
  readonly lines: string[]
  records(): Record<string, unknown>[]
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
}

async function start(t: TestContext, options: Partial<FaroOptions> = {}): Promise<Started> {
  const lines: string[] = []
  const receive = createFaroReceiver({ take: (line) => void lines.push(line), now: () => NOW_MS, ...options })
  const server = createServer((request, response) => {
    if (!receive(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/collect`
  return {
    url,
    lines,
    records: () => readBack(lines.join('\n')).map(written),
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        body: Buffer.isBuffer(body) ? body : typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
  }
}

test('a payload becomes records: log, exception, measurement, event', async (t) => {
  const faro = await start(t)
  const answer = await faro.post(PAYLOAD)
  assert.deepEqual([answer.status, await answer.text()], [202, 'ok'])
  const [log, exception, measurement, event] = faro.records()
  const common = {
    service: 'shop-frontend',
    app: 'shop-frontend',
    node: 'browser',
    env: 'prod',
    session_id: 's-1',
    user_id: 'u-1',
    page_id: 'cart',
    page_url: 'https://shop.example/cart',
    page_path: '/cart',
    view_name: 'basket',
    browser_name: 'Chrome',
    app_version: '1.2.3',
    user_attr_plan: 'free',
    session_previousSession: 's-0',
  }
  for (const record of [log, exception, measurement, event]) {
    assert.equal(record?.timestamp, '2026-05-05T12:30:10.123000000Z')
    for (const [name, value] of Object.entries(common))
      assert.equal(record?.[name], value, `${name} of ${JSON.stringify(record)}`)
  }
  assert.deepEqual(
    [log?.kind, log?.level, log?.message, log?.context_cart, log?.trace_id, log?.span_id],
    ['log', 'info', 'order placed password=[redacted:password]', '4711', trace.trace_id, trace.span_id],
  )
  assert.deepEqual(
    [exception?.kind, exception?.level, exception?.error_type, exception?.error],
    ['exception', 'error', 'TypeError', 'the basket is broken'],
  )
  assert.equal(exception?.stack, 'TypeError: the basket is broken\n    at h (https://shop.example/app.js:1:10)')
  assert.deepEqual(
    [measurement?.kind, measurement?.measurement, measurement?.value_lcp, measurement?.context_rating],
    ['measurement', 'web-vitals', 2400.5, 'good'],
  )
  assert.deepEqual(
    [event?.kind, event?.event, event?.event_domain, event?.event_data_items],
    ['event', 'order_placed', 'shop', '3'],
  )
})

test('what getTransportBody makes, and OTLP spans, are taken', async (t) => {
  const faro = await start(t)
  const item = {
    type: TransportItemType.LOG,
    payload: { message: 'hello there', level: 'warn', context: {}, timestamp },
    meta,
  }
  await faro.post(getTransportBody([item as never]))
  const span = {
    name: 'GET /api',
    traceId: trace.trace_id,
    spanId: trace.span_id,
    startTimeUnixNano: String(NOW_MS * 1e6),
    endTimeUnixNano: String((NOW_MS + 250) * 1e6),
  }
  await faro.post({ meta, traces: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] } })
  const [log, seen] = faro.records()
  assert.deepEqual([log?.message, log?.level], ['hello there', 'warn'])
  assert.deepEqual([seen?.kind, seen?.message, seen?.trace_id], ['trace', 'GET /api', trace.trace_id])
  assert.ok(Math.abs((seen?.duration_ms as number) - 250) < 1)
})

test('200s and 400s: gzip, bad JSON, no payload, too large packed and unpacked, too many items', async (t) => {
  const faro = await start(t, { maxBytes: 20_000, rate: { perSecond: 1000, burst: 1000 } })
  const status = async (body: unknown, headers?: Record<string, string>) => (await faro.post(body, headers)).status
  const gzip = { 'Content-Encoding': 'gzip' }
  assert.equal(await status(gzipSync(JSON.stringify(PAYLOAD)), gzip), 202)
  assert.equal(faro.lines.length, 4)
  for (const bad of ['', '{', '[]', '"x"', '{"meta":1}', '{"meta":{},"logs":{}}'])
    assert.equal(await status(bad), 400, bad)
  assert.equal(await status(Buffer.from('no gzip'), gzip), 400)
  assert.equal(await status('x'.repeat(20_001)), 413)
  assert.equal(await status(gzipSync('x'.repeat(10_000_000)), gzip), 413)
  assert.equal(
    await status({ meta, events: Array.from({ length: 2001 }, () => 0) }),
    202,
    'what is no object is no item',
  )
  assert.equal(await status({ meta: {}, logs: Array.from({ length: 2001 }, () => ({})) }), 413)
  assert.equal((await fetch(faro.url)).status, 405)
  assert.equal(faro.lines.length, 4)
})

test('the key, the rate, and a payload that is sent twice', async (t) => {
  const keyed = await start(t, { apiKey: 'right' })
  assert.equal((await keyed.post(PAYLOAD)).status, 401)
  assert.equal((await keyed.post(PAYLOAD, { 'x-api-key': 'wrong' })).status, 401)
  assert.equal(keyed.lines.length, 0)
  assert.equal((await keyed.post(PAYLOAD, { 'x-api-key': 'right' })).status, 202)

  let now = NOW_MS
  const limited = await start(t, { rate: { perSecond: 2, burst: 3 }, now: () => now })
  const statuses = []
  for (let i = 0; i < 5; i++) statuses.push((await limited.post(PAYLOAD)).status)
  assert.deepEqual(statuses, [202, 202, 202, 429, 429])
  now += 500
  assert.equal((await limited.post(PAYLOAD)).status, 202)

  const twice = await start(t)
  for (let i = 0; i < 2; i++) assert.equal((await twice.post(PAYLOAD, { 'Idempotency-Key': 'k-1' })).status, 202)
  assert.equal(twice.lines.length, 4)
  assert.equal((await twice.post(PAYLOAD, { 'Idempotency-Key': 'k-2' })).status, 202)
  assert.equal(twice.lines.length, 8)
  await Promise.all(Array.from({ length: 10 }, () => twice.post(PAYLOAD, { 'Idempotency-Key': 'k-3' })))
  assert.equal(twice.lines.length, 12, 'ten at once are one')
})

test('CORS: listed origins, everybody, nobody; the receiver’s own origin always', async (t) => {
  const listed = await start(t, { origins: ['https://shop.example'] })
  const preflight = await fetch(listed.url, { method: 'OPTIONS', headers: { Origin: 'https://shop.example' } })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://shop.example')
  for (const header of [
    'content-type',
    'content-encoding',
    'traceparent',
    'x-api-key',
    'x-faro-session-id',
    'x-scope-orgid',
    'idempotency-key',
  ]) {
    assert.ok(preflight.headers.get('access-control-allow-headers')?.includes(header), header)
  }
  const stranger = await listed.post(PAYLOAD, { Origin: 'https://evil.example' })
  assert.deepEqual([stranger.status, stranger.headers.get('access-control-allow-origin')], [403, null])
  assert.equal(listed.lines.length, 0)
  assert.equal((await listed.post(PAYLOAD, { Origin: new URL(listed.url).origin })).status, 202)
  const open = await start(t, { origins: ['*'] })
  assert.equal(
    (await open.post(PAYLOAD, { Origin: 'https://any.example' })).headers.get('access-control-allow-origin'),
    '*',
  )
  assert.throws(() => createFaroReceiver({ take: () => {}, origins: ['shop.example'] }), /origins must be like/)
})

test('a browser’s clock is believed only so far', async (t) => {
  const faro = await start(t)
  const at = (ms: number) => ({ message: 'a b', level: 'info', timestamp: new Date(NOW_MS + ms).toISOString() })
  await faro.post({
    meta,
    logs: [at(-1000), at(-7_200_000), at(3_600_000), { message: 'a b', timestamp: 'yesterday' }],
  })
  const [near, past, future, none] = faro.records()
  const received = '2026-05-05T12:30:11.123000000Z'
  assert.equal(near?.timestamp, '2026-05-05T12:30:10.123000000Z')
  assert.deepEqual([past?.timestamp, past?.client_time], [received, '2026-05-05T10:30:11.123Z'])
  assert.deepEqual([future?.timestamp, none?.timestamp, none?.client_time], [received, received, undefined])
})

test('stacks go through source maps of local files, by release first; names of strangers reach no other file', async (t) => {
  const folder = newFolder()
  // app.js line 1 column 9 (from 0) is src/basket.ts line 41 column 5, name emptyBasket.
  const map = { version: 3, sources: ['src/basket.ts'], names: ['emptyBasket'], mappings: 'SAwCIA' }
  mkdirSync(join(folder, 'r1'))
  writeFileSync(join(folder, 'r1', 'app.js.map'), JSON.stringify(map))
  writeFileSync(join(folder, 'broken.js.map'), 'no json')
  const faro = await start(t, { sourceMaps: folder })
  const frames = ['https://shop.example/app.js?v=1', '../../../etc/hosts', 'broken.js', 'x/..', '\0'].map(
    (filename) => ({ filename, function: 'h', lineno: 1, colno: 10 }),
  )
  await faro.post({ meta, exceptions: [{ type: 'E', value: 'v', timestamp, stacktrace: { frames } }] })
  const [record] = faro.records()
  assert.deepEqual(String(record?.stack).split('\n').slice(0, 4), [
    'E: v',
    '    at emptyBasket (src/basket.ts:41:5)',
    '    at h (../../../etc/hosts:1:10)',
    '    at h (broken.js:1:10)',
  ])
})

test('whatever a stranger sends: an answer, and lines that are records', async (t) => {
  const faro = await start(t, { rate: { perSecond: 1e6, burst: 1e6 } })
  const anything = fc.jsonValue({ maxDepth: 4 })
  await fc.assert(
    fc.asyncProperty(anything, anything, anything, anything, async (app, log, exception, stacktrace) => {
      const body = {
        meta: { app, page: { url: app } },
        logs: [log, { message: log, level: log, context: log, trace: log }],
        exceptions: [{ type: exception, value: 'v', stacktrace }, { stacktrace: { frames: [stacktrace] } }],
        measurements: [{ values: exception }],
        events: [{ name: app, attributes: log }],
      }
      const { status } = await faro.post(body)
      assert.equal(status, 202)
    }),
    { numRuns: 100 },
  )
  for (const record of faro.records()) {
    assert.ok(record.service && record.node === 'browser' && record.kind)
    assert.equal(record.timestamp, '2026-05-05T12:30:11.123000000Z')
  }
})
