/** The event log: what append() gave is in a file when it returns, once, in order, and stays there within its bounds. */
import assert from 'node:assert/strict'
import { statSync, unlinkSync } from 'node:fs'
import { test } from 'node:test'
import type { LogEvent } from '../../shipper/events/event.ts'
import { eventJson } from '../../shipper/events/log.ts'
import { DAY_MS, everything, newEvent, newFolder, numbers, openLog, segmentsOf } from './folder.ts'

test('an event comes back as it was, also after a restart', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  const captures = JSON.parse('{"__proto__":"x","$1":"\\ud800 lone, \\n new line"}')
  const event = newEvent({ message: 'größer "als" \\ 1', metadata: { workload: 'ä', container: 'c', captures } })
  const stored = log.append(event)
  assert.deepEqual(stored, { ...event, seq: 1 })
  assert.deepEqual(everything(log), [stored])
  await log.close()
  assert.deepEqual(everything(openLog(folder).log), [stored])
})

test('numbers go on after a restart', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  for (let i = 0; i < 5; i++) log.append(newEvent())
  await log.close()
  const again = openLog(folder).log
  assert.equal(again.append(newEvent())?.seq, 6)
  assert.deepEqual(numbers(everything(again)), [6, 5, 4, 3, 2, 1])
})

test('numbers are never given twice, also when all segments are deleted', async () => {
  const folder = newFolder()
  const given = new Set<number>()
  for (let run = 0; run < 4; run++) {
    // Every second process is killed: nothing is closed.
    const { log } = openLog(folder, { lock: () => () => {} })
    for (let i = 0; i < 1500; i++) {
      const { seq } = log.append(newEvent()) as LogEvent
      assert.ok(!given.has(seq), `${seq} comes again in run ${run}`)
      assert.ok(seq > Math.max(0, ...[...given].slice(-1)), 'they grow')
      given.add(seq)
    }
    if (run % 2 === 0) await log.close()
    for (const path of segmentsOf(folder)) unlinkSync(path)
  }
})

test('files are readable by their owner only', () => {
  const folder = `${newFolder()}/of/its/own`
  const { log } = openLog(folder)
  log.append(newEvent())
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const path of [...segmentsOf(folder), `${folder}/sequence.json`])
    assert.equal(statSync(path).mode & 0o777, 0o600, path)
})

test('one process a folder', () => {
  const folder = newFolder()
  openLog(folder)
  assert.throws(() => openLog(folder), /in use by process \d+; stop it or name another folder as scan\.folder/)
})

test('a folder that cannot be made is said by name', () => {
  assert.throws(() => openLog('/proc/no/such'), /cannot use the event log's folder \/proc\/no\/such/)
})

test('an event of a key that was there is not stored again, also after a restart', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  const told: LogEvent[] = []
  log.subscribe((event) => told.push(event))
  const long = 'k'.repeat(10_000)
  for (const key of ['a', 'b', 'a', long, long]) log.append(newEvent({ key }))
  assert.deepEqual([log.stats().events, log.stats().duplicates, told.length], [3, 2, 3])
  await log.close()
  const again = openLog(folder).log
  for (const key of ['b', long, 'c']) again.append(newEvent({ key }))
  assert.deepEqual([again.stats().events, again.stats().duplicates], [4, 2])
})

test('the newest keys are remembered, not all', async () => {
  const folder = newFolder()
  const { log } = openLog(folder, { maxBytes: 64 * 1024 * 1024 })
  for (let i = 0; i < 16_384 + 1; i++) log.append(newEvent({ key: `key-${i}` }))
  assert.ok(log.append(newEvent({ key: 'key-0' })), 'the oldest is forgotten')
  assert.equal(log.append(newEvent({ key: 'key-16384' })), undefined)
  await log.close()
  const again = openLog(folder, { maxBytes: 64 * 1024 * 1024 }).log
  assert.equal(again.append(newEvent({ key: 'key-2' })), undefined, 'nothing is forgotten by a restart')
  assert.ok(again.append(newEvent({ key: 'key-1' })))
})

