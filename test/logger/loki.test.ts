/** The way to Loki: every line arrives, whatever Loki answers; what a line becomes is what the shipper makes of it. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import LokiTransport from 'winston-loki'
import { createLogger, lokiTransport, winstonLokiTransport } from '../../logger/index.ts'
import { readers } from '../../logger/transports/readers.ts'
import { recordOf } from '../../logger/transports/records.ts'
import { createSpool } from '../../logger/transports/spool.ts'
import { createMemory } from '../../shipper/formats/detect.ts'
import type { Format } from '../../shipper/formats/format.ts'
import { formats } from '../../shipper/formats/index.ts'
import type { Dialect } from '../../shipper/formats/json-dialect.ts'
import { startFlaky } from './flaky.ts'
import { newFolder, startLoki } from './programs.ts'
import { memoryLogger, readBack, written } from './reader.ts'

const QUICK = { backoff: { minMs: 1, maxMs: 5 }, maxWaitMs: 5, onProblem: () => {} }

test('100,000 lines at once, Loki answers 503 and 429 and breaks off at times: all of them, in order, and nothing waits for it', async (t) => {
  const loki = await startFlaky((n) => (['503', 'none', '429', 'none', 'drop', 'none', 'none'] as const)[n % 7]!)
  t.after(() => loki.close())
  const transport = lokiTransport({ url: loki.url, spool: false, ...QUICK })
  const logger = createLogger({ service: 'burst', format: 'json', crashes: false, transports: [transport] })
  // What is loaded for the first line is not what this is about.
  logger.info('first line')
  await logger.flush()
  let longest = 0
  let last = performance.now()
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  for (let i = 0; i < 100_000; i++) {
    logger.info('burst of lines', { i })
    if (i % 1000 === 999) await sleep(0)
  }
  const result = await logger.close(120_000)
  clearInterval(beat)
  assert.deepEqual(result, { pending: 0, lost: 0 })
  assert.equal(loki.lines.size, 100_001)
  assert.ok(loki.requests > 50, `${loki.requests} requests`)
  // Two cores are shared with other test files: what is bounded is a slice of lines, some milliseconds.
  assert.ok(longest < 500, `the event loop was held for ${longest} ms`)
})

test('what arrives is what the shipper would have made of the printed line', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const lines: string[] = []
  const { SinkTransport } = await import('../../logger/transports/sink.ts')
  const transports = [
    lokiTransport({ url: loki.url, spool: false, ...QUICK }),
    new SinkTransport({ take: (line) => void lines.push(line) }),
  ]
  const logger = createLogger({ service: 'api', env: 'prod', format: 'console', crashes: false, transports })
  logger.info('listening', { port: 1, password: 'hunter2-not-real' })
  logger.event('http_request', { method: 'GET', status_code: 500, duration_ms: 2.5 })
  logger.error('a b', new Error('c'))
  logger.info({ severity: 'x', time: 'y', target: 'z' })
  assert.deepEqual(await logger.flush(), { pending: 0, lost: 0 })
  const arrived = await loki.records('{service="api", env="prod"}')
  // In Loki each stream has its order.
  const byLevel = (records: Record<string, unknown>[]) =>
    records.sort((a, b) => String(b.level).localeCompare(String(a.level)))
  assert.deepEqual(
    byLevel(arrived).map((record) => ({ ...record, timestamp: '' })),
    byLevel(readBack(lines.join('\n')).map(written)).map((record) => ({ ...record, timestamp: '' })),
  )
  assert.deepEqual(
    await loki
      .records('{service="api", node="api", level="info"} | event="http_request" | outcome="failure"')
      .then((found) => found.length),
    1,
  )
  await logger.close()
})

test('records straight and through the shipper are the same for any fields', () => {
  const { logger, lines } = memoryLogger()
  const dialects = (formats as readonly Format[]).filter((format): format is Dialect => 'requires' in format)
  assert.deepEqual(
    readers.map(({ name }) => name),
    dialects.map(({ name }) => name),
    'a JSON dialect of shipper/formats stands in logger/transports/readers.ts as well, in the same order',
  )
  // Every name that some dialect is known by, alone and all of one dialect together.
  const known = dialects.map(({ requires, anyOf, times, keys }) => [...requires, ...anyOf, ...times, ...keys.keys()])
  for (const names of known) logger.info('a b', Object.fromEntries(names.map((name) => [name, '1'])))
  for (const name of new Set(known.flat())) {
    logger.info('a b', { [name]: 'x' })
    logger.event('some_event', { [name]: 5 })
    logger.info({ [name]: 'x' })
  }
  const memory = createMemory()
  const straight = lines.map((line) => written(recordOf(line, memory)))
  const shipped = readBack(lines.join('\n')).map(written)
  // A line dressed up as another library's, with a time that is none, has the time when it was read.
  const comparable = (record: Record<string, unknown>) =>
    record.timestamp_source === 'read' ? { ...record, timestamp: '' } : record
  assert.deepEqual(straight.map(comparable), shipped.map(comparable))
  const lost = shipped.filter(
    ({ timestamp, service }) => timestamp !== '2026-05-05T12:30:11.123000000Z' || service !== 'api',
  )
  assert.deepEqual(lost, [], 'no names of other libraries, alone or together, take the time or the service away')
})

test('a full queue goes to the spool, and to Loki once that is back, in the same life', async (t) => {
  let away = true
  const loki = await startFlaky(() => (away ? '503' : 'none'))
  t.after(() => loki.close())
  const spool = newFolder()
  const transport = lokiTransport({ url: loki.url, spool, maxQueueBytes: 50_000, service: 'full', ...QUICK })
  const logger = createLogger({ service: 'full', format: 'json', crashes: false, transports: [transport] })
  for (let i = 0; i < 3000; i++) logger.info('a line', { i })
  await sleep(20)
  assert.equal(readdirSync(spool).length, 1)
  away = false
  assert.deepEqual(await logger.flush(30_000), { pending: 0, lost: 0 })
  assert.deepEqual(await logger.close(), { pending: 0, lost: 0 })
  assert.equal(loki.lines.size, 3000)
  assert.deepEqual(readdirSync(spool), [])
})

test('without a spool what does not fit is counted, and said', async () => {
  const said: string[] = []
  const transport = lokiTransport({
    url: 'http://127.0.0.1:9',
    spool: false,
    maxQueueBytes: 10_000,
    ...QUICK,
    onProblem: (text) => void said.push(text),
  })
  const logger = createLogger({ service: 'x', format: 'json', crashes: false, transports: [transport] })
  for (let i = 0; i < 1000; i++) logger.info('a line', { i })
  const { lost } = await logger.close(50)
  assert.equal(lost, 1000)
  assert.match(said.join('\n'), /lines lost so far/)
})

test('a line that Loki refuses for good is counted, and blocks none behind it', async (t) => {
  const loki = await startLoki()
  t.after(() => loki.close())
  const transport = lokiTransport({ url: loki.url, spool: false, labels: ['bad'], ...QUICK })
  const logger = createLogger({ service: 'x', format: 'json', crashes: false, transports: [transport], redact: false })
  logger.info('before it')
  logger.info('too much metadata', { operation: 'x'.repeat(2000), step: 'y'.repeat(2000), trace_id: 'z'.repeat(2000) })
  logger.info('behind it')
  assert.equal((await logger.close()).pending, 0)
  const messages = (await loki.records()).map(({ message }) => message)
  assert.ok(messages.includes('before it') && messages.includes('behind it'))
})

test('spools: of the living they are left alone, of the dead taken once, hostile names and lines do no harm', async () => {
  const dir = newFolder()
  const mine = createSpool({ dir, service: 'a-b', maxBytes: 1000 })
  const other = createSpool({ dir, service: 'a-b', maxBytes: 1000 })
  assert.equal(other.write(['{"a":1}']), 1)
  assert.deepEqual(mine.adopt(), [])
  for (const name of ['a_b-x.jsonl', 'a_b-..-1-x.jsonl', 'unknown.jsonl', '.jsonl'])
    writeFileSync(join(dir, name), 'x\n')
  const { hostname } = await import('node:os')
  const dead = `a_b-${hostname().replace(/[^\w.]/g, '_')}-999999999-abc_0.jsonl`
  writeFileSync(join(dir, dead), 'not json\n{"message":"ok"}\n\n')
  const adopted = mine.adopt()
  assert.equal(adopted.length, 1)
  assert.deepEqual(mine.adopt(), [])
  assert.equal(mine.write(Array.from({ length: 1000 }, () => 'x'.repeat(100))), 0, 'over its size nothing is written')
  assert.equal(createSpool({ dir: '/proc/nowhere', service: 'x', maxBytes: 1000 }).write(['a']), 0)
  assert.deepEqual(recordOf('not json').text.message, 'not json')
})

test('winston-loki behind our queue: every line through faults, none taken for another, one refused blocks none', async (t) => {
  const faults = ['503', 'none', '429', 'none', 'drop', 'none', 'none'] as const
  const flaky = await startFlaky((n) => faults[n % 7]!)
  t.after(() => flaky.close())
  const open = (host: string) => winstonLokiTransport(LokiTransport, { host, spool: false, ...QUICK })
  const logger = createLogger({ service: 'wl', format: 'json', crashes: false, transports: [open(flaky.url)] })
  for (let i = 0; i < 20_000; i++) logger.info('a line', { i, off: false })
  assert.deepEqual(await logger.close(60_000), { pending: 0, lost: 0 })
  assert.equal(flaky.lines.size, 20_000)

  const loki = await startLoki()
  t.after(() => loki.close())
  const same = createLogger({
    service: 'wl',
    format: 'json',
    crashes: false,
    now: () => Date.now(),
    transports: [open(loki.url)],
  })
  for (let i = 0; i < 20; i++) same.info('the same line')
  assert.deepEqual(await same.close(10_000), { pending: 0, lost: 0 })
  assert.equal((await loki.records()).length, 20)
  assert.throws(() => winstonLokiTransport(class {} as never, { host: loki.url }), /must be that of winston-loki/)
})
