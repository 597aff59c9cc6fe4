import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Limits } from '../../loki/limits.ts'
import type { Settings } from '../../loki/server/settings.ts'
import { NOW, ns, stream, withServer } from './harness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'v']))

interface Case {
  readonly name: string
  readonly limits?: Partial<Limits>
  readonly push: { streams: unknown[] }
  readonly status: number
  readonly message?: RegExp
  /** Lines that are stored nevertheless. */
  readonly stored?: number
}

const app = { app: 'a' }
const ok = [ns(), 'ok'] as const

const cases: Case[] = [
  { name: 'a line of 256 KB', push: stream(app, [[ns(), 'x'.repeat(262_144)]]), status: 204, stored: 1 },
  {
    name: 'a line over it; the rest is stored',
    push: stream(app, [ok, [ns(1), 'x'.repeat(262_145)]]),
    status: 400,
    message:
      /^max entry size '262144' bytes exceeded for stream '\{app="a", service_name="a"\}' while adding an entry with length '262145' bytes\n$/,
    stored: 1,
  },
  {
    name: 'line size 0 is no limit',
    limits: { max_line_size: 0 },
    push: stream(app, [[ns(), 'x'.repeat(300_000)]]),
    status: 204,
    stored: 1,
  },
  { name: '15 labels and service_name', push: stream(labels(15), [ok]), status: 204, stored: 1 },
  {
    name: '16 labels',
    push: stream(labels(16), [ok]),
    status: 400,
    message: /has 16 label names; limit 15/,
    stored: 0,
  },
  {
    name: 'a long label name',
    push: stream({ ['n'.repeat(1025)]: 'v' }, [ok]),
    status: 400,
    message: /has label name too long: 'nnn/,
    stored: 0,
  },
  {
    name: 'a long label value',
    push: stream({ n: 'v'.repeat(2049) }, [ok]),
    status: 400,
    message: /has label value too long: 'vvv/,
    stored: 0,
  },
  {
    name: 'too old',
    push: stream(app, [ok, [ns(-7 * DAY - MINUTE), 'old']]),
    status: 400,
    message: /has timestamp too old: 2026-11-14T11:59:00Z, oldest acceptable timestamp is: 2026-11-14T12:00:00Z/,
    stored: 1,
  },
  {
    name: 'old is taken when told so',
    limits: { reject_old_samples: false },
    push: stream(app, [[ns(-28 * DAY), 'old']]),
    status: 204,
    stored: 1,
  },
  { name: '9 minutes ahead', push: stream(app, [[ns(9 * MINUTE), 'soon']]), status: 204 },
  {
    name: '11 minutes ahead',
    push: stream(app, [ok, [ns(11 * MINUTE), 'soon']]),
    status: 400,
    message: /has timestamp too new: 2026-11-21T12:11:00Z/,
    stored: 1,
  },
  {
    name: 'an hour behind the newest of its stream',
    push: stream(app, [ok, [ns(-HOUR), 'edge'], [ns(-HOUR - 1), 'behind']]),
    status: 400,
    message:
      /^entry with timestamp 2026-11-21 10:59:59.999 \+0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-11-21T10:59:59Z, oldest acceptable timestamp is: 2026-11-21T11:00:00Z',\nuser 'fake', total ignored: 1 out of 3 for stream: \{app="a", service_name="a"\}\n$/,
    stored: 2,
  },
  { name: 'a new stream may start days ago', push: stream(app, [[ns(-6 * DAY), 'old']]), status: 204 },
  {
    name: 'a large metadata value',
    push: stream(app, [ok, [ns(1), 'x', { v: 'y'.repeat(65_536) }]]),
    status: 400,
    message: /structured metadata too large: '65537' bytes, limit: '65536' bytes/,
    stored: 1,
  },
  {
    name: '129 metadata pairs',
    push: stream(app, [ok, [ns(1), 'x', labels(129)]]),
    status: 400,
    message: /too many structured metadata labels: '129', limit: '128'/,
    stored: 1,
  },
  {
    name: 'metadata not allowed',
    limits: { allow_structured_metadata: false },
    push: stream(app, [ok, [ns(1), 'x', { a: 'b' }]]),
    status: 400,
    message: /this feature is disallowed/,
    stored: 1,
  },
  {
    name: 'more than the burst',
    limits: { ingestion_rate_mb: 0.001, ingestion_burst_size_mb: 0.001 },
    push: stream(app, [[ns(), 'x'.repeat(2000)]]),
    status: 429,
    message:
      /^ingestion rate limit exceeded for user fake \(limit: 1048 bytes\/sec\) while attempting to ingest '1' lines totaling '\d+' bytes/,
    stored: 0,
  },
  {
    name: 'more than the stream may take',
    limits: { per_stream_rate_limit: 1024, per_stream_rate_limit_burst: 2048 },
    push: stream(app, [[ns(), 'x'.repeat(3000)]]),
    status: 429,
    message: /Per stream rate limit exceeded \(limit: 1KB\/sec\) while attempting to ingest for stream/,
    stored: 0,
  },
  {
    name: 'an enforced label is missing',
    limits: { enforced_labels: ['env'] },
    push: stream(app, [ok]),
    status: 400,
    message: /missing required labels 'env' for user 'fake'/,
    stored: 0,
  },
  {
    name: 'equal refusals are counted',
    push: stream(app, [ok, [ns(-8 * DAY), 'a'], [ns(-8 * DAY), 'b']]),
    status: 400,
    message: /^2 errors like: entry for stream/,
    stored: 1,
  },
]

