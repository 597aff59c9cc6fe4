/** A hit passes a per-rule cooldown and a per-container token bucket; drops are counted. Neither ever exceeds its rate. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Cooldowns } from '../../shipper/scan/cooldown.ts'
import { RuleScanner } from '../../shipper/scan/scanner.ts'
import { recordOf, rule, scannerOf, snapshotOf } from './rules.ts'

/** Steps of a clock in milliseconds, some of them back, and who is heard then. */
const steps = fc.array(
  fc.record({
    step: fc.oneof(fc.nat(50), fc.nat(5000), fc.integer({ min: -100_000, max: -1 })),
    container: fc.constantFrom('a', 'b'),
    service: fc.constantFrom('shop', 'billing'),
    message: fc.constantFrom('x', 'y', 'xy', 'z'),
  }),
  { minLength: 1, maxLength: 200 },
)

/** Runs the steps; events with the time that has gone forward until then. */
function play(
  script: typeof steps extends fc.Arbitrary<infer T> ? T : never,
  bucket: { burst: number; per_minute: number },
) {
  let clock = 1_000_000
  let forward = 0
  const rules = [rule('x', 'x', { cooldown: '1s' }), rule('y', 'y', { cooldown: '300ms' }), rule('z', 'z')]
  const { scanner, events } = scannerOf(rules, { now: () => clock, bucket })
  const watches = new Map(['a', 'b'].map((name) => [name, scanner.watch(name)]))
  const passed: { at: number; rule: string; container: string; service: string }[] = []
  for (const { step, container, service, message } of script) {
    clock += step
    forward += Math.max(0, step)
    watches.get(container)?.see(recordOf(message, { service }), message)
    for (const { metadata } of events.splice(0)) {
      passed.push({ at: forward, rule: String(metadata.rule_id), container, service })
    }
  }
  return { passed, stats: scanner.stats() }
}

test('cooldown: after a hit a rule is silent for so long, for each workload and container, the clock set back too', () => {
  const cooldowns = new Map([
    ['x', 1000],
    ['y', 300],
    ['z', 0],
  ])
  fc.assert(
    fc.property(steps, (script) => {
      const { passed } = play(script, { burst: 1e9, per_minute: 1 })
      const last = new Map<string, number>()
      for (const { at, ...key } of passed) {
        const name = JSON.stringify(key)
        const before = last.get(name)
        assert.ok(before === undefined || at - before >= (cooldowns.get(key.rule) as number), `${name} ${before} ${at}`)
        last.set(name, at)
      }
    }),
    { numRuns: 500 },
  )
})

test('bucket: in no window are there more events of a container than burst and rate allow', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 600 }), (script, burst, perMinute) => {
      const { passed, stats } = play(script, { burst, per_minute: perMinute })
      for (const name of ['a', 'b']) {
        const times = passed.filter(({ container }) => container === name).map(({ at }) => at)
        for (let i = 0; i < times.length; i++) {
          for (let j = i; j < times.length; j++) {
            const allowed = burst + ((times[j] - times[i]) * perMinute) / 60_000
            assert.ok(j - i + 1 <= allowed, `${j - i + 1} of ${allowed}`)
          }
        }
      }
      const hits = Object.values(stats.rules).reduce((sum, { hits: count }) => sum + count, 0)
      assert.equal(hits, passed.length + stats.dropped.cooldown + stats.dropped.bucket, 'every hit is accounted for')
    }),
    { numRuns: 500 },
  )
})

test('nothing is lost that is allowed: full burst at once, then one by one as tokens come', () => {
  let clock = 0
  const { scanner, events } = scannerOf([rule('z', 'z')], { now: () => clock, bucket: { burst: 3, per_minute: 60 } })
  const watch = scanner.watch('c')
  const hit = () => watch.see(recordOf('z'), 'z')
  for (let i = 0; i < 10; i++) hit()
  assert.equal(events.length, 3)
  clock = 999
  hit()
  assert.equal(events.length, 3)
  clock = 1000
  hit()
  hit()
  assert.equal(events.length, 4)
  assert.deepEqual(scanner.stats().dropped, { cooldown: 0, bucket: 9 })
})

