/** What is shown here: every entry is stored or in the dead letters, exactly counted, whatever Loki answers. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Batch } from '../../shipper/batch/batch.ts'
import { createDestination, type DestinationOptions, type PushEvent } from '../../shipper/push/deliver.ts'
import type { Delivery } from '../../shipper/push/push.ts'
import { type DoubleOptions, type LokiDouble, startDouble } from '../loki-double/double.ts'
import { batchOf, isWhole, type Line, NEVER, numbered, signed, streamOf, testClock } from './batches.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const NOW = 1_790_000_000_000

interface Outcome {
  readonly loki: LokiDouble
  readonly deliveries: Delivery[]
  readonly delivered: number
  readonly rejected: Record<string, number>
  readonly letters: {
    reason: string
    line: string
    detail: string
    labels: Record<string, string>
    timestamp: string
  }[]
  readonly events: PushEvent[]
  readonly slept: number[]
}

/** Ships batches to a double with its own clock, then balances: stored and dead letters are what was sent, each once. */
async function ship(
  batches: Batch[],
  double: DoubleOptions = {},
  options: Partial<DestinationOptions> = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'longship-push-'))
  const path = join(folder, 'dead', 'letters.jsonl')
  const clock = testClock(NOW)
  const loki = await startDouble({ now: clock.now, ...double })
  const events: PushEvent[] = []
  const destination = createDestination({
    url: loki.url,
    deadLetters: { path },
    timeoutMs: 300,
    clock,
    report: (event) => events.push(event),
    ...options,
  })
  try {
    const deliveries: Delivery[] = []
    for (const batch of batches) deliveries.push(await destination.deliver(batch, NEVER))
    const rejected: Record<string, number> = {}
    for (const delivery of deliveries) {
      for (const [reason, count] of delivery.rejected) rejected[reason] = (rejected[reason] ?? 0) + count
    }
    const delivered = deliveries.reduce((sum, delivery) => sum + delivery.delivered, 0)
    let text = ''
    try {
      text = readFileSync(path, 'utf8')
      assert.equal(statSync(path).mode & 0o777, 0o600)
    } catch {}
    const letters = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    return { loki, deliveries, delivered, rejected, letters, events, slept: clock.slept }
  } finally {
    await destination.close()
    await loki.close()
    rmSync(folder, { recursive: true })
  }
}

function linesOf(batches: Batch[]): string[] {
  return batches.flatMap(({ streams }) =>
    streams.flatMap(
      ({ bytes }) =>
        Buffer.from(bytes)
          .toString()
          .match(/seq=\d+ sum=[0-9a-f]+ [^\x00-\x1f]*/g) ?? [],
    ),
  )
}

/** read = delivered + rejected, and each line is in exactly one place. */
function balance(batches: Batch[], outcome: Outcome): void {
  // By line: one whose answer was lost may stand there under two times.
  const stored = [...new Set(outcome.loki.distinct().map(({ line }) => line))]
  for (const line of stored) assert.ok(isWhole(line), line.slice(0, 80))
  const buried = outcome.letters.map(({ line }) => line)
  const entries = batches.reduce((sum, batch) => sum + batch.entries, 0)
  assert.ok(outcome.deliveries.every(({ done }) => done))
  assert.equal(outcome.delivered, stored.length, 'delivered is what is stored')
  assert.equal(
    Object.values(outcome.rejected).reduce((sum, count) => sum + count, 0),
    buried.length,
    'rejected is what lies in the dead letters',
  )
  assert.equal(stored.length + buried.length, entries)
  assert.equal(new Set([...stored, ...buried]).size, entries, 'no line is in two places')
  assert.equal(linesOf(batches).length, entries)
}

const A = '{level="info", node="a", service="s"}'
const B = '{level="warn", node="b; \\"x\'", service="s"}'
const C = '{service="t"}'
const long = (text = 'x') => signed(Math.floor(Math.random() * 1e9), text.repeat(1000))
const withMetadata = (lines: Line[], metadata: [string, string][]) => lines.map((line) => ({ ...line, metadata }))

