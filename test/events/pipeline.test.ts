/** From append() to Loki: what an event is there, that it comes once Loki is back, and that it is never searched again. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Ajv } from 'ajv'
import { globSync } from 'tinyglobby'
import { type AssembleOptions, type Assembly, assemble } from '../../shipper/assemble.ts'
import { writeRecord } from '../../shipper/batch/line.ts'
import { loadConfig } from '../../shipper/config.ts'
import type { LogEvent, NewEvent } from '../../shipper/events/event.ts'
import type { EventLog } from '../../shipper/events/log.ts'
import { eventRecord, isEventRecord } from '../../shipper/events/record.ts'
import { recordSchema } from '../../shipper/normalize/schema.ts'
import { openRulebook } from '../../shipper/scan/rulebook.ts'
import { createScanner } from '../../shipper/scan/scanner.ts'
import { startLoki } from '../logger/programs.ts'
import { startDouble } from '../loki-double/double.ts'
import { newEvent, newFolder, openLog } from './folder.ts'

const QUICK = { batch: { max_wait: '20ms' }, push: { retry: { min: '10ms', max: '50ms' } } }

function start(url: string, events: EventLog, more: Partial<AssembleOptions> & { flags?: object } = {}): Assembly {
  const { flags, ...options } = more
  return assemble({
    config: loadConfig({ flags: { loki: { url }, ...QUICK, ...flags } }),
    once: false,
    positions: undefined,
    events,
    onPush: () => {},
    onProblem: (path, message) => assert.fail(`${path}: ${message}`),
    ...options,
  })
}

/** Runs it until this is so, then stops it as a signal would. */
async function runUntil(assembly: Assembly, isSo: () => boolean, deadlineMs = 15_000): Promise<void> {
  const stop = new AbortController()
  const deadline = new AbortController()
  const running = assembly.pipeline.run(stop.signal, deadline.signal)
  for (let waited = 0; waited < deadlineMs && !isSo(); waited += 20) await sleep(20)
  stop.abort()
  setTimeout(() => deadline.abort(), 500).unref()
  await running
  await assembly.close()
}

function balanceOf({ pipeline }: Assembly) {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((all, count) => all + count, 0)
  const { delivered, rejected } = pipeline.counts
  assert.equal(pipeline.read, delivered + sum(rejected) + sum(pipeline.dropped) + pipeline.pending)
  return { read: pipeline.read, delivered, dropped: Object.fromEntries(pipeline.dropped), pending: pipeline.pending }
}

const now = () => ({ seconds: Math.floor(Date.now() / 1000) - 60, nanos: 123_456_789 })

const HIT: Partial<NewEvent> = {
  severity: 'critical',
  message: 'disk of db-1 is full',
  metadata: {
    workload: 'shop',
    container: 'shop-db-1',
    rule_id: 'rule_00a',
    rule_name: 'Disk full',
    stream: 'stderr',
    captures: JSON.parse('{"host":"db-1","__proto__":"x"}'),
    node: 'storage',
    level: 'warn',
    correlation_id: 'c-1',
    trace_id: 't-1',
  },
}
const SPIKE: Partial<NewEvent> = {
  source: 'patterns',
  event: 'pattern_spike',
  severity: 'info',
  message: 'a pattern is ten times as frequent as it was',
  metadata: {
    workload: 'shop',
    container: 'a.log',
    pattern_id: 'p1',
    pattern: 'user <_> gone',
    count: 50,
    expected: 5,
  },
}