for (const { name, limits = {}, push, status, message, stored } of cases) {
  test(`limits: ${name}`, async () => {
    await withServer({ limits: { max_entries_limit_per_query: 0, ...limits } }, async (loki) => {
      const answer = await loki.push(push)
      assert.equal(answer.status, status, answer.text)
      if (message !== undefined) assert.match(answer.text, message)
      if (stored === undefined) return
      const { result } = await loki.query('{service_name=~".+"}', {
        start: ns(-29 * DAY),
        end: ns(20 * MINUTE),
      })
      assert.equal(result.flatMap((one) => one.values).length, stored)
    })
  })
}

test('limits: long lines are cut when told so', async () => {
  const limits = { max_line_size: 20, max_line_size_truncate: true, max_line_size_truncate_identifier: '…' }
  await withServer({ limits }, async (loki) => {
    assert.equal(
      (
        await loki.push(
          stream(app, [
            [ns(), 'a'.repeat(50)],
            [ns(1), 'short'],
          ]),
        )
      ).status,
      204,
    )
    const lines = (await loki.query('{app="a"}', { end: ns(10) })).result.flatMap((one) =>
      one.values.map(([, line]: string[]) => line),
    )
    assert.deepEqual(lines.sort(), [`${'a'.repeat(17)}…`, 'short'])
  })
})

test('limits: the stream after max_global_streams_per_user gets 429, the others are stored', async () => {
  await withServer({ limits: { max_global_streams_per_user: 2 } }, async (loki) => {
    const streams = ['a', 'b', 'c'].map((name) => ({ stream: { app: name }, values: [ok] }))
    const { status, text } = await loki.push({ streams })
    assert.equal(status, 429)
    assert.match(
      text,
      /^maximum active stream limit exceeded when trying to create stream \{app="c", service_name="c"\}/,
    )
    assert.equal((await loki.query('{app=~".+"}')).result.length, 2)
    const { text: metrics } = await loki.get('/metrics')
    assert.match(metrics, /loki_discarded_samples_total\{reason="stream_limit",tenant="fake"\} 1/)
  })
})

test('limits: the rate bucket fills again', async () => {
  let now = NOW
  await withServer({ now: () => now, limits: { ingestion_rate_mb: 1, ingestion_burst_size_mb: 1 } }, async (loki) => {
    const push = (second: number) =>
      loki.push(
        stream(
          app,
          Array.from({ length: 4 }, (_, i) => [ns(second * 1000 + i), 'x'.repeat(200_000)] as const),
        ),
      )
    assert.equal((await push(0)).status, 204)
    assert.equal((await push(1)).status, 429)
    now += 1000
    assert.equal((await push(2)).status, 204)
  })
})

test('limits: increment_duplicate_timestamp', async () => {
  await withServer({ limits: { increment_duplicate_timestamp: true } }, async (loki) => {
    await loki.push(
      stream(app, [
        [ns(), 'a'],
        [ns(), 'b'],
        [ns(), 'c'],
      ]),
    )
    const times = (await loki.query('{app="a"}', { end: ns(10) })).result.flatMap((one) =>
      one.values.map(([time]: string[]) => time),
    )
    assert.deepEqual(times.sort(), [ns(), `${ns().slice(0, -1)}1`, `${ns().slice(0, -1)}2`])
  })
})

test('limits: Loki cannot take a push whose protobuf is over 4 MiB, however often it comes', async () => {
  const values = Array.from({ length: 45_000 }, (_, i) => [ns(-i), 'x'.repeat(50)] as const)
  const settings: Partial<Settings> = {}
  await withServer({ settings }, async (loki) => {
    const { status, text } = await loki.push(stream(app, values))
    assert.equal(status, 500)
    assert.match(
      text,
      /^rpc error: code = ResourceExhausted desc = grpc: received message larger than max \(\d+ vs. 4194304\)/,
    )
    assert.equal((await loki.push(stream(app, values.slice(0, 40_000)))).status, 204)
  })
})

test('limits: a body over max_recv_msg_size, on the wire or unpacked, is 413', async () => {
  const { gzipSync } = await import('node:zlib')
  await withServer({ settings: { maxReceivedBytes: 2000, maxDecompressedBytes: 5000 } }, async (loki) => {
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify(stream(app, [[ns(), 'x'.repeat(3000)]]))
    assert.equal((await loki.send('/loki/api/v1/push', body, headers)).status, 413)
    const bomb = gzipSync(JSON.stringify(stream(app, [[ns(), 'x'.repeat(10_000)]])))
    assert.equal((await loki.send('/loki/api/v1/push', bomb, { ...headers, 'Content-Encoding': 'gzip' })).status, 413)
    const lie = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0])
    assert.equal((await loki.send('/loki/api/v1/push', lie, {})).status, 400)
  })
})