test('a good batch is delivered, one request for known streams', async () => {
  const batches = [0, 1, 2].map((i) =>
    batchOf(...[A, B, C].map((labels) => streamOf(labels, numbered(20, NOW + i * 1000)))),
  )
  const outcome = await ship(batches)
  balance(batches, outcome)
  assert.equal(outcome.delivered, 180)
  assert.equal(outcome.loki.stored.length, 180, 'nothing twice')
  assert.equal(outcome.loki.requests.length, 5, 'three new streams alone, then one request a batch')
  assert.deepEqual(outcome.rejected, {})
})

test('an empty batch needs no request', async () => {
  const outcome = await ship([batchOf()])
  assert.deepEqual([outcome.loki.requests.length, outcome.deliveries[0]?.done], [0, true])
})

for (const script of [
  '500*3',
  '503*12',
  '429:2*3',
  'reset*3',
  'hang',
  'slow:50',
  'torn',
  'lost*2',
  '500,hang,reset,429,502,ok,503',
  '404*2,401',
  'html,302',
  'grpc',
  '413',
  'parse*3',
]) {
  test(`script ${script}: all stored in the end`, async () => {
    const batches = [0, 1].map((i) =>
      batchOf(streamOf(A, numbered(30, NOW + i * 1000)), streamOf(B, numbered(7, NOW + i * 1000))),
    )
    const outcome = await ship(batches, { script })
    balance(batches, outcome)
    assert.equal(outcome.delivered, 74)
    assert.deepEqual(outcome.rejected, {})
  })
}

test('waits grow to 30 s with full jitter, and Retry-After is the least', async () => {
  const outcome = await ship([batchOf(streamOf(A, numbered(1, NOW)))], { script: '503*9,429:7,429' })
  const [first, second, , , , , seventh] = outcome.slept
  assert.deepEqual([Math.round(first!), Math.round(second!), Math.round(seventh!)], [500, 999, 29970])
  assert.ok(outcome.slept[9]! >= 7000 && outcome.slept[9]! < 7600)
  assert.ok(outcome.events.some((event) => event.kind === 'recovered' && event.attempts === 11))
})

test('400 that stores nothing, because of one entry: the others are stored', async () => {
  for (const poisonText of ["couldn't parse push request: bad", 'something new that Loki says']) {
    const lines = numbered(200, NOW)
    lines[57] = { line: signed(-1 >>> 0, 'POISON'), ms: NOW + 57 }
    const batches = [batchOf(streamOf(A, lines), streamOf(B, numbered(10, NOW)))]
    const outcome = await ship(batches, { poison: 'POISON', poisonStatus: 400, poisonText })
    balance(batches, outcome)
    assert.deepEqual(outcome.rejected, { bad_entry: 1 })
    assert.match(outcome.letters[0]!.line, /POISON/)
    assert.deepEqual(outcome.letters[0]!.labels, { level: 'info', node: 'a', service: 's' })
  }
})

test('500 for ever because of some entries: found, the others are stored', async () => {
  const lines = numbered(300, NOW)
  for (const at of [0, 1, 130, 131, 299]) lines[at] = { line: signed(at + 5_000_000, 'POISON'), ms: NOW + at }
  const batches = [
    batchOf(streamOf(A, lines), streamOf(B, numbered(10, NOW))),
    batchOf(streamOf(A, numbered(5, NOW + 1000))),
  ]
  const outcome = await ship(batches, { poison: 'POISON' })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { bad_entry: 5 })
})

test('500 for a long while without a poison entry rejects nothing', async () => {
  const batches = [batchOf(streamOf(A, numbered(50, NOW)), streamOf(B, numbered(50, NOW)))]
  const outcome = await ship(batches, { script: '500*60' })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, {})
})

test('a metadata name that fails the push for ever is isolated', async () => {
  const lines = numbered(40, NOW)
  lines[11] = { ...lines[11]!, metadata: [['ü', 'x']] }
  lines[12] = { ...lines[12]!, metadata: [['', 'x']] }
  const batches = [batchOf(streamOf(A, lines))]
  const outcome = await ship(batches)
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { bad_entry: 2 })
})