test('events are in Loki as service="longship" node="logscan", with their severity as level', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const { log } = openLog(newFolder())
  const time = now()
  log.append(newEvent({ ...HIT, time }))
  const assembly = start(loki.url, log)
  let appended = false
  await runUntil(assembly, () => {
    // One that was there before, one that comes while it runs.
    if (!appended) log.append(newEvent({ ...SPIKE, time: { ...time, nanos: 0 } }))
    appended = true
    return assembly.pipeline.counts.delivered === 2
  })
  const [spike, hit] = await loki.records('{service="longship", node="logscan"}')
  assert.deepEqual(Object.keys(hit), [
    ...['timestamp', 'level', 'service', 'node', 'event', 'message', 'correlation_id', 'trace_id', 'format'],
    ...['event_seq', 'source', 'severity', 'workload', 'container', 'workload_node', 'workload_level', 'stream'],
    ...['rule_id', 'rule_name', 'captures'],
  ])
  assert.equal(hit['timestamp'], `${new Date(time.seconds * 1000).toISOString().slice(0, 19)}.123456789Z`)
  assert.equal(JSON.stringify(hit['captures']), '{"host":"db-1","__proto__":"x"}')
  assert.deepEqual(
    [hit['level'], hit['severity'], hit['event'], hit['rule_name'], hit['event_seq'], hit['workload_level']],
    ['critical', 'critical', 'rule_hit', 'Disk full', 1, 'warn'],
  )
  assert.deepEqual(
    [
      spike['level'],
      spike['event'],
      spike['pattern_template'],
      spike['pattern_lines'],
      spike['pattern_lines_expected'],
      spike['source'],
    ],
    ['info', 'pattern_spike', 'user <_> gone', 50, 5, 'patterns'],
  )
  const found = async (query: string) => (await loki.records(query)).map((record) => record['event_seq'])
  const own = '{service="longship", node="logscan"}'
  assert.deepEqual(await found(`${own} | event="rule_hit"`), [1], 'structured metadata')
  assert.deepEqual(await found(`${own} | correlation_id="c-1" | trace_id="t-1"`), [1])
  assert.deepEqual(await found('{service="longship", node="logscan", level="critical"}'), [1])
  assert.deepEqual(await found(`${own} | json rule="rule_name" | rule="Disk full"`), [1])
  assert.deepEqual(await found(`${own} | json host="captures.host" | host="db-1"`), [1])
  assert.deepEqual(await found(`${own} | pattern_id="p1"`), [2])
  const names = [...Object.keys(hit), ...Object.keys(spike)]
  for (const name of names) await found(`${own} | json | ${name}!="x"`)
})

test('lines pushed as they were read hold the record', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const { log } = openLog(newFolder())
  log.append(newEvent({ ...HIT, time: now() }))
  const assembly = start(loki.url, log, { flags: { line: 'original' } })
  await runUntil(assembly, () => assembly.pipeline.counts.delivered === 1)
  const [hit] = await loki.records()
  assert.deepEqual([hit['event'], hit['rule_name']], ['rule_hit', 'Disk full'])
})

test('an event is a record as the schema has it', () => {
  const isRecord = new Ajv({ strict: false }).compile(recordSchema())
  for (const event of [HIT, SPIKE]) {
    const record = eventRecord({ ...newEvent(event), seq: 1 }, 'prod')
    assert.ok(isRecord(JSON.parse(writeRecord(record))), JSON.stringify(isRecord.errors))
    assert.ok(isEventRecord(record))
  }
})

test('secrets that a capture took out of the text do not reach Loki', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const { log } = openLog(newFolder())
  const captures = { password: 'hunter2hunter2', header: 'Authorization: Bearer abcdefghijklmnop1234567890' }
  log.append(newEvent({ time: now(), metadata: { workload: 'shop', container: 'c', captures } }))
  const assembly = start(loki.url, log)
  await runUntil(assembly, () => assembly.pipeline.counts.delivered === 1)
  const text = JSON.stringify(await loki.records())
  assert.doesNotMatch(text, /hunter2|abcdefghijklmnop1234567890/)
  assert.match(text, /\[redacted:/)
})

