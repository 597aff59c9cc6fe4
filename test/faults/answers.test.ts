/** What Loki answers, right or wrong: the balance holds, entry by entry. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DoubleOptions, startDouble } from '../loki-double/double.ts'
import { assertBalance, Place, type Summary, shipOnce } from './harness.ts'
import { assertAllCame, eventText } from './numbered.ts'

const COUNT = 600
const BATCH = { batch: { max_entries: 100 } }

interface Case {
  readonly name: string
  readonly double?: DoubleOptions
  readonly settings?: Record<string, unknown>
  /** By reason; none when nothing is given. */
  readonly rejected?: Readonly<Record<string, number>>
  readonly minMs?: number
  /** How far behind its neighbours an event is, in ms. */
  readonly late?: (n: number) => number
}

const POISON = 'n123:'

const CASES: readonly Case[] = [
  { name: 'all is well' },
  { name: 'parse 400 that stores nothing', double: { script: 'parse*2' } },
  { name: '429 with Retry-After', double: { script: '429:1' }, minMs: 1000 },
  { name: '500s and 503s that pass', double: { script: '500*3,503*3,500,ok,500*2' } },
  { name: 'resets before an answer', double: { script: 'reset*3,ok,reset' } },
  { name: 'stored, then reset', double: { script: 'lost*2,ok,lost' } },
  { name: 'stored, and the answer breaks off', double: { script: 'torn*2' } },
  { name: 'a web page with 200', double: { script: 'html' } },
  { name: 'too large for gRPC', double: { limits: { maxGrpcBytes: 12_000 } } },
  { name: 'slow answers', double: { script: 'slow:150*3' } },
  {
    name: 'an answer that never comes',
    double: { script: 'hang' },
    settings: { loki: { timeout: '1s' } },
    minMs: 1000,
  },
  { name: '500 that never ends for one entry', double: { poison: POISON }, rejected: { bad_entry: 1 } },
  {
    name: 'parse 400 that never ends for one entry',
    double: { poison: POISON, poisonStatus: 400, poisonText: "couldn't parse push request: bad" },
    rejected: { bad_entry: 1 },
  },
  {
    name: '204 that hides entries too far behind',
    late: (n) => (n > 100 && n % 40 === 0 ? 7_200_000 : 0),
  },
]

for (const { name, double: options = {}, settings, rejected = {}, minMs = 0, late = () => 0 } of CASES) {
  test(name, { concurrency: 3 }, async (t) => {
    const place = new Place()
    const double = await startDouble(options)
    t.after(() => double.close())
    const now = Date.now()
    const file = place.write(
      'app.log',
      Array.from({ length: COUNT }, (_, n) => eventText(n, now - 3000 + n - late(n))).join(''),
    )
    const begun = Date.now()
    const config = place.config({ ...BATCH, ...settings })
    const { code, summary, stderr } = await shipOnce(place, double.url, ['--config', config, file])
    assert.ok(Date.now() - begun >= minMs, 'did not wait')
    assert.deepEqual(summary.rejected, rejected, stderr.slice(-2000))
    assert.equal(summary.read, COUNT)
    assertBalance(summary, place, double.stored)
    assert.equal(code, Object.keys(rejected).length > 0 ? 1 : 0)
    if (code === 0) assertAllCame(double.stored, COUNT)
  })
}

/** Some lines are out of what Loki takes: the rest of their batch is stored, and the answer hides or names them. */
test('validation 400: too old entries, rejected or stamped anew', async (t) => {
  for (const outOfWindow of ['reject', 'clamp']) {
    const place = new Place()
    const double = await startDouble()
    t.after(() => double.close())
    const now = Date.now()
    const at = (n: number) => (n % 7 === 3 ? now - 400 * 3600_000 + n : now - 3000 + n)
    const lines = Array.from({ length: COUNT }, (_, n) => eventText(n, at(n)))
    const old = lines.filter((_, n) => n % 7 === 3).join('')
    const fresh = lines.filter((_, n) => n % 7 !== 3).join('')
    const files = [place.write('old.log', old), place.write('fresh.log', fresh)]
    const config = place.config({
      ...BATCH,
      push: { retry: { min: '20ms', max: '200ms' }, out_of_window: outOfWindow },
    })
    const { summary } = await shipOnce(place, double.url, ['--config', config, '--service', 's', ...files])
    assertBalance(summary, place, double.stored)
    const count = total(summary)
    if (outOfWindow === 'clamp') {
      assert.equal(count, 0)
      assertAllCame(double.stored, COUNT)
    } else assert.equal(count, lines.filter((_, n) => n % 7 === 3).length)
  }
})

/** A stream limit that only one stream of a request breaks is told only if it comes last: here some are refused for good. */
test('204 that hides the stream limit', async (t) => {
  const place = new Place()
  const double = await startDouble({ limits: { maxStreams: 3 } })
  t.after(() => double.close())
  const now = Date.now()
  const line = (n: number) =>
    `{"time":"${new Date(now).toISOString()}","service":"s${n % 3}","level":"info","msg":"${n}"}\n`
  const file = place.write('app.log', Array.from({ length: 90 }, (_, n) => line(n)).join(''))
  const { code, summary } = await shipOnce(place, double.url, ['--config', place.config(BATCH), file])
  assert.equal(code, 0)
  assertBalance(summary, place, double.stored)
})

function total({ rejected }: Summary): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0)
}