test('validation 400: the offenders are named and buried, the rest is not sent again', async () => {
  const good = () => numbered(10, NOW)
  const at = (line: string, ms: number): Line => ({ line, ms: NOW + ms })
  const batches = [
    batchOf(
      streamOf(A, [...good(), at(long(), 20), at(long(), 21), at(signed(77, 'y'.repeat(2000)), 22)]),
      streamOf(B, [...good(), ...withMetadata(numbered(2, NOW + 30), [['k', 'v'.repeat(70_000)]])]),
      streamOf(C, [
        ...good(),
        ...withMetadata(
          numbered(1, NOW + 40),
          Array.from({ length: 129 }, (_, i) => [`k${i}`, 'v'] as [string, string]),
        ),
      ]),
      streamOf(`{service="z", x="${'v'.repeat(2100)}"}`, numbered(3, NOW)),
      streamOf(`{${Array.from({ length: 16 }, (_, i) => `l${i}="v; '"`).join(', ')}}`, numbered(4, NOW)),
    ),
  ]
  const outcome = await ship(batches, { limits: { maxLineSize: 1000 } })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { line_too_long: 3, metadata_too_large: 2, metadata_too_many: 1, bad_labels: 7 })
  assert.equal(outcome.loki.stored.length, 30, 'nothing twice')
})

test('the same refusals in one request among known streams', async () => {
  const warm = batchOf(streamOf(A, numbered(1, NOW)), streamOf(B, numbered(1, NOW)))
  const mixed = batchOf(
    streamOf(A, [...numbered(50, NOW + 100), { line: long(), ms: NOW + 200 }, ...numbered(3, NOW + 300)]),
    streamOf(B, [
      { line: long(), ms: NOW + 100 },
      { line: long('€'), ms: NOW + 101 },
    ]),
  )
  const outcome = await ship([warm, mixed], { limits: { maxLineSize: 1000 } })
  balance([warm, mixed], outcome)
  assert.deepEqual(outcome.rejected, { line_too_long: 3 })
  assert.equal(outcome.loki.requests.length, 3)
})

test('too old and too new: stamped anew, in order, with the original time beside', async () => {
  const batches = [
    batchOf(
      streamOf(A, [...numbered(20, NOW - 30 * DAY), ...numbered(10, NOW)]),
      streamOf(B, [...numbered(5, NOW), ...numbered(6, NOW + DAY)]),
    ),
    batchOf(streamOf(C, numbered(9, NOW - 20 * DAY))),
  ]
  const outcome = await ship(batches)
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, {})
  const moved = outcome.loki.distinct().filter(({ metadata }) => metadata.some(([name]) => name === 'restamped'))
  assert.equal(moved.length, 20 + 6 + 9)
  for (const { metadata } of moved) {
    const pairs = new Map(metadata)
    assert.match(pairs.get('original_timestamp')!, /^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    assert.match(pairs.get('restamped')!, /^too_(old|new|far_behind)$/)
  }
  const order = moved.filter(({ stream }) => stream.includes('node="a"')).map(({ ns, line }) => [ns, line] as const)
  const sorted = [...order].sort(([a], [b]) => (a < b ? -1 : 1))
  assert.deepEqual(
    sorted.map(([, line]) => Number(/\d+/.exec(line))),
    sorted.map(([, line]) => Number(/\d+/.exec(line))).sort((a, b) => a - b),
  )
  assert.equal(new Set(order.map(([ns]) => ns)).size, 20)
})

test('what the window is, is remembered: later old entries are stamped before they are sent', async () => {
  const batches = [0, 1, 2].map((i) => batchOf(streamOf(A, numbered(10, NOW - 30 * DAY + i * 1000))))
  const outcome = await ship(batches)
  balance(batches, outcome)
  assert.equal(outcome.loki.requests.filter(({ status }) => status === 400).length, 1)
})

test('too old with `reject`: dead letters, exactly those, also at the edge of the window', async () => {
  const edge = NOW - 168 * HOUR
  const batches = [
    batchOf(
      streamOf(A, [
        ...numbered(20, edge - 5000, 100),
        ...numbered(40, edge - 1000, 50),
        ...numbered(40, edge + 1000, 50),
      ]),
    ),
  ]
  const outcome = await ship(batches, { now: () => NOW + 333 }, { outOfWindow: 'reject' })
  balance(batches, outcome)
  assert.ok(outcome.rejected['too_old']! > 40 && outcome.rejected['too_old']! < 60)
  assert.ok(outcome.letters.every(({ timestamp }) => Date.parse(timestamp) < edge + 333))
  assert.equal(outcome.loki.stored.length, outcome.delivered, 'nothing twice')
})

