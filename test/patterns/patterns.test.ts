/** Ids, counts, bounds, what is kept over restarts, and the flow's records. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from '../../shipper/record.ts'
import { MINUTE, NOON, openBench } from './miner.ts'

function stateFile(): string {
  return join(mkdtempSync(join(tmpdir(), 'longship-patterns-')), 'patterns.json')
}

test('an id does not change when its template generalises', () => {
  const bench = openBench()
  const id = bench.learn('Step dns-update started')
  assert.equal(bench.patterns.list()[0].template, 'Step dns-update started')
  assert.equal(bench.learn('Step vm-startup started'), id)
  assert.equal(bench.patterns.list()[0].template, 'Step <_> started')
  assert.equal(bench.learn('Step dns-update started'), id)
})

test('an id is the same after a restart, and the template is as general as it was', async () => {
  const file = stateFile()
  const before = openBench({}, file)
  const messages = [
    'Step dns-update started',
    'Step vm-startup started',
    'dns-update failed',
    'vm-startup failed',
    'took 7ms',
  ]
  const ids = messages.map((message) => before.learn(message))
  await before.patterns.close()
  const after = openBench({}, file, NOON + MINUTE)
  assert.deepEqual(
    messages.map((message) => after.learn(message)),
    ids,
  )
  assert.equal(after.learn('Step volume-copy started'), ids[0])
  assert.equal(after.learn('volume-copy failed'), ids[2])
  const [view] = after.patterns.list({ id: ids[0] as string })
  assert.equal(view.template, 'Step <_> started')
  assert.equal(view.lines, 5)
  assert.equal(view.first_seen, new Date(NOON).toISOString())
  assert.deepEqual(after.events, [])
})

test('a replay after kill -9 gives the same id, without any state', () => {
  const lines = Array.from({ length: 50 }, (_, n) => `job ${n} of queue q${n % 3} done in ${n}ms`)
  const ids = [openBench(), openBench()].map((bench) => lines.map((line) => bench.learn(line)))
  assert.deepEqual(ids[0], ids[1])
})

test('services are told apart, and the same words have the same id in each', () => {
  const bench = openBench()
  const ids = ['cart', 'shop'].map((service) => bench.learn('ready in 3s', { service }))
  assert.equal(ids[0], ids[1])
  assert.deepEqual(
    bench.patterns
      .list()
      .map(({ service }) => service)
      .sort(),
    ['cart', 'shop'],
  )
  assert.equal(bench.patterns.list({ service: 'cart' }).length, 1)
})

test('a view tells counts, times, level and a sample', () => {
  const bench = openBench()
  bench.learn('order 17 refused', { level: 'error' })
  bench.clock.now += MINUTE
  for (let n = 0; n < 3; n++) bench.learn(`order ${n} refused`, { level: 'error' })
  assert.deepEqual(bench.patterns.list({ level: 'error' }), [
    {
      id: bench.learn('order 1 refused', { level: 'error' }),
      service: 'shop',
      level: 'error',
      template: 'order <_> refused',
      lines: 4,
      lines_last_minute: 4,
      first_seen: '2026-11-21T12:00:00.000Z',
      last_seen: '2026-11-21T12:01:00.000Z',
      sample: 'order 17 refused',
    },
  ])
  assert.deepEqual(bench.patterns.list({ level: 'info' }), [])
  assert.equal(bench.patterns.list({ limit: 0 }).length, 0)
})

test('a pattern was not last seen before it was first seen', () => {
  const bench = openBench({}, undefined, NOON + 8)
  bench.learn('ready in 3s')
  const [{ first_seen: first, last_seen: last }] = bench.patterns.list()
  assert.deepEqual([first, last], ['2026-11-21T12:00:00.008Z', '2026-11-21T12:00:00.008Z'])
})

test('the state is written when it is a minute old, whole, and for its owner only', async () => {
  const file = stateFile()
  const bench = openBench({}, file)
  bench.learn('ready in 3s')
  await bench.patterns.tick()
  assert.throws(() => statSync(file))
  bench.clock.now += MINUTE
  await bench.patterns.tick()
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).patterns.length, 1)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a torn or foreign state is left aside, and told', () => {
  for (const text of ['{"version":1,"patt', '[]', 'null', '{"version":9}']) {
    const file = stateFile()
    writeFileSync(file, text)
    const bench = openBench({}, file)
    assert.equal(bench.problems.length, 1, text)
    assert.ok(bench.learn('ready in 3s'))
  }
})

test('a state that cannot be written is told and costs nothing else', async () => {
  const file = stateFile()
  writeFileSync(file, '')
  const bench = openBench({}, join(file, 'below-a-file.json'))
  const faults = bench.problems.length
  bench.learn('ready in 3s')
  await bench.patterns.close()
  assert.equal(bench.problems.length, faults + 1)
  assert.equal(bench.patterns.stats().state_faults, 1)
})

test('what is no pattern in a state is left out', () => {
  const file = stateFile()
  writeFileSync(file, '{"version":1,"since":1,"patterns":[{}, null, {"id":"x","tokens":7}],"known":[1,"x"]}')
  assert.equal(openBench({}, file).patterns.stats().patterns, 0)
})

test('never more patterns than max_patterns: the least recently seen goes', () => {
  const bench = openBench({ max_patterns: 50 })
  const kept = bench.learn('the one that stays')
  for (let n = 0; n < 3000; n++) {
    bench.learn(`${letters(n)} ${letters(n * 7)} and ${letters(n * 31)}`)
    bench.learn('the one that stays')
    assert.ok(bench.patterns.stats().patterns <= 50)
  }
  assert.ok(bench.patterns.list({ limit: 100 }).some(({ id }) => id === kept))
  assert.ok(bench.patterns.stats().forgotten > 0)
})

test('hostile input stays bounded and linear: every line another', () => {
  const bench = openBench()
  const started = process.cpuUsage().user
  const LINES = 20_000
  for (let n = 0; n < LINES; n++) {
    bench.learn(Array.from({ length: 12 }, (_, word) => letters(n * 13 + word * 7919)).join(' '), {
      service: `s${n % 50}`,
    })
  }
  assert.ok(bench.patterns.stats().patterns <= 2000)
  assert.ok((process.cpuUsage().user - started) / LINES < 300, 'microseconds a line')
})

test('hostile input stays bounded and linear: long lines and millions of tokens', () => {
  const bench = openBench()
  const shapes = ['a', 'a ', '="', '[redacted:', '..', '://', 'user ', 'a-', '7 ', '(', '\ud800', 'a:', '/', '=', 'a=']
  for (const shape of shapes) {
    const cost = (length: number) => {
      const message = shape.repeat(length / shape.length)
      const started = process.cpuUsage().user
      for (let n = 0; n < 20; n++) bench.learn(`${message}${n}`)
      return process.cpuUsage().user - started
    }
    cost(10_000)
    assert.ok(cost(4_000_000) < 500_000, `${JSON.stringify(shape)}: microseconds for 20 lines of 4 MB`)
  }
  for (const { template, sample } of bench.patterns.list({ limit: 1000 })) {
    assert.ok(template.length <= 2048 && sample.length <= 300)
  }
})

test('the same tokens for a text and for its bytes, escaped or not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...'ab7 =":[]()/.,-_@\\\t\nZ'.split(''), 'user ', '12ms', '://'), { maxLength: 60 }),
      (parts) => {
        const message = parts.join('')
        const bench = openBench()
        const group = bench.patterns.watch('shop.log').group('shop', 'web', 'info')
        const bytes = Buffer.from(JSON.stringify(message).slice(1, -1))
        assert.equal(group.take(bytes, 0, bytes.length, true, 0, 0), openBench().learn(message) ?? '')
      },
    ),
    { numRuns: 500 },
  )
})

test('a record gets its id, one without a message none, an event of Longship none', () => {
  const bench = openBench()
  const watch = bench.patterns.watch('shop.log')
  const seen = (over: Partial<LogRecord>, message: string | undefined) => {
    const record = { ...RECORD, ...over, text: { message } as LogRecord['text'] }
    watch.see(record)
    return record.pattern_id
  }
  assert.equal(seen({}, 'order 7 refused'), bench.learn('order 8 refused'))
  assert.equal(seen({}, undefined), undefined)
  assert.equal(seen({}, ''), undefined)
  assert.equal(seen({ service: 'longship', node: 'logscan' }, 'New pattern of shop'), undefined)
  assert.equal(watch.group('longship', 'logscan', 'info').take(Buffer.from('abc'), 0, 3, false, 0, 0), '')
})

const RECORD: LogRecord = {
  timestamp: { seconds: NOON / 1000, nanos: 0 },
  timestamp_source: 'line',
  level: 'info',
  service: 'shop',
  node: 'web',
  env: undefined,
  text: {} as LogRecord['text'],
  duration_ms: undefined,
  format: 'json',
  fields: new Map(),
}

/** A number as a word without digits. */
function letters(number: number): string {
  return [...number.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}
