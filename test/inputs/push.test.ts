/** The push input speaks Loki's push API and OTLP: what comes in keeps time, labels and metadata; answers are Loki's. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import snappyjs from 'snappyjs'
import { listenPush, type PushInputOptions } from '../../shipper/inputs/push.ts'
import { proto } from '../loki/harness.ts'
import { Catch, portOf } from './catch.ts'

const OPTIONS: PushInputOptions = {
  listen: { host: '127.0.0.1', port: 0 },
  bearer_token: undefined,
  tls: undefined,
  max_body_bytes: 64 * 1024,
  max_unpacked_bytes: 256 * 1024,
}
const JSON_TYPE = { 'content-type': 'application/json' }
const LOKI = '/loki/api/v1/push'
const OTLP = '/otlp/v1/logs'

type Post = (path: string, body: string | Uint8Array, headers?: Record<string, string>) => Promise<Response>

async function withInput(
  options: Partial<PushInputOptions>,
  run: (post: Post, intake: Catch, port: number) => Promise<void>,
) {
  const intake = new Catch()
  const listening = await listenPush({ ...OPTIONS, ...options }, intake)
  const port = portOf(listening.addresses, 'push')
  try {
    const post: Post = (path, body, headers = JSON_TYPE) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })
    await run(post, intake, port)
  } finally {
    await listening.close()
  }
}

const PUSH = {
  streams: [
    {
      stream: { app: 'shop', namespace: 'prod', level: 'warn', environment: 'live' },
      values: [
        ['1700000000123456789', 'a line', { trace_id: 'abc', user: 'ü' }],
        ['1700000001000000000', 'another\nwith a second line'],
      ],
    },
  ],
}

const PLACE = {
  input: 'loki',
  around: { service: 'shop', env: 'live', level: 'warn' },
  labels: [
    ['app', 'shop'],
    ['environment', 'live'],
    ['namespace', 'prod'],
  ],
}

test('Loki JSON, plain and gzip: time, place and metadata', async () => {
  await withInput({}, async (post, intake) => {
    const text = JSON.stringify(PUSH)
    assert.equal((await post(LOKI, text)).status, 204)
    assert.equal((await post(LOKI, gzipSync(text), { ...JSON_TYPE, 'content-encoding': 'gzip' })).status, 204)
    const first = {
      time: { seconds: 1_700_000_000, nanos: 123_456_789 },
      place: PLACE,
      metadata: [
        ['trace_id', 'abc'],
        ['user', 'ü'],
      ],
      text: 'a line',
    }
    const time = { seconds: 1_700_000_001, nanos: 0 }
    const second = { time, place: PLACE, metadata: [], text: 'another\nwith a second line' }
    assert.deepEqual(intake.entries, [first, second, first, second])
  })
})

test('Loki protobuf with snappy: the same', async () => {
  await withInput({}, async (post, intake) => {
    const bytes = proto([
      {
        labels: '{app="shop", namespace="prod", level="warn", environment="live"}',
        values: [['1700000000123456789', 'a line', { trace_id: 'abc' }]],
      },
    ])
    const body = Buffer.from(snappyjs.compress(bytes))
    assert.equal((await post(LOKI, body, { 'content-type': 'application/x-protobuf' })).status, 204)
    assert.deepEqual(intake.entries, [
      {
        time: { seconds: 1_700_000_000, nanos: 123_456_789 },
        place: PLACE,
        metadata: [['trace_id', 'abc']],
        text: 'a line',
      },
    ])
  })
})

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })

test('OTLP JSON: resource, scope and record each have their place', async () => {
  await withInput({}, async (post, intake) => {
    const record = {
      timeUnixNano: '1700000000000000001',
      severityNumber: 17,
      body: { stringValue: 'it failed' },
      attributes: [attribute('http.method', 'GET')],
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    }
    const resource = [
      attribute('service.name', 'cart'),
      attribute('deployment.environment', 'dev'),
      attribute('host.name', 'h1'),
    ]
    const body = {
      resourceLogs: [
        { resource: { attributes: resource }, scopeLogs: [{ scope: { name: 'app.Cart' }, logRecords: [record] }] },
      ],
    }
    for (const path of [OTLP, '/v1/logs']) assert.equal((await post(path, JSON.stringify(body))).status, 204)
    assert.equal(intake.entries.length, 2)
    assert.deepEqual(intake.entries[0].place.around, { service: 'cart', env: 'dev', host: 'h1' })
    assert.deepEqual(intake.entries[0].time, { seconds: 1_700_000_000, nanos: 1 })
    assert.equal(intake.entries[0].text, 'it failed')
    assert.deepEqual(Object.fromEntries(intake.entries[0].metadata), {
      level: 'error',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      logger: 'app.Cart',
      http_method: 'GET',
    })
  })
})

test('OTLP: nothing of scope, event or severity is lost; ids of zeroes are none', async () => {
  await withInput({}, async (post, intake) => {
    const record = {
      severityNumber: 21,
      severityText: 'CRITICAL',
      eventName: 'payment.failed',
      attributes: [attribute('exception.type', 'IOError')],
      traceId: '0'.repeat(32),
      spanId: '0'.repeat(16),
    }
    const scope = { name: 'app.Cart', version: '1.2', attributes: [attribute('team', 'shop')] }
    const body = { resourceLogs: [{ scopeLogs: [{ scope, logRecords: [record, { severityText: 'NOTICE' }] }] }] }
    assert.equal((await post(OTLP, JSON.stringify(body))).status, 204)
    const [first, second] = intake.entries.map(({ metadata }) => Object.fromEntries(metadata))
    const own = { logger: 'app.Cart', scope_version: '1.2', team: 'shop' }
    const said = { event: 'payment.failed', level: 'fatal', severity_text: 'CRITICAL', exception_type: 'IOError' }
    assert.deepEqual(first, { ...own, ...said })
    assert.deepEqual(second, { ...own, level: 'NOTICE' })
  })
})

test('OTLP protobuf', async () => {
  await withInput({}, async (post, intake) => {
    // resourceLogs{scopeLogs{logRecords{time_unix_nano=1, severity_number=2: 9, body=5{string_value=1}}}}
    const record = Buffer.concat([
      Buffer.from([0x09]),
      fixed64(5_000_000_007n),
      Buffer.from([0x10, 9]),
      field(5, field(1, Buffer.from('hello'))),
      field(12, Buffer.from('greeting')),
    ])
    const body = field(1, field(2, field(2, record)))
    assert.equal((await post(OTLP, body, { 'content-type': 'application/x-protobuf' })).status, 204)
    const [{ time, text, metadata }] = intake.entries
    assert.deepEqual(
      { time, text, metadata },
      {
        time: { seconds: 5, nanos: 7 },
        text: 'hello',
        metadata: [
          ['event', 'greeting'],
          ['level', 'info'],
        ],
      },
    )
  })
})

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
}

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** [what, path, body, headers, status, what the answer says] */
const REFUSED: readonly [string, string, string | Uint8Array, Record<string, string>, number, RegExp][] = [
  ['no JSON', LOKI, '{"streams": [', JSON_TYPE, 400, /loghttp\.PushRequest/],
  ['no labels', LOKI, '{"streams":[{"stream":{},"values":[["1","a"]]}]}', JSON_TYPE, 400, /at least one label pair/],
  ['no snappy', LOKI, 'hello', { 'content-type': 'application/x-protobuf' }, 400, /snappy: corrupt input/],
  ['no gzip', LOKI, 'hello', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400, /gzip/],
  ['another encoding', LOKI, '{}', { ...JSON_TYPE, 'content-encoding': 'br' }, 400, /not supported/],
  ['too large', LOKI, 'x'.repeat(70_000), JSON_TYPE, 413, /too large/],
  ['a gzip bomb', LOKI, gzipSync('x'.repeat(300_000)), { ...JSON_TYPE, 'content-encoding': 'gzip' }, 413, /too large/],
  ['OTLP of another type', OTLP, 'x', { 'content-type': 'text/plain' }, 400, /text\/plain is not supported/],
  ['another path', '/loki/api/v1/query', '{}', JSON_TYPE, 404, /no such path/],
]

