/** Streams, clocks, labels, and lines cut to fit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Batch } from '../../shipper/batch/batch.ts'
import { BatchBuilder, newProgress } from '../../shipper/batch/builder.ts'
import { MAX_LATENESS_SECONDS, OriginClocks, StreamClock } from '../../shipper/batch/clock.ts'
import { fitLine, MAX_LINE_BYTES } from '../../shipper/batch/fit.ts'
import { LabelGuard } from '../../shipper/batch/labels.ts'
import { writeLogfmt, writeRecord } from '../../shipper/batch/line.ts'
import { normalize } from '../../shipper/normalize/normalize.ts'
import { storedProtobuf } from '../../shipper/push/encode.ts'
import type { LogRecord } from '../../shipper/record.ts'
import type { Fields } from '../../shipper/terms/json.ts'
import { AROUND } from '../flow.ts'
import { decodePush } from '../loki-double/decode.ts'

const START = 1_795_000_000

function recordAt(seconds: number, nanos: number, fields: Fields = new Map([['msg', 'x']])): LogRecord {
  return normalize({ format: 'json', time: { seconds, nanos }, fields }, undefined, { seconds: 0, nanos: 0 }, AROUND)
}

function builder(maxBytes = 1 << 20, maxEntries = 10_000, maxValues = 200): BatchBuilder {
  const labels = { allow: ['service', 'node', 'level', 'env'], maxValues }
  return new BatchBuilder({ maxBytes, maxEntries, labels, write: writeRecord })
}

const progress = () => newProgress({ id: 1, path: 'a.log', name: 'a' }, 0)

function entriesOf(batch: Batch) {
  return decodePush(Buffer.concat(storedProtobuf(batch.streams).chunks), 'application/x-protobuf', '')
}

test('entries of a stream come out in strictly increasing time', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom(0, 1, 999_999_999))
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 50 }), (times) => {
      const batches = builder()
      const origin = progress()
      for (const [second, nanos] of times) batches.add(recordAt(START + second, nanos), origin, 1)
      const [batch] = batches.take(true)
      const entries = entriesOf(batch).flatMap((stream) => stream.entries)
      assert.equal(entries.length, times.length)
      for (let at = 1; at < entries.length; at++) assert.ok(entries[at].ns > entries[at - 1].ns)
    }),
  )
})

test('a batch is sealed before it grows over its limits', () => {
  const batches = builder(4000, 7)
  const origin = progress()
  for (let n = 0; n < 50; n++) batches.add(recordAt(START + n, 0), origin, n)
  const taken = batches.take(true)
  assert.equal(
    taken.reduce((sum, batch) => sum + batch.entries, 0),
    50,
  )
  for (const batch of taken) assert.ok(batch.entries <= 7 && batch.bytes <= 4000)
  assert.deepEqual(
    taken.map(({ positions }) => positions[0].offset),
    taken.map((_, at) => Math.min(49, at * 7 + 6)),
  )
})

test('memory that is given back is used again, and no batch in hand is touched by it', () => {
  const batches = builder()
  const origin = progress()
  const fill = (service: string) => {
    for (let n = 0; n < 50; n++) batches.add(recordAt(START + n, 0, new Map([['service', service]])), origin, n)
    return batches.take(true)[0]
  }
  const [first, second] = [fill('first'), fill('second')]
  const kept = entriesOf(second)
  batches.recycle(first)
  const third = fill('third')
  assert.equal(third.streams[0].bytes.buffer, first.streams[0].bytes.buffer)
  assert.notEqual(fill('fourth').streams[0].bytes.buffer, third.streams[0].bytes.buffer)
  assert.deepEqual(entriesOf(second), kept)
  assert.equal(entriesOf(third)[0].entries.length, 50)
})

test('the clock replays alike from what was carried', () => {
  const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.constantFrom(0, 5)), {
    minLength: 2,
    maxLength: 60,
  })
  fc.assert(
    fc.property(times, fc.nat(50), (list, cut) => {
      const whole = new OriginClocks()
      const at = (clocks: OriginClocks, [second, nanos]: [number, number]) => {
        const clock = clocks.of('{a="b"}')
        clock.next(START + second, nanos)
        return [clock.entrySeconds, clock.entryNanos, clock.late]
      }
      const expected = list.map((time) => at(whole, time))
      const first = new OriginClocks()
      for (const time of list.slice(0, cut)) at(first, time)
      const second = new OriginClocks()
      second.restore(JSON.parse(JSON.stringify(first.save())))
      assert.deepEqual(
        list.slice(cut).map((time) => at(second, time)),
        expected.slice(cut),
      )
    }),
  )
})

test('what comes too late is moved to where Loki still takes it, and says so', () => {
  const clock = new StreamClock()
  clock.next(START, 0)
  clock.next(START - MAX_LATENESS_SECONDS - 10, 7)
  assert.deepEqual([clock.late, clock.entrySeconds], [true, START - MAX_LATENESS_SECONDS])
  const batches = builder()
  const origin = progress()
  batches.add(recordAt(START, 0), origin, 1)
  batches.add(recordAt(START - 7200, 0), origin, 2)
  const [{ entries }] = entriesOf(batches.take(true)[0])
  assert.equal(new Map(entries[0].metadata).get('restamped'), 'too_far_behind')
  assert.equal(new Map(entries[0].metadata).get('original_timestamp'), '2026-11-18T09:06:40.000000000Z')
  assert.equal(batches.late, 1)
})

test('a label has only so many values; the rest is structured metadata', () => {
  const batches = builder(1 << 20, 10_000, 2)
  const origin = progress()
  for (const node of ['a', 'b', 'c', 'a', 'd']) batches.add(recordAt(START, 0, new Map([['node', node]])), origin, 1)
  const streams = entriesOf(batches.take(true)[0])
  assert.deepEqual(streams.map(({ labels }) => labels.get('node')).sort(), ['a', 'b', undefined])
  const demoted = streams.find(({ labels }) => !labels.has('node'))
  assert.deepEqual(
    demoted?.entries.map(({ metadata }) => new Map(metadata).get('node')),
    ['c', 'd'],
  )
})

test('label values are written as Loki reads them', () => {
  const guard = new LabelGuard({ allow: ['service'], maxValues: 10 })
  assert.equal(guard.labels(new Map([['service', 'a"b\\c\nd\u0001é']])).text, '{service="a\\"b\\\\c\\nd\\x01é"}')
})

test('bytes that are no UTF-8 make no label that Loki refuses', () => {
  const guard = new LabelGuard({ allow: ['service'], maxValues: 10 })
  assert.equal(guard.labels(new Map([['service', 'caf\ufffd']])).text, '{service="caf?"}')
  assert.equal(guard.labels(new Map([['service', 'a\ud800']])).text, '{service="a?"}')
  const long = guard.labels(new Map([['service', `${'x'.repeat(510)}\u{1f600}\u{1f600}${'y'.repeat(2000)}`]])).text
  assert.doesNotMatch(long, /\ufffd/)
})

test('a record larger than a line is cut, valid, and says so', () => {
  const record = recordAt(
    START,
    0,
    new Map<string, string>([
      ['msg', 'ä'.repeat(300_000)],
      ['blob', 'x'.repeat(200_000)],
    ]),
  )
  const { line, truncated } = fitLine(record, writeRecord)
  assert.ok(truncated && Buffer.byteLength(line) <= MAX_LINE_BYTES)
  const written = JSON.parse(line) as Record<string, unknown>
  // Bytes that are gone: with what is left they are what was there.
  const texts = ['message', 'blob'].map((name) => Buffer.byteLength(String(written[name])))
  assert.ok(Math.abs(Number(written['truncated_bytes']) + texts[0]! + texts[1]! - 800_000) < 100)
  const many: Fields = new Map(Array.from({ length: 40_000 }, (_, n) => [`field${n}`, 'value'] as const))
  const cut = JSON.parse(fitLine(recordAt(START, 0, many), writeRecord).line) as Record<string, unknown>
  assert.equal(cut['truncated_fields'], 40_000 + 1)
})

test('what was cut off as it was read, and what a line has no room for, are one number', () => {
  const record = recordAt(START, 0, new Map([['msg', 'x'.repeat(1_000_000)]]))
  record.fields.set('truncated_bytes', '2000000')
  const written = JSON.parse(fitLine(record, writeRecord).line) as { message: string; truncated_bytes: number }
  assert.ok(Math.abs(written.truncated_bytes + written.message.length - 3_000_000) < 100)
})

test('logfmt lines quote what needs it', () => {
  const line = writeLogfmt(
    recordAt(
      START,
      0,
      new Map([
        ['msg', 'a "b"'],
        ['k y', 'v=1'],
      ]),
    ),
  )
  assert.match(line, /message="a \\"b\\"" format=json k_y="v=1"$/)
})

test('a line without a time stands beside the line before it, and delays nobody', () => {
  const batches = builder()
  const origin = progress()
  const read = { seconds: START + 100_000, nanos: 0 }
  const timeless = normalize(
    { format: 'plain', time: undefined, fields: new Map([['message', 'banner']]) },
    undefined,
    read,
    AROUND,
  )
  for (const record of [recordAt(START, 5), timeless, recordAt(START + 1, 0)]) batches.add(record, origin, 1)
  const [{ entries }] = entriesOf(batches.take(true)[0])
  assert.deepEqual(
    entries.map(({ ns }) => ns - BigInt(START) * 1_000_000_000n),
    [5n, 6n, 1_000_000_000n],
  )
  assert.match(entries[1].line, /"timestamp":"2026-11-19T14:53:20.000000000Z","timestamp_source":"read"/)
  assert.equal(batches.late, 0)
})
