/** The samples of the five systems, as records: equal to what was reviewed, and with what their operators look for. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LEAKED } from '../../scripts/samples/provlog.ts'
import { FAKE_SECRETS } from '../../scripts/samples/story.ts'
import { DOCKER_PART_BYTES } from '../../scripts/samples/tinyforge.ts'
import { FOLLOWED_ID } from '../../shipper/demo/examples.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { entriesOf, runFlow } from '../flow.ts'
import { goldenOf, goldenPath, lineOf, recordsOf, SYSTEM_FILES } from './records.ts'

for (const file of SYSTEM_FILES) {
  test(`${file}: records as reviewed (npx tsx scripts/goldens.ts rewrites them)`, () => {
    assert.deepEqual(goldenOf(file).split('\n'), readFileSync(goldenPath(file), 'utf8').split('\n'))
  })

  test(`${file}: shipped as normalized, on the lane and beside it`, () => {
    const bytes = readFileSync(`samples/systems/${file}`)
    const [onLane, beside] = [true, false].map((useLane) => entriesOf(runFlow(bytes, useLane).batches).sort())
    assert.deepEqual(onLane, beside)
    assert.equal(onLane?.length, recordsOf(file).length)
  })
}

test('no secret of the samples is in a record, and each was there', () => {
  const lines = SYSTEM_FILES.flatMap((file) => recordsOf(file).map(lineOf)).join('\n')
  const raw = SYSTEM_FILES.map((file) => readFileSync(`samples/systems/${file}`, 'utf8')).join('\n')
  for (const [name, secret] of Object.entries(FAKE_SECRETS)) {
    assert.ok(raw.includes(secret), `${name} is in the samples`)
    assert.ok(!lines.includes(secret), `${name} is redacted`)
  }
})

test('A: leaks are machines started and never stopped', () => {
  const records = recordsOf('provlog.log')
  const of = (event: string) => new Set(withEvent(records, event).map(({ text }) => text.workspace_id))
  const started = of('provision.start')
  const running = of('provision.ec2_started')
  const stopped = of('provision.ec2_stopped')
  assert.equal(started.size, 34)
  assert.deepEqual(running, started)
  assert.deepEqual(
    [...running].filter((id) => !stopped.has(id)),
    LEAKED,
  )
  assert.ok(withEvent(records, 'provision.skip_existing').length >= 3)
  assert.ok(withEvent(records, 'restart.pre_stop').some(({ fields }) => fields.get('backend') === 'cp'))
})

test('A: a boundary whose fields cannot be encoded is still one, prose and panic stay beside it', () => {
  const records = recordsOf('provlog.log')
  assert.equal(records.filter(({ fields }) => fields.has('_marshal_err')).length, 1)
  assert.ok(records.every(({ timestamp_source }) => timestamp_source === 'line'))
  const panic = records.find(({ text }) => text.message?.includes('panic serving'))
  assert.match(panic?.text.stack ?? '', /^goroutine 4711[\s\S]*status\.go:88/)
})

const AUTOSYNC_LEVELS: Readonly<Record<string, string>> = {
  'manager started': 'info',
  'manager stopped': 'info',
  'sync healthy': 'info',
  'cycle skipped, max failures': 'warn',
  'lease error': 'warn',
  'push failed': 'warn',
  'pull failed': 'warn',
  'failure recorded': 'warn',
  'cycle skipped, backoff active': 'debug',
  'lease held by another worker': 'debug',
  'push skipped': 'debug',
  'pushing mutations': 'debug',
  'per-project batch pushed': 'debug',
  'pull skipped': 'debug',
  'pull complete': 'debug',
  'cycle complete': 'debug',
}

test('B: every event of the sync manager is there, with its level, from JSON and from text', () => {
  const records = recordsOf('autosync.jsonl', 'autosync.log')
  const seen = new Set<string>()
  for (const { text, level, service, node } of records) {
    seen.add(text.message!)
    assert.equal(level, AUTOSYNC_LEVELS[text.message!], text.message)
    assert.deepEqual([service, node], ['autosync', 'autosync'])
  }
  assert.deepEqual(seen, new Set(Object.keys(AUTOSYNC_LEVELS)))
})

test('B: durations are milliseconds, whether slog wrote nanoseconds or text; backoff and lease can be read', () => {
  for (const file of ['autosync.jsonl', 'autosync.log']) {
    const cycles = recordsOf(file).filter(({ text }) => text.message === 'cycle complete')
    assert.ok(cycles.length > 10, file)
    for (const { duration_ms } of cycles) assert.ok(duration_ms! >= 80 && duration_ms! < 2000, `${duration_ms}`)
  }
  const failures = recordsOf('autosync.jsonl').filter(({ text }) => text.message === 'failure recorded')
  assert.deepEqual(
    failures.map(({ fields }) => fields.get('consecutive_failures')),
    [1, 2, 3, 4],
  )
  assert.ok(failures.every(({ fields, text }) => fields.has('backoff_until') && text.error?.includes('i/o timeout')))
  const held = recordsOf('autosync.log').filter(({ text }) => text.message === 'lease held by another worker')
  assert.ok(held.length > 20)
})

const AGENT_FILES = [
  'api.log',
  'langgraph.log',
  'scheduler.log',
  'scheduler-dev.log',
  'telegram_bot.log',
  'worker-spawner.log',
]

test('C: the required fields are on every record of the services', () => {
  for (const file of AGENT_FILES) {
    for (const { timestamp_source, level, service, node, text } of recordsOf(file)) {
      assert.equal(timestamp_source, 'line')
      assert.notEqual(level, 'unknown')
      assert.equal(service, file.replace('-dev', '').replace('.log', ''))
      assert.ok(node !== '' && node !== 'host-1', file)
      assert.ok(text.event ?? text.message)
      assert.ok(text.logger)
    }
  }
})

test('C: one correlation id leads through bot, api, graph and spawner, in order of time', () => {
  const records = recordsOf(...AGENT_FILES)
    .filter(({ text }) => text.correlation_id === FOLLOWED_ID)
    .sort((a, b) => a.timestamp.seconds - b.timestamp.seconds || a.timestamp.nanos - b.timestamp.nanos)
  const services = [...new Set(records.map(({ service }) => service))]
  assert.deepEqual(services, ['telegram_bot', 'api', 'langgraph', 'worker-spawner'])
  assert.equal(records.at(-1)?.text.event, 'message_sent')
})

test('C: every node that starts ends, every failure has its stack, durations can be averaged', () => {
  const records = recordsOf('langgraph.log')
  const starts = withEvent(records, 'node_start')
  const failed = withEvent(records, 'node_failed')
  const completed = withEvent(records, 'node_complete')
  assert.equal(starts.length, failed.length + completed.length)
  assert.equal(failed.length, 2)
  for (const { text } of failed) {
    assert.match(text.stack ?? '', /^Traceback \(most recent call last\):\n[\s\S]*TimeoutError: /)
    assert.deepEqual([text.error_type, text.outcome], ['TimeoutError', 'failure'])
  }
  assert.ok([...failed, ...completed].every(({ duration_ms }) => duration_ms! > 0))
  const developer = completed.filter(({ node }) => node === 'developer').map(({ duration_ms }) => duration_ms!)
  assert.ok(percentile(developer, 0.95) > 1000)
})

test('C: requests without a correlation id can be told, old f-strings and consoles keep working', () => {
  const requests = withEvent(recordsOf('api.log'), 'http_request')
  const without = requests.filter(({ text }) => text.correlation_id === undefined)
  assert.equal(without.length, 10)
  assert.ok(without.every(({ fields }) => fields.get('path') === '/health'))
  assert.ok(requests.every(({ text, duration_ms }) => text.outcome !== undefined && duration_ms !== undefined))
  const prose = recordsOf('langgraph.log').filter(({ text }) => text.message?.startsWith('Finished '))
  assert.ok(prose.length > 20 && prose.every(({ text }) => text.event === undefined && text.correlation_id))
  const failed = withEvent(recordsOf('scheduler-dev.log'), 'health_check_failed')
  assert.ok(failed.length >= 3 && failed.every(({ text }) => text.stack?.includes('ConnectionRefusedError')))
})

test("C: the worker's plain output has its tracebacks, the playbook its failed hosts", () => {
  const traces = recordsOf('coding-worker.log').filter(({ text }) => text.stack !== undefined)
  assert.deepEqual(
    traces.map(({ text, level }) => [text.error_type, level]),
    [
      ['RuntimeError', 'error'],
      ['RuntimeError', 'error'],
    ],
  )
  const failed = recordsOf('infrastructure.log').filter(({ level }) => level === 'error')
  assert.deepEqual(new Set(failed.map(({ node }) => node)), new Set(['srv-2', 'srv-4']))
  const recaps = withEvent(recordsOf('infrastructure.log'), 'host_recap')
  assert.equal(recaps.length, 20)
  assert.equal(recaps.filter(({ text }) => text.outcome === 'failure').length, 2)
})

test('D: a line that Docker cut at 16 KiB is one record again', () => {
  const parts = readFileSync('samples/systems/shop-web.json', 'utf8')
    .split('\n')
    .filter((line) => line.length > DOCKER_PART_BYTES)
  assert.ok(parts.length >= 2)
  const long = recordsOf('shop-web.json').filter(({ text }) => text.message === 'cart dumped')
  assert.equal(long.length, 1)
  assert.ok(Buffer.byteLength(lineOf(long[0]!)) > 2 * DOCKER_PART_BYTES)
  assert.equal((long[0]!.fields.get('items') as unknown[]).length, 400)
})

test("D: the container's panic is one record; hits, drops, a rule that does not compile and refused targets can be counted", () => {
  const web = recordsOf('shop-web.json')
  assert.deepEqual(
    web.filter(({ level }) => level === 'fatal').map(({ text }) => text.error_type),
    ['panic'],
  )
  const records = recordsOf('tinyforge.log')
  const said = (msg: string) => records.filter(({ text, fields }) => text.message === msg || fields.get('msg') === msg)
  const timeouts = web.filter(({ text }) => text.message === 'payment gateway timeout')
  assert.equal(said('hit stored').length + said('hit dropped').length, timeouts.length + 1)
  assert.ok(
    said('hit dropped').every(({ fields }) => ['cooldown', 'token_bucket'].includes(String(fields.get('reason')))),
  )
  assert.ok(said('webhook sent').some(({ text }) => text.outcome === 'failure'))
  assert.match(said('rule left out of the snapshot')[0]?.text.error ?? '', /missing closing/)
  assert.equal(said('webhook target refused').length, 1)
})

test('E: success rate and percentiles by operation, from text and JSON', () => {
  const records = recordsOf('migratekit.log', 'migratekit.jsonl')
  const ends = withEvent(records, 'operation_end')
  assert.equal(ends.length, 40)
  assert.equal(withEvent(records, 'operation_start').length, 40)
  for (const operation of ['volume-migration', 'enhanced-test-failover', 'network-cutover']) {
    const mine = ends.filter(({ text }) => text.operation === operation)
    const completed = mine.filter(({ text }) => text.status === 'completed')
    assert.ok(completed.length > 0 && completed.length < mine.length, operation)
    assert.ok(completed.every(({ text }) => text.outcome === 'success'))
    assert.ok(mine.every(({ text }) => (text.outcome === 'failure') === (text.status === 'failed')))
    // total_duration_ms is what duration_ms is made from.
    const totals = completed.map(({ fields }) => Number(fields.get('total_duration_ms')))
    assert.deepEqual(
      completed.map(({ duration_ms }) => duration_ms),
      totals,
    )
    const p95 = percentile(totals, 0.95)
    assert.ok(p95 >= percentile(totals, 0.5) && p95 > 5000 && p95 < 120_000)
  }
})

test('E: error patterns by step, retries, and the entry without a correlation id', () => {
  const records = recordsOf('migratekit.log', 'migratekit.jsonl')
  const errors = withEvent(records, 'step_error')
  assert.ok(
    errors.every(({ text, fields }) => text.error_type && text.step && text.operation && fields.has('retry_possible')),
  )
  assert.equal(new Set(errors.map(({ text }) => text.error_type)).size, 3)
  const attempts = records.filter(({ text }) => text.step?.startsWith('attempt-'))
  assert.equal(attempts.length, errors.length)
  assert.deepEqual(new Set(attempts.map(({ text }) => text.status)), new Set(['retrying', 'failed']))
  const orphans = records.filter(({ text }) => text.operation && text.correlation_id === undefined)
  assert.deepEqual(
    orphans.map(({ text }) => text.job_id),
    ['job-nova-1', 'job-orion-1'],
  )
})

function withEvent(records: readonly LogRecord[], event: string): LogRecord[] {
  return records.filter(({ text }) => text.event === event)
}

/** Nearest rank. */
function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * rank) - 1)]!
}