test('what cannot be read is refused as Loki refuses it, and nothing of it is taken', async () => {
  await withInput({}, async (post, intake) => {
    for (const [what, path, body, headers, status, says] of REFUSED) {
      const answer = await post(path, body, headers)
      assert.equal(answer.status, status, what)
      assert.match(await answer.text(), says, what)
    }
    assert.equal(intake.entries.length, 0)
  })
})

test('what never fits into the spool is 413: a sender that comes again with it would be stuck for ever', async () => {
  await withInput({}, async (post, intake) => {
    intake.answer = 'large'
    const response = await post(LOKI, JSON.stringify(PUSH))
    assert.equal(response.status, 413)
    assert.match(await response.text(), /too large for the spool/)
  })
})

test('no room is 429, a disk that fails is 503, both with Retry-After', async () => {
  await withInput({}, async (post, intake) => {
    for (const [answer, status] of [
      ['full', 429],
      ['failed', 503],
    ] as const) {
      intake.answer = answer
      const response = await post(LOKI, JSON.stringify(PUSH))
      assert.equal(response.status, status)
      assert.ok(Number(response.headers.get('retry-after')) > 0)
    }
  })
})

test('a token is asked for, and compared whole', async () => {
  await withInput({ bearer_token: 's3cret' }, async (post, intake) => {
    const body = JSON.stringify(PUSH)
    for (const authorization of ['', 'Bearer', 'Bearer s3cre', 'Bearer s3cret2', 'Basic s3cret']) {
      assert.equal((await post(LOKI, body, { ...JSON_TYPE, ...(authorization && { authorization }) })).status, 401)
    }
    assert.equal(intake.entries.length, 0)
    assert.equal((await post(LOKI, body, { ...JSON_TYPE, authorization: 'Bearer s3cret' })).status, 204)
  })
})

test('a sender that goes away in the middle of its body leaves nothing behind', async () => {
  await withInput({}, async (post, intake, port) => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `POST ${LOKI} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"streams"`,
    )
    socket.destroy()
    assert.equal((await post(LOKI, JSON.stringify(PUSH))).status, 204)
    assert.equal(intake.entries.length, 2)
  })
})
