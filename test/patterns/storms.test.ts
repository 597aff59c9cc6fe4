/** What must not make noise: restarts, backlogs, clocks that jump, services that come and go, a flood of what is new. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fromMillis } from '../../shipper/terms/instant.ts'
import { MINUTE, NOON, openBench, run, spikes } from './miner.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function stateFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'longship-storms-')), 'patterns.json')
}

test('a service that was silent for hours and comes back as it was is no spike; ten times as loud it is', () => {
  const bench = openBench()
  run(bench, 20, 100)
  bench.clock.now += 5 * HOUR
  run(bench, 20, 100)
  assert.deepEqual(spikes(bench), [])
  bench.clock.now += 5 * HOUR
  run(bench, 1, 1000)
  assert.equal(spikes(bench).length, 1)
})

test('what comes once an hour, all at once, is no spike', () => {
  const bench = openBench()
  for (let hour = 0; hour < 24; hour++) {
    run(bench, 1, 500)
    bench.clock.now += 59 * MINUTE
  }
  assert.deepEqual(spikes(bench), [])
})

test('a rare pattern that suddenly floods is a spike', () => {
  const bench = openBench()
  for (let hour = 0; hour < 6; hour++) {
    bench.learn('order 7 refused')
    bench.clock.now += HOUR
  }
  run(bench, 1, 200)
  assert.equal(spikes(bench).length, 1)
})

test('a backlog read after a restart is no spike, and stands at its own minutes', async () => {
  const file = stateFile()
  const before = openBench({}, file)
  run(before, 30, 20)
  await before.patterns.close()
  const after = openBench({}, file, NOON + 90 * MINUTE)
  for (let line = 0; line < 60 * 20; line++) {
    after.clock.now += 5
    after.learn('order 7 refused', { time: fromMillis(NOON + 30 * MINUTE + line * 3000) })
  }
  assert.deepEqual(spikes(after), [])
  const query = new URLSearchParams({
    query: '{service="shop"}',
    start: String(NOON / 1000),
    end: String(NOON / 1000 + 7200),
  })
  const [{ samples }] = JSON.parse(after.patterns.answer(query)).data as { samples: [number, number][] }[]
  assert.equal(samples.length, 60)
  for (const [second, lines] of samples) assert.equal(lines, 20, String(second))
})

test('a real spike in a backlog is told, at its own time', () => {
  const bench = openBench()
  const start = NOON - HOUR
  for (let minute = 0; minute < 40; minute++) {
    const lines = minute === 30 ? 400 : 20
    for (let n = 0; n < lines; n++) {
      const ms = start + minute * MINUTE + Math.floor((n * MINUTE) / lines)
      bench.learn('order 7 refused', { time: fromMillis(ms) })
    }
  }
  const [spike, ...others] = spikes(bench)
  assert.deepEqual(others, [])
  assert.equal(Math.floor((spike.time.seconds * 1000 - start) / MINUTE), 30)
})

test('two nodes, one of them a minute behind, are no spike', () => {
  const bench = openBench()
  for (let second = 0; second < 3600; second++) {
    bench.clock.now += 1000
    bench.learn('order 7 refused', { node: 'a', time: fromMillis(bench.clock.now) })
    bench.learn('order 7 refused', { node: 'b', time: fromMillis(bench.clock.now - MINUTE) })
  }
  assert.deepEqual(spikes(bench), [])
})

for (const [what, jump] of [
  ['forward a day', DAY],
  ['back an hour', -HOUR],
  ['back a day', -DAY],
  ['back ten seconds', -10_000],
] as const) {
  test(`a clock that jumps ${what} makes no event, and hides none`, async () => {
    const file = stateFile()
    const bench = openBench({}, file)
    run(bench, 20, 100)
    for (let n = 0; n < 30; n++) bench.learn(`${word(n)} ${word(n * 31)} came`)
    await bench.patterns.tick()
    const told = bench.events.length
    bench.clock.now += jump
    run(bench, 3, 100)
    assert.deepEqual(spikes(bench), [])
    await bench.patterns.tick()
    // The summary of what was withheld before the jump.
    assert.ok(bench.events.length <= told + 1)
    bench.learn('something new happened here')
    assert.equal(bench.events.at(-1)?.metadata.pattern, 'something new happened here')
    run(bench, 1, 2000)
    assert.equal(spikes(bench).length, 1)
    await bench.patterns.tick()
    assert.ok(readFileSync(file, 'utf8').includes('something new happened here'))
  })
}

test('a line from the future is counted now, and blinds nothing', () => {
  const bench = openBench()
  run(bench, 10, 50)
  bench.learn('order 7 refused', { time: { seconds: 4_000_000_000, nanos: 0 } })
  run(bench, 1, 1000)
  assert.equal(spikes(bench).length, 1)
})

test('five patterns that become one are no spike', () => {
  const bench = openBench()
  const words = ['ant', 'bee', 'cat', 'dog']
  for (let minute = 0; minute < 20; minute++) {
    for (let n = 0; n < 400; n++) {
      bench.clock.now += MINUTE / 400
      bench.learn(`feeding the ${words[n % 4]} again`)
    }
  }
  for (let n = 0; n < 1200; n++) {
    bench.clock.now += MINUTE / 400
    bench.learn(`feeding the ${[...words, 'elk'][n % 5]} again`)
  }
  assert.equal(bench.patterns.list().length, 1)
  assert.deepEqual(spikes(bench), [])
  assert.equal(bench.patterns.list()[0].lines, 20 * 400 + 1200)
})

test('of a new service the first pattern is told, then errors only, until it has settled as well', () => {
  const bench = openBench({ settle_ms: 5 * MINUTE })
  bench.learn('ready in 3s')
  bench.clock.now += HOUR
  const told = () => bench.events.splice(0).map(({ metadata }) => metadata.pattern)
  for (const message of ['cart is up', 'listening on port 80', 'cache is warm'])
    bench.learn(message, { service: 'cart' })
  assert.deepEqual(told(), ['cart is up'])
  bench.learn('cannot reach the bank', { service: 'cart', level: 'error' })
  assert.deepEqual(told(), ['cannot reach the bank'])
  bench.learn('stock is low')
  assert.deepEqual(told(), ['stock is low'])
  bench.clock.now += 5 * MINUTE
  bench.learn('cache is cold', { service: 'cart' })
  assert.deepEqual(told(), ['cache is cold'])
})

test('a thousand new patterns at once are ten events, and one that says how many more', async () => {
  const bench = openBench()
  for (let n = 0; n < 1000; n++) bench.learn(`${word(n)} ${'so '.repeat(n % 50)}came of it`)
  const { new_patterns: found } = bench.patterns.stats()
  assert.ok(found >= 900, String(found))
  bench.clock.now += MINUTE
  await bench.patterns.tick()
  await bench.patterns.tick()
  assert.equal(bench.events.length, 11)
  assert.equal(bench.events.at(-1)?.metadata.count, found - 10)
})

test('a process that is killed every half minute settles all the same, and tells nothing twice', async () => {
  const file = stateFile()
  const told: (string | undefined)[] = []
  for (let life = 0; life < 20; life++) {
    // Killed: nobody closes it.
    const bench = openBench({ settle_ms: 5 * MINUTE }, file, NOON + life * 30_000)
    for (let second = 0; second < 30; second += 5) {
      bench.clock.now = NOON + life * 30_000 + second * 1000
      bench.learn('ready in 3s')
      if (life >= 12) bench.learn('order 17 refused by bank')
      await bench.patterns.tick()
    }
    told.push(...bench.events.map(({ metadata }) => metadata.pattern))
  }
  assert.deepEqual(told, ['order <_> refused by bank'])
})

function word(number: number): string {
  return [...(number + 7000).toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}
