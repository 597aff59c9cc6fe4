/** What a sender says of its line fills what the line does not say, and never what it does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BatchBuilder, newProgress } from '../shipper/batch/builder.ts'
import { writeRecord } from '../shipper/batch/line.ts'
import { EntryFlow } from '../shipper/entry-flow.ts'
import { placeOf } from '../shipper/inputs/place.ts'
import { Interpreter } from '../shipper/interpret.ts'
import type { PatternWatch } from '../shipper/patterns/patterns.ts'
import { createRedactor } from '../shipper/redact/redact.ts'
import { type Entry, writeEntry } from '../shipper/spool/entry.ts'
import { frameBytes, writeFrame } from '../shipper/spool/frame.ts'
import { AROUND } from './flow.ts'
import { CORPUS_TIME } from './formats/corpus.ts'
import { openBench } from './patterns/miner.ts'

const redactor = createRedactor()

/** The records that become of entries, and the flow. */
function flowOf(entries: readonly Partial<Entry>[], patterns?: PatternWatch) {
  const lines: Record<string, unknown>[] = []
  const write = (record: Parameters<typeof writeRecord>[0]) => {
    const line = writeRecord(record)
    lines.push(JSON.parse(line))
    return line
  }
  const labels = { allow: ['service', 'node', 'level', 'env'], maxValues: 10 }
  const builder = new BatchBuilder({ maxBytes: 1 << 20, maxEntries: 1000, labels, write })
  let unreadable = 0
  const flow = new EntryFlow({
    interpreterOf: () =>
      new Interpreter({ around: AROUND, zone: 'UTC', format: undefined, redactor, now: () => CORPUS_TIME.now }),
    builder,
    progress: newProgress({ id: 1, path: 'spool', name: 'spool' }, 0),
    onUnreadable: () => unreadable++,
    patterns,
  })
  const payloads = entries.map((entry) =>
    writeEntry({
      time: { seconds: 1_777_000_000, nanos: 5 },
      place: placeOf('loki', []),
      metadata: [],
      text: '',
      ...entry,
    }),
  )
  const bytes = Buffer.alloc(payloads.reduce((total, payload) => total + frameBytes(payload), 0))
  let at = 0
  for (const payload of payloads) at = writeFrame(bytes, at, at, payload)
  flow.data(bytes, 0)
  const [batch] = builder.take(true)
  return { lines, flow, batch, bytes: at, unreadable: () => unreadable }
}

const LABELS: [string, string][] = [
  ['app', 'shop'],
  ['pod', 'shop-7'],
  ['level', 'warn'],
  ['environment', 'live'],
  ['team', 'a'],
]

test('labels say service, node, env and level of a line that says none', () => {
  const [line] = flowOf([{ place: placeOf('loki', LABELS), text: 'something happened' }]).lines
  assert.equal(line['service'], 'shop')
  assert.equal(line['node'], 'shop-7')
  assert.equal(line['level'], 'warn')
  assert.equal(line['env'], 'live')
  assert.equal(line['team'], 'a')
  assert.equal(line['timestamp'], '2026-04-24T03:06:40.000000005Z')
  assert.equal(line['timestamp_source'], 'runtime')
})

test("the line's own word goes first", () => {
  const text = '{"time":"2026-05-05T12:30:11Z","level":"error","service":"cart","trace_id":"own","msg":"x"}'
  const [line] = flowOf([
    {
      place: placeOf('loki', LABELS),
      metadata: [
        ['trace_id', 'theirs'],
        ['level', 'debug'],
      ],
      text,
    },
  ]).lines
  assert.equal(line['service'], 'cart')
  assert.equal(line['level'], 'error')
  assert.equal(line['trace_id'], 'own')
  assert.equal(line['trace_id_original'], 'theirs', 'what was said is kept')
  assert.equal(line['timestamp'], '2026-05-05T12:30:11.000000000Z')
})