test('a clock that is set back by an hour does not silence a rule for an hour', () => {
  let clock = 10_000_000
  const { scanner, events } = scannerOf([rule('x', 'x', { cooldown: '10s' })], { now: () => clock })
  const watch = scanner.watch('c')
  watch.see(recordOf('x'), 'x')
  clock -= 3_600_000
  watch.see(recordOf('x'), 'x')
  assert.equal(events.length, 1)
  clock += 10_000
  watch.see(recordOf('x'), 'x')
  assert.equal(events.length, 2)
})

test('a cooldown begins with an event, not with a hit that found no token', () => {
  let clock = 0
  const rules = [rule('x', 'x', { cooldown: '1h' }), rule('z', 'z')]
  const { scanner, events } = scannerOf(rules, { now: () => clock, bucket: { burst: 1, per_minute: 60 } })
  const watch = scanner.watch('c')
  watch.see(recordOf('z'), 'z')
  watch.see(recordOf('x'), 'x')
  clock = 1000
  watch.see(recordOf('x'), 'x')
  assert.deepEqual(
    events.map(({ metadata }) => metadata.rule_id),
    ['z', 'x'],
  )
})

test('names that a line makes up take bounded memory, and raise no rate', () => {
  const cooldowns = new Cooldowns()
  let passed = 0
  for (let i = 0; i < 5000; i++) {
    if (cooldowns.isCooling('r', `workload ${i}`, i, 1e9)) continue
    cooldowns.start('r', `workload ${i}`, i, 1e9)
    passed++
  }
  assert.equal(passed, 1000)
  assert.equal(cooldowns.isCooling('r', 'workload 4999', 2e9, 1e9), false, 'when they are over there is room again')
})

test('state is shared by the tails of one container, also by those that come when all have ended', () => {
  // A file that is cut short or rotated ends, and so does what a program that fails again and again writes.
  let now = 0
  const { scanner, events } = scannerOf([rule('x', 'x', { cooldown: '1h' })], { now: () => now })
  const [first, second] = [scanner.watch('c'), scanner.watch('c')]
  first.see(recordOf('x'), 'x')
  second.see(recordOf('x'), 'x')
  assert.equal(events.length, 1)
  first.end()
  first.end()
  assert.equal(scanner.stats().watches, 1)
  second.see(recordOf('x'), 'x')
  assert.equal(events.length, 1)
  second.end()
  assert.equal(scanner.stats().watches, 0)
  scanner.watch('c').see(recordOf('x'), 'x')
  assert.equal(events.length, 1)
  now = 3_600_000
  scanner.watch('c').see(recordOf('x'), 'x')
  assert.equal(events.length, 2)
})

test('the bucket goes on where a file was rotated; what is over is forgotten, and so is the first of too many', () => {
  let now = 0
  const rulebook = { snapshot: snapshotOf([rule('x', 'x')]) }
  const events: unknown[] = []
  const bucket = { burst: 2, per_minute: 1 }
  const scanner = new RuleScanner({ rulebook, bucket, emit: (event) => events.push(event), now: () => now })
  const turn = (name: string, hits: number) => {
    const watch = scanner.watch(name)
    for (let i = 0; i < hits; i++) watch.see(recordOf('x'), 'x')
    watch.end()
  }
  for (let i = 0; i < 10; i++) turn('app.log', 1)
  assert.equal(events.length, 2)
  for (let i = 0; i < 50; i++) turn(`quiet ${i}`, 0)
  now = 120_000
  turn('other', 0)
  assert.deepEqual([...scanner.containers.keys()], [])
  for (let i = 0; i < 3000; i++) turn(`sender ${i}`, 1)
  assert.equal(scanner.containers.size, 1000)
  assert.ok(scanner.containers.has('sender 2999'))
})

test('hits a minute', () => {
  let clock = 0
  const { scanner } = scannerOf([rule('x', 'x', { cooldown: '1h' })], { now: () => clock })
  const watch = scanner.watch('c')
  for (const at of [0, 1000, 59_000, 61_000, 125_000]) {
    clock = at
    watch.see(recordOf('x'), 'x')
  }
  const { hits, hits_last_minute: lastMinute, minutes, cooled_down: cooled } = scanner.stats().rules.x
  assert.deepEqual({ hits, lastMinute, cooled }, { hits: 5, lastMinute: 1, cooled: 4 })
  assert.equal(minutes.length, 60)
  assert.deepEqual(minutes.slice(-3), [3, 1, 1])
  clock += 3 * 3_600_000
  assert.deepEqual(new Set(scanner.stats().rules.x.minutes), new Set([0]))
})
