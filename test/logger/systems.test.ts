/**
 * What the five systems' programs write (samples/systems, SYSTEMS' own lines), written by our API: the shipper makes the
 * same record of both, besides what says how it was written.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createOperationLogger,
  logNodeExecution,
  logToolExecution,
  retry,
  startLoop,
  withContext,
} from '../../logger/index.ts'
import { recordsOf } from '../systems/records.ts'
import { meaning, memoryLogger, readBack, written } from './reader.ts'

type Line = Record<string, unknown>

/** The fields that the sample has, of our record: ours may say more, never something else. */
function sameAs(ours: Line | undefined, sample: Line, except: readonly string[] = []): void {
  const left = new Set(['timestamp', 'service', 'node', 'format', ...except])
  for (const [name, value] of Object.entries(sample)) {
    if (!left.has(name)) assert.deepEqual(ours?.[name], value, `${name} of ${JSON.stringify(ours)}`)
  }
}

function sampleOf(file: string, has: (line: Line) => boolean): Line {
  const found = recordsOf(file).map(written).find(has)
  assert.ok(found, `a line in ${file}`)
  return found
}

test('A: provlog’s own line, byte for byte', () => {
  const { logger, lines } = memoryLogger({ format: 'evt' })
  logger.event('provision.start', { workspace_id: 'ws-1', sync: true })
  logger.event('provision.start')
  assert.deepEqual(lines, [
    '2026/05/05 12:30:11 evt: provision.start {"workspace_id":"ws-1","sync":true}',
    '2026/05/05 12:30:11 evt: provision.start {}',
  ])
})