test('what is too old goes, whole segments at a time', () => {
  const folder = newFolder()
  const { log, clock } = openLog(folder, { maxAgeMs: 8 * DAY_MS })
  for (let day = 0; day < 30; day++) {
    clock.ms += DAY_MS
    // Its own time does not matter: an old file may be read today.
    const stored = log.append(newEvent({ time: { seconds: day, nanos: 0 } })) as LogEvent
    const kept = everything(log)
    assert.equal(kept[0].seq, stored.seq)
    assert.ok(kept.length <= 10, `day ${day}: ${kept.length} days are kept`)
    if (day >= 8) assert.ok(kept.length >= 8, `day ${day}: only ${kept.length} days are kept`)
  }
  clock.ms += 10 * DAY_MS
  assert.equal(log.stats().events, 0, 'also when nothing more comes')
  assert.deepEqual(segmentsOf(folder), [])
  assert.equal(log.append(newEvent())?.seq, 31)
})

test('an append never makes the folder larger than maxBytes', () => {
  const folder = newFolder()
  const maxBytes = 20_000
  const { log } = openLog(folder, { maxBytes })
  let most = 0
  for (let i = 0; i < 500; i++) {
    assert.ok(log.append(newEvent({ message: 'x'.repeat((i * 37) % 480) })))
    const onDisk = segmentsOf(folder).reduce((sum, path) => sum + statSync(path).size, 0)
    assert.equal(onDisk, log.stats().bytes)
    most = Math.max(most, onDisk)
    assert.ok(onDisk <= maxBytes, `${onDisk} after ${i}`)
  }
  assert.ok(most > maxBytes * 0.8, `${most}: the room is used`)
  const { oldest_seq, newest_seq, events } = log.stats()
  assert.deepEqual([newest_seq, events], [500, 500 - oldest_seq + 1])
})

test('an event that is too large is refused and counted', () => {
  const { log } = openLog(newFolder())
  const captures = { huge: 'x'.repeat(70_000) }
  assert.equal(log.append(newEvent({ metadata: { workload: 'w', container: 'c', captures } })), undefined)
  assert.deepEqual(log.stats().refused, { too_large: 1 })
  assert.equal(log.append(newEvent())?.seq, 1)
})

test('an event without a time that can be told is refused, and not half stored', () => {
  const { log } = openLog(newFolder())
  for (const time of [
    { seconds: Number.NaN, nanos: 0 },
    { seconds: 0.5, nanos: 0 },
    { seconds: 0, nanos: 1e9 },
    { seconds: 0, nanos: -1 },
    { seconds: 0, nanos: Number.NaN },
  ])
    assert.equal(log.append(newEvent({ time })), undefined)
  assert.deepEqual([log.stats().refused, log.stats().events], [{ no_time: 5 }, 0])
  assert.ok(log.append(newEvent({ time: { seconds: -62_135_596_800, nanos: 999_999_999 } })), 'the year 1')
})

test('listeners are told at once, in order, once it is stored; one that throws harms nobody', () => {
  const { log, problems } = openLog(newFolder())
  const told: string[] = []
  log.subscribe(() => {
    throw undefined
  })
  log.subscribe(({ seq }) => {
    assert.equal(everything(log)[0].seq, Math.max(...numbers(everything(log))))
    assert.ok(numbers(everything(log)).includes(seq), 'it can be found')
    // Someone who appends when told: nobody behind it is told out of order.
    if (seq === 1) log.append(newEvent())
    told.push(`first ${seq}`)
  })
  const end = log.subscribe(({ seq }) => told.push(`second ${seq}`))
  log.append(newEvent())
  end()
  log.append(newEvent())
  assert.deepEqual(told, ['first 1', 'second 1', 'first 2', 'second 2', 'first 3'])
  assert.equal(problems.length, 1, problems.join('\n'))
})

test('nothing is told of what was not stored', async () => {
  const { log } = openLog(newFolder())
  let told = 0
  log.subscribe(() => told++)
  await log.close()
  assert.equal(log.append(newEvent()), undefined)
  assert.deepEqual([told, log.stats().refused], [0, { closed: 1 }])
})

test('as JSON an event has its time in nanoseconds and no key', () => {
  const { log } = openLog(newFolder())
  const event = log.append(newEvent({ time: { seconds: 1_777_982_400, nanos: 5 }, message: 'm' })) as LogEvent
  assert.deepEqual(JSON.parse(JSON.stringify(eventJson(event))), {
    seq: 1,
    time: '2026-05-05T12:00:00.000000005Z',
    source: 'logscan',
    event: 'rule_hit',
    severity: 'warn',
    message: 'm',
    metadata: {
      workload: 'shop',
      container: '/var/log/shop.log',
      rule_id: 'r1',
      rule_name: 'Payments',
      stream: 'stdout',
    },
  })
})
