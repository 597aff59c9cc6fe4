import assert from 'node:assert/strict'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import snappy from 'snappy'
import snappyjs from 'snappyjs'
import { type Body, encoder, storedProtobuf } from '../../shipper/push/encode.ts'
import { readEntry, secondsOf, writeEntry } from '../../shipper/push/entry.ts'
import type { Piece } from '../../shipper/push/pieces.ts'
import { loadCompress } from '../../shipper/push/snappy.ts'
import { decodePush, type Stream, unsnappy } from '../loki-double/decode.ts'
import { streamOf } from './batches.ts'

const bytesOf = (body: Body) => Buffer.concat(body.chunks)
const piece: Piece = [
  streamOf('{level="info", node="a \\"quoted\\" \\\\ node", service="b"}', [
    { line: 'one', ms: 1_777_777_777_123, nanos: 456_789 },
    { line: 'zwei Ü 🚢 \u2028 "x" \\ \t', ms: 1_777_777_777_124, metadata: [['trace_id', 'ü"\n']] },
  ]),
  streamOf('{service="c"}', [{ line: '', ms: 0 }]),
]

function shape(streams: Stream[]) {
  return streams.map(({ labels, entries }) => ({
    labels: Object.fromEntries(labels),
    entries: entries.map(({ ns, line, metadata }) => [String(ns), line, ...metadata]),
  }))
}

const EXPECTED = [
  {
    labels: { level: 'info', node: 'a "quoted" \\ node', service: 'b' },
    entries: [
      ['1777777777123456789', 'one'],
      ['1777777777124000000', 'zwei Ü 🚢 \u2028 "x" \\ \t', ['trace_id', 'ü"\n']],
    ],
  },
  { labels: { service: 'c' }, entries: [['0', '']] },
]

const forms = [
  { encoding: 'auto', compression: 'auto', isLoopback: true, type: 'application/x-protobuf', gzip: false },
  { encoding: 'auto', compression: 'auto', isLoopback: false, type: 'application/x-protobuf', gzip: false },
  { encoding: 'auto', compression: 'none', isLoopback: false, type: 'application/x-protobuf', gzip: false },
  { encoding: 'auto', compression: 'gzip', isLoopback: false, type: 'application/json', gzip: true },
  { encoding: 'json', compression: 'auto', isLoopback: false, type: 'application/json', gzip: true },
  { encoding: 'json', compression: 'auto', isLoopback: true, type: 'application/json', gzip: false },
  { encoding: 'protobuf', compression: 'snappy', isLoopback: true, type: 'application/x-protobuf', gzip: false },
] as const

for (const { type, gzip, ...options } of forms) {
  test(`${JSON.stringify(options)} is read back as it was`, async () => {
    const body = await encoder(options)(piece)
    assert.equal(body.type, type)
    assert.equal(body.encoding, gzip ? 'gzip' : undefined)
    assert.equal(body.length, bytesOf(body).length)
    assert.deepEqual(shape(decodePush(bytesOf(body), body.type, body.encoding ?? '')), EXPECTED)
  })
}

test('without the native snappy, a target elsewhere gets gzip JSON, unless protobuf was asked for', async () => {
  const load = async () => undefined
  const auto = await encoder({ encoding: 'auto', compression: 'auto', isLoopback: false, load })(piece)
  assert.deepEqual([auto.type, auto.encoding], ['application/json', 'gzip'])
  const asked = await encoder({ encoding: 'protobuf', compression: 'auto', isLoopback: false, load })(piece)
  assert.equal(asked.type, 'application/x-protobuf')
  assert.deepEqual(shape(decodePush(bytesOf(asked), asked.type, '')), EXPECTED)
})

test('stored blocks are valid for every snappy decoder, whatever the sizes', async () => {
  assert.notEqual(await loadCompress(), undefined, 'the native package is here')
  for (const size of [1, 59, 60, 61, 127, 128, 8_191, 8_192, 65_535, 65_536, 1_000_000]) {
    const big = [streamOf('{a="b"}', [{ line: 'x'.repeat(size), ms: 1 }]), streamOf('{a="c"}', [{ line: 'y', ms: 1 }])]
    const block = bytesOf(storedProtobuf(big))
    const native = snappy.uncompressSync(block) as Buffer
    assert.deepEqual(native, unsnappy(block))
    assert.deepEqual(native, Buffer.from(snappyjs.uncompress(block)))
    const decoded = decodePush(block, 'application/x-protobuf', '')
    assert.deepEqual(
      decoded.map(({ entries }) => entries.map(({ lineBytes }) => lineBytes)),
      [[size], [1]],
    )
  }
})

test('large streams are referred to, not copied', () => {
  const big = streamOf('{a="b"}', [{ line: 'x'.repeat(100_000), ms: 1 }])
  assert.ok(storedProtobuf([big]).chunks.some((chunk) => chunk === big.bytes))
})

test('no lone surrogate can reach JSON, and broken UTF-8 does not break it', async () => {
  const entry = writeEntry({
    time: { seconds: 1, nanos: 0 },
    line: Buffer.from([0x61, 0xed, 0xa0, 0x80, 0xff]),
    metadata: [],
  })
  const stream = { labels: '{a="b"}', bytes: entry, ends: Uint32Array.of(entry.length) }
  const body = await encoder({ encoding: 'json', compression: 'gzip', isLoopback: false })([stream])
  const text = gunzipSync(bytesOf(body)).toString()
  assert.ok(text.isWellFormed())
  assert.equal(JSON.parse(text).streams[0].values[0][1], 'a\ufffd\ufffd\ufffd\ufffd')
})

test('entries are read as they were written', () => {
  const time = fc.record({
    seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
  })
  const pair = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(time, fc.uint8Array({ maxLength: 300 }), fc.array(pair, { maxLength: 4 }), (when, line, metadata) => {
      const bytes = Buffer.concat([Buffer.from('head'), writeEntry({ time: when, line, metadata })])
      const entry = readEntry(bytes, 4, bytes.length)
      assert.deepEqual({ ...entry.time }, { ...when })
      assert.deepEqual(Buffer.from(entry.line), Buffer.from(line))
      assert.deepEqual(entry.metadata, metadata)
      assert.equal(secondsOf(bytes, 4, bytes.length), when.seconds)
    }),
    { numRuns: 300 },
  )
})

test('bytes that are no entry are survived', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void readEntry(bytes, 0, bytes.length)),
    { numRuns: 2000 },
  )
})