test('nothing is lost while Loki is away; a restart goes on where Loki has it', async (t) => {
  const folder = newFolder()
  const double = await startDouble({ script: '500*100000' })
  t.after(() => double.close())
  const first = openLog(folder).log
  for (let i = 0; i < 50; i++) first.append(newEvent({ time: now() }))
  const away = start(double.url, first)
  await runUntil(away, () => double.requests.length > 3)
  assert.deepEqual(balanceOf(away), { read: 50, delivered: 0, dropped: {}, pending: 50 })
  await first.close()

  double.setScript('')
  const second = openLog(folder).log
  for (let i = 0; i < 10; i++) second.append(newEvent({ time: now() }))
  const back = start(double.url, second)
  // A last attempt of the first may come late: single entries, which come again with the others.
  await runUntil(back, () => back.pipeline.counts.delivered >= 60)
  assert.deepEqual(balanceOf(back), { read: 60, delivered: 60, dropped: {}, pending: 0 })
  await second.close()

  const third = openLog(folder).log
  const again = start(double.url, third)
  await runUntil(again, () => false, 300)
  assert.deepEqual(balanceOf(again), { read: 0, delivered: 0, dropped: {}, pending: 0 })
  const seqs = double.distinct().map(({ line }) => JSON.parse(line).event_seq as number)
  assert.deepEqual(
    seqs.sort((a, b) => a - b),
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
})

test('events that retention took before Loki was back are dropped with a reason, and the balance holds', async (t) => {
  const double = await startDouble({ script: '500*30' })
  t.after(() => double.close())
  const { log } = openLog(newFolder(), { maxBytes: 30_000 })
  const assembly = start(double.url, log, { flags: { batch: { max_wait: '20ms', max_entries: 10 } } })
  let appended = 0
  await runUntil(assembly, () => {
    for (let i = 0; appended < 1000 && i < 50; i++, appended++) log.append(newEvent({ time: now() }))
    return (
      appended === 1000 &&
      assembly.pipeline.pending === 0 &&
      log.source.dropped.size > 0 &&
      assembly.pipeline.read === 1000
    )
  })
  const { read, delivered, dropped, pending } = balanceOf(assembly)
  assert.deepEqual([read, pending, Object.keys(dropped)], [1000, 0, ['event_log_full']])
  assert.equal(double.distinct().length, delivered)
  assert.ok(delivered > 50 && delivered < 1000, `${delivered}`)
})

test('with --once events that came of the last lines are shipped before it ends', async (t: TestContext) => {
  const folder = newFolder()
  const double = await startDouble()
  t.after(() => double.close())
  const { log } = openLog(join(folder, 'events'))
  const file = join(folder, 'app.log')
  writeFileSync(file, 'INFO one\nINFO two\nERROR three\n')
  const assembly = start(double.url, log, {
    once: true,
    flags: { sources: [{ path: [file] }] },
    // The lines are on their way by now: what a rule would have found in them comes late.
    onPush: ({ kind }) => kind === 'sent' && log.append(newEvent({ time: now(), key: 'late' })),
  })
  const never = new AbortController().signal
  log.append(newEvent({ time: now() }))
  assert.equal(await assembly.pipeline.run(never, never), true)
  await assembly.close()
  const services = double.distinct().map(({ stream }) => JSON.parse(JSON.stringify(stream)))
  assert.ok(services.length >= 4, `${services.length}`)
})

test('what a rule found is not searched again: not on its way to Loki, and not where it comes back by a file', async (t) => {
  const folder = newFolder()
  const double = await startDouble()
  t.after(() => double.close())
  const { log } = openLog(join(folder, 'events'))
  const line = (service: string, node: string, message: string) =>
    `${JSON.stringify({ timestamp: new Date().toISOString(), level: 'error', service, node, message })}\n`
  // Some shipper reads Longship's events back from Loki, and writes them beside what a service says.
  const file = join(folder, 'app.log')
  writeFileSync(file, line('longship', 'logscan', 'disk full').repeat(20) + line('shop', 'db', 'disk full: /dev/sda'))
  const rule = { severity: 'critical', streams: 'both', on: 'message', cooldown: '0', enabled: true } as const
  const configured = [
    { ...rule, name: 'everything', pattern: '.' },
    { ...rule, name: 'Disk', pattern: '(?i)DISK FULL' },
  ]
  const rulebook = openRulebook({
    configured,
    stateFile: join(folder, 'rules.json'),
    now: Date.now,
    onProblem: assert.fail,
  })
  t.after(() => rulebook.close())
  const bucket = { burst: 1000, per_minute: 1000 }
  const scanner = createScanner({ rulebook, bucket, emit: (event) => log.append(event), now: Date.now })
  // All of them would match the rules that found them.
  const assembly = start(double.url, log, { scanner, flags: { sources: [{ path: [file] }] } })
  await runUntil(assembly, () => double.distinct().length >= 23)
  await sleep(100)
  assert.deepEqual(
    log.find({ limit: 100 }).events.map(({ metadata, message }) => [metadata.rule_name, metadata.workload, message]),
    [
      ['Disk', 'shop', 'disk full: /dev/sda'],
      ['everything', 'shop', 'disk full: /dev/sda'],
    ],
  )
  assert.equal(balanceOf(assembly).delivered, 23, '21 lines, and two events once each')
})

test('a program that fails as it starts is told each time, and once each: its file says the same at the same place', async (t) => {
  const folder = newFolder()
  const { log } = openLog(join(folder, 'events'))
  const double = await startDouble()
  t.after(() => double.close())
  const file = join(folder, 'app.log')
  const positions = join(folder, 'positions.json')
  const rule = { severity: 'error', streams: 'both', on: 'line', cooldown: '0', enabled: true } as const
  const rulebook = openRulebook({
    configured: [{ ...rule, name: 'bind', pattern: 'cannot bind' }],
    stateFile: join(folder, 'rules.json'),
    now: Date.now,
    onProblem: assert.fail,
  })
  t.after(() => rulebook.close())
  const bucket = { burst: 1000, per_minute: 1000 }
  const runOnce = async (url: string) => {
    const scanner = createScanner({ rulebook, bucket, emit: (event) => log.append(event), now: Date.now })
    const flags = { sources: [{ path: [file] }] }
    const assembly = start(url, log, { scanner, positions, flags })
    await runUntil(assembly, () => scanner.stats().lines >= 2 && assembly.pipeline.pending === 0, 1500)
  }
  const begins = 'cannot bind\nleaving\n'
  writeFileSync(file, begins)
  await runOnce('http://127.0.0.1:1')
  await runOnce(double.url)
  assert.deepEqual([log.stats().events, log.stats().duplicates], [1, 1], 'Loki was away: what was read came again')
  writeFileSync(file, 'cannot bind\n')
  await runOnce(double.url)
  rmSync(file)
  writeFileSync(join(folder, 'other'), 'cannot')
  // Where the time of its birth is that of its last change, Longship takes it for unknown.
  await sleep(20)
  appendFileSync(join(folder, 'other'), ' bind\nleaving\n')
  renameSync(join(folder, 'other'), file)
  await runOnce(double.url)
  assert.deepEqual([log.stats().events, log.stats().duplicates], [3, 1])
})

test('the way of events has no scanner and no miner to call', () => {
  const files = ['shipper/event-flow.ts', ...globSync('shipper/events/*.ts')]
  for (const file of files) {
    const imports = [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)].map(([, path]) => path)
    assert.deepEqual(
      imports.filter((path) => /scan|patterns|lookout|interpret|lanes/.test(path)),
      [],
      file,
    )
  }
})

test('a record that says it is an event is known as one, whatever way it came', () => {
  const event = { ...newEvent(), seq: 1 } as LogEvent
  assert.ok(isEventRecord(eventRecord(event, undefined)))
  assert.ok(!isEventRecord({ service: 'longship', node: 'host' }))
  assert.ok(!isEventRecord({ service: 'shop', node: 'logscan' }))
})