test("metadata fills the record's fields, an entry's level goes before its stream's", () => {
  const metadata: [string, string][] = [
    ['trace_id', 'abc'],
    ['duration_ms', '12.5'],
    ['detected_level', 'error'],
    ['http_method', 'GET'],
  ]
  const { lines, batch } = flowOf([{ place: placeOf('loki', LABELS), metadata, text: 'slow' }])
  const [{ trace_id, duration_ms, level, http_method, detected_level }] = lines
  assert.deepEqual(
    { trace_id, duration_ms, level, http_method },
    { trace_id: 'abc', duration_ms: 12.5, level: 'error', http_method: 'GET' },
  )
  assert.equal(detected_level, undefined)
  assert.match(
    Buffer.from(batch.streams[0].bytes).toString('latin1'),
    /trace_id.{2}abc/,
    'and is structured metadata again',
  )
})

test('secrets in labels and metadata are taken out', () => {
  const place = placeOf('loki', [
    ['app', 'a'],
    ['password', 'hunter2hunter2'],
  ])
  const [line] = flowOf([{ place, metadata: [['api_key', 'k3yk3yk3yk3yk3y']], text: 'hello' }]).lines
  assert.ok(!JSON.stringify(line).includes('hunter2') && !JSON.stringify(line).includes('k3yk3y'), JSON.stringify(line))
})

test('a line end inside is one event; empty ones are counted and committed', () => {
  const { lines, flow, batch, bytes } = flowOf([{ text: 'Error: boom\n    at main (a.js:1:2)' }, { text: ' ' }])
  assert.equal(lines.length, 1)
  assert.match(String(lines[0]['stack'] ?? lines[0]['message']), /a\.js:1:2/)
  assert.equal(flow.records, 1)
  assert.equal(flow.counts.empty, 1)
  assert.deepEqual(
    batch.positions.map(({ offset }) => offset),
    [bytes],
  )
})

test('what another version wrote is counted, and passed', () => {
  const { flow, unreadable } = flowOf([{ text: 'a' }])
  const payload = Buffer.from([99, 1, 2, 3])
  const bytes = Buffer.alloc(frameBytes(payload))
  writeFrame(bytes, 0, 0, payload)
  flow.data(bytes, 0)
  assert.equal(unreadable(), 1)
  assert.equal(flow.records, 1)
})

test("OpenTelemetry's names of error, event and logger are the record's own", () => {
  const metadata: [string, string][] = [
    ['exception_type', 'KeyError'],
    ['exception_message', 'no such order'],
    ['exception_stacktrace', 'Traceback (most recent call last):\n  File "a.py"\nKeyError: no such order'],
    ['event_name', 'order.lost'],
    ['scope_name', 'shop.cart'],
  ]
  const { lines } = flowOf([
    { text: 'it failed', metadata },
    { text: '{"msg":"it failed","error":"another"}', metadata },
  ])
  const { error, error_type, stack, event, logger } = lines[0]!
  assert.deepEqual(
    { error, error_type, event, logger },
    {
      error: 'no such order',
      error_type: 'KeyError',
      event: 'order.lost',
      logger: 'shop.cart',
    },
  )
  assert.match(String(stack), /^Traceback/)
  assert.ok(!('exception_type' in lines[0]!))
  assert.equal(lines[1]!['error'], 'another')
  assert.equal(lines[1]!['exception_message'], 'no such order', 'what the line says otherwise stays beside it')
})

test('what senders push has the id of its pattern beside the line, not in it', () => {
  const bench = openBench()
  const entries = [{ text: 'order 7 refused' }, { text: '{"message":"order 8 refused"}' }]
  const { lines, batch } = flowOf(entries, bench.patterns.watch('inputs'))
  const [view, ...others] = bench.patterns.list()
  assert.equal(others.length, 0)
  assert.equal(view.lines, 2)
  const pushed = batch.streams.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('')
  assert.equal(pushed.split(view.id).length - 1, 2)
  assert.ok(lines.every((line) => !('pattern_id' in line)))
})
