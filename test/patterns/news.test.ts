/** What is told: new patterns after the settle time, and spikes. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_EVENT_MESSAGE_BYTES, SEVERITIES } from '../../shipper/events/event.ts'
import { LEVELS } from '../../shipper/terms/level.ts'
import { MINUTE, NOON, openBench, run, spikes } from './miner.ts'

const SECOND = 1000

test('new pattern: a template not seen before after the settle time, once', () => {
  const bench = openBench({ settle_ms: 10 * MINUTE })
  bench.learn('ready in 3s')
  bench.clock.now += 10 * MINUTE
  bench.learn('ready in 4s')
  assert.deepEqual(bench.events, [])
  const time = { seconds: 1_700_000_000, nanos: 5 }
  const id = bench.learn('order 17 refused by bank', { node: 'pay', level: 'info', time })
  bench.learn('order 18 refused by bank')
  assert.deepEqual(bench.events, [
    {
      time,
      source: 'patterns',
      event: 'new_pattern',
      severity: 'info',
      message: 'New pattern of shop: order <_> refused by bank',
      metadata: {
        workload: 'shop',
        container: 'shop.log',
        node: 'pay',
        level: 'info',
        pattern_id: id,
        pattern: 'order <_> refused by bank',
      },
      key: `new_pattern ${id} shop`,
    },
  ])
})

test('new pattern: the settle time is over once, not after each restart', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'longship-news-')), 'patterns.json')
  const before = openBench({ settle_ms: MINUTE }, file)
  before.learn('ready in 3s')
  await before.patterns.close()
  const after = openBench({ settle_ms: MINUTE }, file, NOON + 2 * MINUTE)
  after.learn('ready in 3s')
  after.learn('order 17 refused')
  assert.deepEqual(
    after.events.map(({ metadata }) => metadata.pattern),
    ['order <_> refused'],
  )
})

test('new pattern: lines of level error and above are at least warn', () => {
  for (const least of SEVERITIES) {
    for (const level of LEVELS) {
      const bench = openBench({ new_severity: least })
      bench.learn('order 17 refused', { level })
      const isBad = ['error', 'critical', 'fatal'].includes(level)
      assert.equal(bench.events[0].severity, isBad && least === 'info' ? 'warn' : least)
    }
  }
})

test('new pattern: not a flood; the rest of a minute is counted in one event', async () => {
  const bench = openBench()
  for (let n = 0; n < 40; n++)
    bench.learn(`${word(n)} ${word(n * 31)} came`, { service: n % 4 === 0 ? 'cart' : 'shop' })
  assert.equal(bench.events.length, 10)
  bench.clock.now += MINUTE
  await bench.patterns.tick()
  assert.equal(bench.events.length, 11)
  const [more] = bench.events.slice(-1)
  assert.equal(more.event, 'new_pattern')
  assert.equal(more.message, '30 more new patterns in a minute, of shop (23), cart (7)')
  assert.equal(more.metadata.count, 30)
  assert.equal(bench.patterns.stats().withheld, 30)
  bench.learn('one of the next minute')
  assert.equal(bench.events.length, 12)
})

test('new pattern: one that was forgotten and comes back is no news', () => {
  const bench = openBench({ max_patterns: 20 })
  bench.learn('the first one of all')
  for (let n = 0; n < 40; n++) {
    bench.clock.now += MINUTE
    bench.learn(`${word(n)} ${word(n * 31)} came`)
  }
  const told = bench.events.length
  assert.ok(!bench.patterns.list({ limit: 100 }).some(({ template }) => template === 'the first one of all'))
  bench.learn('the first one of all')
  assert.equal(bench.events.length, told)
})

test('pattern spike: lines in the last minute at least spike_factor times the usual rate', () => {
  const bench = openBench({ spike_factor: 5 })
  run(bench, 20, 10)
  run(bench, 3, 40)
  assert.deepEqual(spikes(bench), [])
  run(bench, 1, 400)
  const [spike, ...others] = spikes(bench)
  assert.deepEqual(others, [])
  assert.equal(spike.severity, 'warn')
  assert.equal(spike.metadata.pattern, 'order <_> refused')
  assert.equal(spike.metadata.workload, 'shop')
  const { count = 0, expected = 0 } = spike.metadata
  assert.ok(expected > 10 && expected < 20 && count >= 5 * expected && count < 6 * expected, `${count} of ${expected}`)
})

test('pattern spike: some minimum, whatever was usual', () => {
  const bench = openBench({ spike_factor: 2 })
  run(bench, 30, 1)
  run(bench, 1, 19)
  assert.deepEqual(spikes(bench), [])
  run(bench, 1, 60)
  assert.equal(spikes(bench).length, 1)
})

test('pattern spike: nothing is unusual before five minutes are known', () => {
  const bench = openBench({ spike_factor: 2 })
  run(bench, 4, 1)
  run(bench, 1, 500)
  assert.deepEqual(spikes(bench), [])
})

test('pattern spike: a cooldown for each pattern', () => {
  const bench = openBench({ spike_factor: 3 })
  for (const message of ['order 7 refused', 'cart 7 lost']) run(bench, 10, 10, message)
  run(bench, 1, 1000)
  run(bench, 1, 5000)
  assert.equal(spikes(bench).length, 1)
  run(bench, 1, 1000, 'cart 7 lost')
  assert.equal(spikes(bench).length, 2)
  run(bench, 30, 10)
  run(bench, 1, 5000)
  assert.equal(spikes(bench).length, 3)
})

test('pattern spike: of error-level lines it is an error', () => {
  const bench = openBench()
  for (let n = 0; n < 700; n++) {
    bench.clock.now += n < 600 ? SECOND : 10
    bench.learn('order 7 refused', { level: 'error' })
    if (n >= 599) for (let more = 0; more < 9; more++) bench.learn('order 7 refused', { level: 'error' })
  }
  assert.deepEqual(
    spikes(bench).map(({ severity }) => severity),
    ['error'],
  )
})

test('an event’s message has at most its bytes, cut between characters, whatever the log holds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1500 }),
      fc.string({ maxLength: 600 }),
      (message, service) => {
        const bench = openBench()
        bench.learn(message, { service })
        for (const event of bench.events) {
          assert.ok(Buffer.byteLength(event.message) <= MAX_EVENT_MESSAGE_BYTES)
          assert.ok(event.message.isWellFormed() && !event.message.includes('\ufffd…'))
        }
      },
    ),
  )
})

test('events told in a minute never exceed their bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(60)), { maxLength: 400 }), (steps) => {
      const bench = openBench({ spike_factor: 1.5 })
      const minutes = new Map<number, number>()
      for (const [wait, n] of steps) {
        bench.clock.now += wait
        const told = bench.events.length
        bench.learn(`${word(n)} ${word(n * 31)} came`)
        const minute = Math.floor(bench.clock.now / MINUTE)
        minutes.set(minute, (minutes.get(minute) ?? 0) + bench.events.length - told)
      }
      // Ten new ones, ten spikes, and how many more there were in a minute before.
      for (const told of minutes.values()) assert.ok(told <= 21)
    }),
  )
})

function word(number: number): string {
  return [...(number + 7000).toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}