test('too new with `reject`, also at the edge', async () => {
  const batches = [batchOf(streamOf(A, numbered(60, NOW + 10 * 60_000 - 1500, 50)))]
  const outcome = await ship(batches, {}, { outOfWindow: 'reject' })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { too_new: 29 })
  assert.equal(outcome.loki.stored.length, 31)
})

test('thousands of refusals: the answer is cut off, the count is not', async () => {
  for (const outOfWindow of ['reject', 'clamp'] as const) {
    const batches = [batchOf(streamOf(A, numbered(3000, NOW - 30 * DAY, 1000)), streamOf(B, numbered(100, NOW - 1000)))]
    const outcome = await ship(batches, {}, { outOfWindow })
    balance(batches, outcome)
    assert.deepEqual(outcome.rejected, outOfWindow === 'reject' ? { too_old: 3000 } : {})
    assert.ok(outcome.loki.requests.length < 50, `${outcome.loki.requests.length} requests`)
  }
})

test('thousands of refusals that no window explains', async () => {
  const lines = Array.from({ length: 1500 }, (_, i) => ({
    line: signed(i + 9_000_000, 'z'.repeat(100 + (i % 700))),
    ms: NOW + i,
  }))
  const batches = [batchOf(streamOf(A, lines))]
  const outcome = await ship(batches, { limits: { maxLineSize: 300 } })
  balance(batches, outcome)
  assert.deepEqual(Object.keys(outcome.rejected), ['line_too_long'])
})

test('too far behind: the ingester speaks for one stream, yet none is lost', async () => {
  const warm = batchOf(streamOf(A, numbered(1, NOW)), streamOf(B, numbered(1, NOW)), streamOf(C, numbered(1, NOW)))
  const late = batchOf(
    streamOf(A, [...numbered(30, NOW - 2 * HOUR), ...numbered(5, NOW)]),
    streamOf(B, [...numbered(12, NOW - 3 * HOUR), ...numbered(5, NOW), { line: long(), ms: NOW }]),
    streamOf(C, numbered(5, NOW)),
  )
  for (const outOfWindow of ['reject', 'clamp'] as const) {
    const outcome = await ship([warm, late], { limits: { maxLineSize: 1000 } }, { outOfWindow })
    balance([warm, late], outcome)
    const expected = outOfWindow === 'reject' ? { too_far_behind: 42, line_too_long: 1 } : { line_too_long: 1 }
    assert.deepEqual(outcome.rejected, expected)
  }
})

test('too far behind of what another shipper wrote: not known beforehand, hidden by a 204 or not', async () => {
  const loki = await startDouble({ now: () => NOW })
  const first = createDestination({ url: loki.url })
  await first.deliver(batchOf(streamOf(A, numbered(1, NOW)), streamOf(B, numbered(1, NOW))), NEVER)
  const second = createDestination({ url: loki.url, clock: { ...testClock(NOW), now: () => NOW } })
  const late = batchOf(
    streamOf(A, numbered(8, NOW - 2 * HOUR)),
    streamOf(B, numbered(9, NOW)),
    streamOf(C, numbered(9, NOW)),
  )
  const delivery = await second.deliver(late, NEVER)
  assert.deepEqual([delivery.delivered, delivery.done], [26, true])
  assert.equal(loki.distinct().length, 28)
  await first.close()
  await second.close()
  await loki.close()
})

test('the stream limit, which a 204 hides, is waited for and not lost', async () => {
  const clock = testClock(NOW)
  const loki = await startDouble({ now: () => NOW, limits: { maxStreams: 2 } })
  const controller = new AbortController()
  let failures = 0
  const destination = createDestination({
    url: loki.url,
    clock: { ...clock, now: () => NOW, sleep: clock.sleep },
    report(event) {
      if (event.kind === 'failing' && ++failures === 5) controller.abort()
    },
  })
  const batch = batchOf(streamOf(C, numbered(3, NOW)), streamOf(A, numbered(3, NOW)), streamOf(B, numbered(3, NOW)))
  const delivery = await destination.deliver(batch, controller.signal)
  assert.deepEqual([delivery.delivered, delivery.done, loki.stored.length], [6, false, 6])
  await destination.close()
  await loki.close()
})

