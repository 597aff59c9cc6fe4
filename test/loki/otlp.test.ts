import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { field, NOW, ns, withServer } from './harness.ts'

const PLAIN = { limits: { discover_log_levels: false } }

const exported = {
  resourceLogs: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'k8s.pod.name', value: { stringValue: 'shop-1' } },
          { key: 'host.name', value: { stringValue: 'h1' } },
        ],
      },
      scopeLogs: [
        {
          scope: { name: 'lib', version: '1.2' },
          logRecords: [
            {
              timeUnixNano: ns(),
              observedTimeUnixNano: ns(5),
              severityNumber: 17,
              severityText: 'ERROR',
              body: { stringValue: 'it broke' },
              attributes: [
                { key: 'http.status', value: { intValue: '500' } },
                { key: 'user', value: { kvlistValue: { values: [{ key: 'id', value: { intValue: 7 } }] } } },
                { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
                { key: 'ratio', value: { doubleValue: 0.5 } },
              ],
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: 'EEE19B7EC3C1B174',
              flags: 1,
            },
          ],
        },
      ],
    },
  ],
}

const expected = {
  flags: '1',
  host_name: 'h1',
  http_status: '500',
  k8s_pod_name: 'shop-1',
  observed_timestamp: ns(5),
  ratio: '0.5',
  scope_name: 'lib',
  scope_version: '1.2',
  service_name: 'shop',
  severity_number: '17',
  severity_text: 'ERROR',
  span_id: 'eee19b7ec3c1b174',
  tags: '["a",true]',
  trace_id: '5b8efff798038103d269b633813fc60c',
  user_id: '7',
}

test('OTLP JSON: allow-listed attributes are labels, the rest is structured metadata', async () => {
  for (const encoding of ['', 'gzip']) {
    await withServer(PLAIN, async (loki) => {
      const json = JSON.stringify(exported)
      const headers = {
        'Content-Type': 'application/json',
        ...(encoding === '' ? {} : { 'Content-Encoding': encoding }),
      }
      const answer = await loki.send('/otlp/v1/logs', encoding === '' ? json : gzipSync(json), headers)
      assert.deepEqual(answer, { status: 204, text: '' })
      const { result } = await loki.query('{service_name="shop", k8s_pod_name="shop-1"}')
      assert.deepEqual(result, [{ stream: expected, values: [[ns(), 'it broke']] }])
    })
  }
})

const pair = (key: string, value: Buffer) => Buffer.concat([field(0x0a, key), field(0x12, value)])
const textValue = (text: string) => field(0x0a, text)
const fixed = (tag: number, nanos: string) => {
  const bytes = Buffer.alloc(9)
  bytes[0] = tag
  bytes.writeBigUInt64LE(BigInt(nanos), 1)
  return bytes
}

test('OTLP protobuf says the same', async () => {
  const attributes = [
    pair('http.status', Buffer.from([0x18, 0xf4, 0x03])),
    pair('user', field(0x32, field(0x0a, pair('id', Buffer.from([0x18, 7]))))),
    pair('tags', field(0x2a, Buffer.concat([field(0x0a, textValue('a')), field(0x0a, Buffer.from([0x10, 1]))]))),
    pair('ratio', Buffer.from([0x21, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f])),
  ].map((bytes) => field(0x32, bytes))
  const record = Buffer.concat([
    fixed(0x09, ns()),
    fixed(0x59, ns(5)),
    Buffer.from([0x10, 17]),
    field(0x1a, 'ERROR'),
    field(0x2a, textValue('it broke')),
    ...attributes,
    Buffer.from([0x45, 1, 0, 0, 0]),
    field(0x4a, Buffer.from('5b8efff798038103d269b633813fc60c', 'hex')),
    field(0x52, Buffer.from('eee19b7ec3c1b174', 'hex')),
  ])
  const scope = Buffer.concat([
    field(0x0a, Buffer.concat([field(0x0a, 'lib'), field(0x12, '1.2')])),
    field(0x12, record),
  ])
  const resource = [
    ['service.name', 'shop'],
    ['k8s.pod.name', 'shop-1'],
    ['host.name', 'h1'],
  ].map(([key, value]) => field(0x0a, pair(key!, textValue(value!))))
  const body = field(0x0a, Buffer.concat([field(0x0a, Buffer.concat(resource)), field(0x12, scope)]))
  await withServer(PLAIN, async (loki) => {
    const answer = await loki.send('/otlp/v1/logs', body, { 'Content-Type': 'application/x-protobuf' })
    assert.deepEqual(answer, { status: 204, text: '' })
    const { result } = await loki.query('{service_name="shop"}')
    assert.deepEqual(result, [{ stream: expected, values: [[ns(), 'it broke']] }])
  })
})

test('OTLP: a map as body is JSON, no time is now, no service is unknown_service, severity gives the level', async () => {
  const body = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                severityNumber: 'SEVERITY_NUMBER_WARN',
                body: {
                  kvlistValue: {
                    values: [
                      { key: 'b', value: { stringValue: '<x>' } },
                      { key: 'a', value: {} },
                    ],
                  },
                },
              },
            ],
          },
        ],
      },
    ],
  }
  await withServer({}, async (loki) => {
    assert.equal(
      (await loki.send('/otlp/v1/logs', JSON.stringify(body), { 'Content-Type': 'application/json' })).status,
      204,
    )
    const [found] = (await loki.query('{service_name="unknown_service"}')).result
    assert.deepEqual(found.values, [[`${NOW}000000`, '{"a":null,"b":"<x>"}']])
    assert.equal(found.stream.detected_level, 'warn')
  })
})

test('OTLP: what is refused', async () => {
  await withServer({}, async (loki) => {
    const send = (body: string, headers: Record<string, string>) => loki.send('/otlp/v1/logs', body, headers)
    assert.equal((await send('{}', { 'Content-Type': 'application/json' })).status, 422)
    const type = await send('{}', { 'Content-Type': 'text/plain' })
    assert.equal(type.status, 400)
    assert.match(type.text, /content type: text\/plain is not supported/)
    assert.equal((await send('{"resourceLogs":5}', { 'Content-Type': 'application/json' })).status, 400)
    assert.equal((await send('\u0001', { 'Content-Type': 'application/x-protobuf' })).status, 400)
  })
})