test('A: fields that cannot be read leave the boundary, prose stands beside it, each one line', () => {
  const { logger, lines, records } = memoryLogger({ format: 'evt' })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  logger.event('provision.ec2_started', proxy)
  logger.warn('disk\nnearly full', { free_mb: 12, mount: '/var/lib x' })
  logger.error('cannot launch', new Error('quota'))
  assert.match(lines[0]!, /^2026\/05\/05 12:30:11 evt: provision\.ec2_started \{"_marshal_err":"[^"]+"\}$/)
  assert.ok(lines.every((line) => !line.includes('\n')))
  const [event, prose, error] = records()
  assert.equal(event?.event, 'provision.ec2_started')
  assert.deepEqual([prose?.level, error?.level], ['warn', 'error'])
  assert.match(String(prose?.message), /^disk ⏎ nearly full/)
})

test('C: the line of the plan the kit is named after', () => {
  const wanted = written(
    readBack(
      '{"timestamp":"2025-12-26T02:03:45.123456+02:00","level":"info","service":"langgraph","logger":"nodes.developer","event":"spawning_worker","node":"developer","thread_id":"user_123","correlation_id":"msg_456_1735167345","user_id":123,"duration_ms":250}',
    )[0]!,
  )
  const { logger, records } = memoryLogger({ service: 'langgraph', now: () => Date.UTC(2025, 11, 26, 0, 3, 45, 123) })
  const log = logger.child({ logger: 'nodes.developer' })
  const context = { node: 'developer', thread_id: 'user_123', correlation_id: 'msg_456_1735167345', user_id: 123 }
  withContext(context, () => log.event('spawning_worker', { duration_ms: 250 }))
  const [ours] = records()
  assert.equal(ours?.timestamp, '2025-12-26T00:03:45.123000000Z')
  assert.deepEqual({ ...ours, timestamp: '' }, { ...wanted, timestamp: '' })
})

test('C: a node’s start, end and failure; bound inside, cleared after, rethrown', async () => {
  const { logger, records } = memoryLogger({ service: 'langgraph' })
  const ok = logNodeExecution(logger, 'developer', async (_state: object, _config?: object) => {
    logger.info('inside the node')
    return { messages: [1], developer: {} }
  })
  const result = await ok({}, { configurable: { thread_id: 'user_112' } })
  assert.deepEqual(result, { messages: [1], developer: {} })
  const error = new TypeError('LLM backend timed out')
  const failing = logNodeExecution(logger, 'architect', (_state: { thread_id: string }): object => {
    throw error
  })
  assert.throws(() => failing({ thread_id: 'user_113' }), error)
  logger.info('outside of nodes')
  const [start, inside, complete, start2, failed, outside] = records()
  const sample = sampleOf('langgraph.log', ({ event, node }) => event === 'node_complete' && node === 'developer')
  sameAs(complete, sample, ['correlation_id', 'thread_id', 'user_id', 'logger', 'duration_ms'])
  assert.deepEqual(
    [start, inside, complete].map((line) => [line?.node, line?.thread_id]),
    Array(3).fill(['developer', 'user_112']),
  )
  assert.deepEqual([start?.event, start2?.event, failed?.event], ['node_start', 'node_start', 'node_failed'])
  assert.equal(typeof complete?.duration_ms, 'number')
  assert.deepEqual([failed?.level, failed?.error_type, failed?.error], ['error', 'TypeError', 'LLM backend timed out'])
  assert.match(String(failed?.stack), /at /)
  assert.deepEqual([outside?.node, outside?.thread_id], ['langgraph', undefined])
})

test('C: tools', async () => {
  const { logger, records } = memoryLogger()
  assert.equal(logToolExecution(logger, 'add', (a: number, b: number) => a + b)(1, 2), 3)
  const failing = logToolExecution(logger, 'read_file', async () => Promise.reject(new Error('none')))
  await assert.rejects(failing(), /none/)
  assert.deepEqual(
    records().map(({ event, tool, outcome, level }) => [event, tool, outcome, level]),
    [
      ['tool_execution_start', 'add', undefined, 'info'],
      ['tool_execution_complete', 'add', 'success', 'info'],
      ['tool_execution_start', 'read_file', undefined, 'info'],
      ['tool_execution_failed', 'read_file', 'failure', 'warn'],
    ],
  )
})

test('B: every line of the sync manager', async () => {
  const { logger, records } = memoryLogger({ service: 'sync' })
  let now = Date.UTC(2026, 4, 5, 12)
  let lease: () => boolean = () => true
  let work: (event: (name: string, fields?: object) => void) => void = () => {}
  const loop = startLoop({
    logger,
    component: 'autosync',
    intervalMs: 30_000,
    maxFailures: 2,
    fields: { target_key: 'cloud-3', push_batch: 100, pull_batch: 500 },
    lease: () => lease(),
    cycle: ({ event }) => work(event as never),
    clock: { now: () => now, after: () => () => {} },
  })
  work = (event) => {
    event('push_skipped')
    event('pushing_mutations', { count: 29 })
    event('project_batch_pushed', { project: 'atlas', mutations: 14 })
    event('pull_complete', { mutations_applied: 3, last_seq: 48_120 })
    event('pull_skipped', { last_seq: 48_120 })
  }
  await loop.tick()
  lease = () => false
  await loop.tick()
  lease = () => {
    throw new Error('lease store: context deadline exceeded')
  }
  await loop.tick()
  lease = () => true
  work = (event) => {
    event('push_failed', { error: 'i/o timeout', elapsed: '30s' })
    event('pull_failed', { error: 'i/o timeout', elapsed: '30s' })
    throw new Error('i/o timeout')
  }
  await loop.tick()
  await loop.tick()
  now += 60_000
  await loop.tick()
  await loop.tick()
  await loop.stop()
  const lines = records()
  const seen = new Map(lines.map((line) => [line.message, line]))
  const samples = new Map(
    recordsOf('autosync.jsonl', 'autosync.log')
      .map(written)
      .map((line) => [line.message, line]),
  )
  assert.ok(samples.size >= 16)
  for (const [message, sample] of samples) {
    const ours = seen.get(message)
    assert.ok(ours, `written by us: ${message}`)
    assert.equal(ours.level, sample.level, `${message}`)
    assert.equal(ours.node, 'autosync')
    const names = Object.keys(sample).filter((name) => !['format', 'worker', 'duration_ms', 'outcome'].includes(name))
    for (const name of names) assert.notEqual(ours[name], undefined, `${name} of "${message}"`)
    if (sample.duration_ms !== undefined) assert.equal(typeof ours.duration_ms, 'number', `${message}`)
  }
  assert.equal(seen.get('push failed')?.duration_ms, 30_000)
  assert.deepEqual(
    lines
      .filter(({ message }) => message === 'failure recorded')
      .map((line) => [line.consecutive_failures, line.backoff_until]),
    [
      [1, '2026-05-05T12:00:30.000Z'],
      [2, '2026-05-05T12:02:00.000Z'],
    ],
  )
})

test('E: an operation of three steps, one retried and lost, as migratekit writes it', async () => {
  const { logger, records } = memoryLogger({ service: 'migratekit' })
  const operations = createOperationLogger(logger, { correlationId: 'c-1', jobId: 'job-orion-107' })
  const failure = Object.assign(new Error('checksum of block 8812 differs'), { code: 'E_SUM' })
  const run = operations.run('volume-migration', async (operation) => {
    await operation.step('snapshot-create', (step) => step.info('snapshot-create: 3 of 64 GiB'))
    await operation.step('verify-checksum', async (step) => {
      const advice = {
        error_type: 'checksum_mismatch',
        recovery_suggestion: 'detach the volume and run the step again',
      }
      const options = { maxRetries: 3, delayMs: 2000, advice, sleep: () => Promise.resolve() }
      await retry(step, () => Promise.reject(failure), options)
    })
  })
  await assert.rejects(run, failure)
  const lines = records()
  const events = lines.map(({ event, step, status }) => [event, step, status].filter(Boolean).join(' '))
  assert.deepEqual(events, [
    'operation_start started',
    'step_start snapshot-create started',
    'step_info snapshot-create',
    'step_end snapshot-create completed',
    'step_start verify-checksum started',
    'step_error verify-checksum',
    'step_info attempt-1 retrying',
    'step_error verify-checksum',
    'step_info attempt-2 retrying',
    'step_error verify-checksum',
    'step_info attempt-3 failed',
    'step_end verify-checksum failed',
    'operation_end failed',
  ])
  for (const line of lines) {
    assert.deepEqual([line.correlation_id, line.job_id, line.operation], ['c-1', 'job-orion-107', 'volume-migration'])
  }
  const anyId = ['correlation_id', 'job_id', 'operation', 'step', 'message']
  const error = sampleOf(
    'migratekit.jsonl',
    (line) => line.event === 'step_error' && line.error_code === 'E_SUM' && line.retry_possible === true,
  )
  sameAs(lines[5], error, anyId)
  const attempt = sampleOf('migratekit.jsonl', ({ step, status }) => step === 'attempt-1' && status === 'retrying')
  sameAs(lines[6], attempt, ['correlation_id', 'job_id', 'operation'])
  const end = sampleOf('migratekit.jsonl', ({ event, status }) => event === 'operation_end' && status === 'failed')
  sameAs(lines.at(-1), end, [...anyId, 'duration_ms', 'total_duration_ms', 'total_steps', 'failure_step'])
  assert.deepEqual([lines.at(-1)?.total_steps, lines.at(-1)?.failure_step], [2, 'verify-checksum'])
  assert.equal(lines.at(-1)?.duration_ms, lines.at(-1)?.total_duration_ms)
  const started = sampleOf('migratekit.jsonl', ({ event }) => event === 'step_start')
  assert.equal(lines[1]?.message, String(started.message).replace(String(started.step), 'snapshot-create'))
})

test('E: what is never ended is reported, a child inherits the id, a missing id is visible', () => {
  const { logger, records } = memoryLogger()
  const operations = createOperationLogger(logger, { correlationId: null, jobId: 'job-1' })
  const [orphan] = records()
  sameAs(
    orphan,
    sampleOf('migratekit.jsonl', ({ message }) => message === 'context without correlation id'),
    ['event', 'operation', 'step', 'job_id'],
  )
  assert.equal(orphan?.correlation_id, undefined)
  withContext({ correlation_id: 'c-9' }, () => {
    const inside = createOperationLogger(logger, { jobId: 'job-2' })
    const operation = inside.startOperation('network-cutover')
    operation.startStep('dns-update')
    operation.createChildContext('verify').endOperation()
    operation[Symbol.dispose]()
    operation.endOperation()
  })
  operations.startOperation('x').endOperation()
  const lines = records().slice(1)
  const child = lines.filter(({ operation }) => operation === 'verify')
  assert.deepEqual(
    child.map((line) => [line.event, line.correlation_id, line.job_id]),
    [
      ['operation_start', 'c-9', 'job-2'],
      ['operation_end', 'c-9', 'job-2'],
    ],
  )
  const ends = lines.filter(({ operation, event }) => operation === 'network-cutover' && String(event).endsWith('_end'))
  assert.deepEqual(
    ends.map(({ event, status, error_type }) => [event, status, error_type]),
    [
      ['step_end', 'failed', 'never_ended'],
      ['operation_end', 'failed', 'never_ended'],
    ],
  )
})

test('C: http_request, and an event of the spawner, as the samples have them', () => {
  const { logger, records } = memoryLogger({ service: 'api', node: 'http', fields: { logger: 'middleware' } })
  const sample = sampleOf('api.log', ({ event, status_code }) => event === 'http_request' && status_code === 200)
  const { correlation_id, method, path, status_code, duration_ms } = sample
  withContext({ correlation_id, method, path }, () =>
    logger.event('http_request', { status_code: status_code as number, duration_ms: duration_ms as number }),
  )
  const [ours] = records()
  assert.deepEqual(meaning({ ...ours, timestamp: '' }), meaning({ ...sample, timestamp: '' }))
})