test('a batch over the rate bucket is cut until it passes', async () => {
  const batches = [batchOf(streamOf(A, numbered(400, NOW)))]
  const outcome = await ship(batches, { limits: { rate: 3000, burst: 4500 } })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, {})
})

test('an entry over the rate bucket goes to the dead letters at last, others pass', async () => {
  const batches = [
    batchOf(streamOf(A, [...numbered(5, NOW), { line: signed(4_711_000, 'w'.repeat(5000)), ms: NOW + 10 }])),
  ]
  const outcome = await ship(batches, { limits: { rate: 1000, burst: 1500 } })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { over_rate_limit: 1 })
})

test('a per-stream rate limit, others stored', async () => {
  const batches = [
    batchOf(streamOf(A, numbered(1, NOW)), streamOf(B, numbered(1, NOW))),
    batchOf(streamOf(B, numbered(5, NOW + 10)), streamOf(A, numbered(200, NOW + 10))),
  ]
  const outcome = await ship(batches, { limits: { perStreamBurst: 4000 } })
  balance(batches, outcome)
})

test('a push larger than gRPC takes is cut, an entry that is too large alone is buried', async () => {
  const batches = [
    batchOf(streamOf(A, [...numbered(300, NOW), { line: signed(1_234_567, 'q'.repeat(9000)), ms: NOW + 999 }])),
  ]
  const outcome = await ship(batches, { limits: { maxGrpcBytes: 5000 } })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { too_large: 1 })
})

test('260 is not success: blocked entries are counted and kept', async () => {
  const batches = [batchOf(streamOf(A, numbered(4, NOW))), batchOf(streamOf(A, numbered(5, NOW)))]
  const outcome = await ship(batches, { script: '260' })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { blocked: 4 })
})

test('metadata that Loki has switched off is left out, the entries are stored', async () => {
  const batches = [
    batchOf(streamOf(A, [...withMetadata(numbered(6, NOW), [['trace_id', 'x']]), ...numbered(2, NOW + 100)])),
  ]
  const outcome = await ship(batches, { limits: { allowMetadata: false } })
  balance(batches, outcome)
  assert.equal(outcome.delivered, 8)
})

test('a wrong token loses nothing: once gives up with a message, otherwise it waits', async () => {
  const batch = batchOf(streamOf(A, numbered(4, NOW)))
  const clock = testClock(NOW)
  const loki = await startDouble({ script: '401*50', now: clock.now })
  const events: PushEvent[] = []
  const once = createDestination({ url: loki.url, once: true, clock, report: (event) => events.push(event) })
  const gaveUp = await once.deliver(batch, NEVER)
  assert.deepEqual([gaveUp.done, gaveUp.delivered, gaveUp.rejected.size], [false, 0, 0])
  assert.match(gaveUp.gaveUp!, /^http:\/\/127\.0\.0\.1:\d+\/loki\/api\/v1\/push: 401 .*credentials/)
  assert.equal(loki.requests.length, 5)
  const patient = createDestination({ url: loki.url, clock })
  const delivery = await patient.deliver(batch, NEVER)
  assert.deepEqual([delivery.done, delivery.delivered, loki.requests.length], [true, 4, 51])
  assert.ok(clock.slept.at(-1)! > 30_000, 'wrong configuration is not tried in a hurry')
  await Promise.all([once.close(), patient.close(), loki.close()])
})

test('while Loki hangs, memory stays where it is', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = () => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const loki = await startDouble()
  t.after(() => loki.close())
  const clock = testClock(Date.now())
  const destination = createDestination({ url: loki.url, timeoutMs: 60, clock })
  t.after(() => destination.close())
  const batch = batchOf(streamOf(A, numbered(5, Date.now(), 1, 'x'.repeat(200_000))))
  const before = held()
  let heaviest = 0
  const timer = setInterval(() => {
    heaviest = Math.max(heaviest, held())
  }, 100)
  loki.setScript('hang*60')
  const delivery = await destination.deliver(batch, NEVER)
  clearInterval(timer)
  assert.deepEqual([delivery.done, loki.distinct().length], [true, 5])
  // The double and its bodies share this process: 60 tries of 1 MiB on both sides would be 120 MiB if they were kept.
  assert.ok(
    heaviest > 0 && heaviest - before < 40 * 1024 * 1024,
    `${Math.round((heaviest - before) / 1024 / 1024)} MiB more`,
  )
})

test('giving up after a time, when that is asked for', async () => {
  const clock = testClock(NOW)
  const loki = await startDouble({ script: '503*999', now: clock.now })
  const destination = createDestination({ url: loki.url, giveUpAfterMs: 60_000, clock })
  const delivery = await destination.deliver(batchOf(streamOf(A, numbered(4, NOW))), NEVER)
  assert.deepEqual([delivery.done, delivery.delivered], [false, 0])
  assert.match(delivery.gaveUp!, /503 Service Unavailable/)
  assert.ok(clock.now() - NOW >= 60_000 && clock.now() - NOW < 120_000)
  await destination.close()
  await loki.close()
})

test('aborting ends a hang and a wait at once, and nothing is called done', async () => {
  for (const script of ['hang*9', '503*99']) {
    const loki = await startDouble({ script })
    const controller = new AbortController()
    const destination = createDestination({ url: loki.url })
    setTimeout(() => controller.abort(), 30)
    const started = Date.now()
    const delivery = await destination.deliver(batchOf(streamOf(A, numbered(4, NOW))), controller.signal)
    assert.deepEqual([delivery.done, delivery.delivered], [false, 0])
    assert.ok(Date.now() - started < 2000)
    await destination.close()
    await loki.close()
  }
})

test('dead letters that cannot be written hold the batch back', async () => {
  const batch = batchOf(streamOf(A, numbered(4, NOW)))
  const loki = await startDouble({ script: '260' })
  const destination = createDestination({
    url: loki.url,
    once: true,
    clock: testClock(NOW),
    deadLetters: { path: '/dev/null/here/letters' },
  })
  const delivery = await destination.deliver(batch, NEVER)
  assert.equal(delivery.done, false)
  assert.match(delivery.gaveUp!, /dead letters \/dev\/null\/here\/letters cannot be written: E(NOTDIR|EXIST)/)
  await destination.close()
  await loki.close()
})

test('JSON bodies are triaged alike', async () => {
  const batches = [
    batchOf(
      streamOf(A, [...numbered(20, NOW - 30 * DAY), ...numbered(10, NOW), { line: long(), ms: NOW + 60 }]),
      streamOf(B, numbered(5, NOW)),
    ),
  ]
  const outcome = await ship(batches, { limits: { maxLineSize: 1000 } }, { encoding: 'json', compression: 'gzip' })
  balance(batches, outcome)
  assert.deepEqual(outcome.rejected, { line_too_long: 1 })
})

test('faults of all kinds, by dice: always balanced', async () => {
  let seed = 7
  const dice = (n: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % n
  const faults = ['ok', 'ok', '500', '503', '429:1', 'reset', 'lost', 'torn', '404', 'html', 'slow:5']
  for (let round = 0; round < 12; round++) {
    const script = Array.from({ length: 40 }, () => faults[dice(faults.length)]).join(',')
    const batches = [0, 1, 2].map((i) => {
      const lines = (ms: number): Line[] => [
        ...(dice(3) === 0 ? numbered(1 + dice(9), NOW - 40 * DAY, 700) : []),
        ...(dice(3) === 0 ? numbered(1 + dice(9), NOW - 3 * HOUR + ms, 700) : []),
        ...numbered(dice(60) + 1, NOW + ms),
        ...(dice(3) === 0 ? [{ line: long(), ms: NOW + ms + 500 }] : []),
        ...(dice(4) === 0 ? numbered(1 + dice(5), NOW + DAY, 700) : []),
      ]
      return batchOf(streamOf(A, lines(i * 1000)), streamOf(B, lines(i * 1000)), streamOf(C, lines(i * 1000)))
    })
    const outcome = await ship(batches, { script, limits: { maxLineSize: 1000 } })
    balance(batches, outcome)
    assert.ok(
      Object.keys(outcome.rejected).every((reason) => reason === 'line_too_long'),
      JSON.stringify(outcome.rejected),
    )
  }
})
