/** The log as a source: every event once and in order, from where Loki has it, and what retention took is counted. */
import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLine } from '../../shipper/events/line.ts'
import type { EventLog } from '../../shipper/events/log.ts'
import { discover } from '../../shipper/sources/discover.ts'
import { mergeSources, withEnd } from '../../shipper/sources/merged.ts'
import type { Source } from '../../shipper/sources/source.ts'
import { newEvent, newFolder, openLog, segmentsOf } from './folder.ts'

interface Read {
  readonly seqs: number[]
  readonly carried: unknown
}

function seqsOf(bytes: Uint8Array, offset: number): number[] {
  const block = Buffer.from(bytes)
  const seqs: number[] = []
  for (let at = 0; at < block.length; ) {
    const end = block.indexOf(10, at)
    assert.ok(end >= 0, 'lines are whole')
    const seq = readLine(block, at, end)?.event.seq
    if (seq !== undefined && seq > offset) seqs.push(seq)
    at = end + 1
  }
  return seqs
}

/** Everything that can be read without waiting. */
async function drain(log: EventLog): Promise<Read> {
  const stop = new AbortController()
  const seqs: number[] = []
  let carried: unknown
  const events = log.source.events(stop.signal)[Symbol.asyncIterator]()
  for (;;) {
    const next = events.next()
    const quiet = new Promise<undefined>((resolve) => setImmediate(() => setImmediate(resolve, undefined)))
    const result = await Promise.race([next, quiet])
    if (result === undefined) {
      stop.abort()
      await next
      return { seqs, carried }
    }
    assert.ok(!result.done)
    const event = result.value
    assert.equal(event.kind, 'data')
    if (event.kind !== 'data') continue
    assert.equal(event.origin, log.source.origin)
    carried ??= event.carried
    seqs.push(...seqsOf(event.bytes, event.offset))
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('what was not acknowledged comes again after a restart; what was does not', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  for (let i = 0; i < 10; i++) log.append(newEvent())
  assert.deepEqual((await drain(log)).seqs, range(1, 10))
  log.source.commit(log.source.origin, 4, { clock: [1] })
  log.source.commit({ ...log.source.origin, id: -1 }, 9)
  log.source.commit(log.source.origin, 3)
  await log.close()
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'acknowledged'), 'utf8').replace(/^[0-9a-f]{8} /, '')), {
    offset: 4,
    carried: { clock: [1] },
  })
  assert.equal(statSync(join(folder, 'acknowledged')).mode & 0o777, 0o600)
  const again = openLog(folder).log
  assert.deepEqual(await drain(again), { seqs: range(5, 10), carried: { clock: [1] } })
  again.append(newEvent())
  again.source.commit(again.source.origin, 10)
  await again.close()
  assert.deepEqual((await drain(openLog(folder).log)).seqs, [11])
})

test('a position that is lost sends everything again', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  log.append(newEvent())
  log.source.commit(log.source.origin, 1)
  await log.close()
  writeFileSync(join(folder, 'acknowledged'), '{"offset":')
  assert.deepEqual((await drain(openLog(folder).log)).seqs, [1])
})

test('many events in many segments come in order, each once, while more are appended', async () => {
  const { log } = openLog(newFolder(), { maxBytes: 64 * 1024 * 1024 })
  for (let i = 0; i < 9000; i++) log.append(newEvent())
  const stop = new AbortController()
  const seqs: number[] = []
  for await (const event of log.source.events(stop.signal)) {
    assert.equal(event.kind, 'data')
    if (event.kind === 'data') seqs.push(...seqsOf(event.bytes, event.offset))
    if (log.stats().newest_seq < 9100) log.append(newEvent())
    else if (seqs.at(-1) === 9100) stop.abort()
  }
  assert.deepEqual(seqs, range(1, 9100))
})

test('an event wakes who waits for one', async () => {
  const { log } = openLog(newFolder())
  const stop = new AbortController()
  const events = log.source.events(stop.signal)[Symbol.asyncIterator]()
  const next = events.next()
  await new Promise((resolve) => setImmediate(resolve))
  log.append(newEvent())
  const { value } = await next
  assert.deepEqual(value.kind === 'data' && seqsOf(value.bytes, value.offset), [1])
  const last = events.next()
  stop.abort()
  assert.equal((await last).done, true)
})

test('what retention takes before the pipeline saw it is counted, to the event', async () => {
  const { log } = openLog(newFolder(), { maxBytes: 20_000 })
  for (let i = 0; i < 30; i++) log.append(newEvent())
  const stop = new AbortController()
  const events = log.source.events(stop.signal)[Symbol.asyncIterator]()
  const { value } = await events.next()
  const seen: number[] = value.kind === 'data' ? seqsOf(value.bytes, value.offset) : []
  assert.ok(seen.length > 0 && seen.length < 30)
  for (let i = 0; i < 500; i++) log.append(newEvent())
  const rest = events.next()
  for (let next = await rest; ; next = await events.next()) {
    if (next.value.kind === 'data') seen.push(...seqsOf(next.value.bytes, next.value.offset))
    if (seen.at(-1) === 530) break
  }
  stop.abort()
  const dropped = log.source.dropped.get('event_log_full') ?? 0
  assert.ok(dropped > 300, `${dropped}`)
  assert.equal(seen.length + dropped, 530, 'read = what came + what was dropped')
  assert.deepEqual(seen, [...new Set(seen)])
})

test('what Loki has may be dropped without a word', async () => {
  const folder = newFolder()
  const { log } = openLog(folder, { maxBytes: 20_000 })
  for (let i = 0; i < 30; i++) log.append(newEvent())
  log.source.commit(log.source.origin, 30)
  await log.close()
  const { log: again, clock } = openLog(folder, { maxBytes: 20_000 })
  again.append(newEvent())
  clock.ms *= 2
  assert.equal(again.stats().events, 0)
  assert.deepEqual([...again.source.dropped], [['event_log_full', 1]])
})

test('damage is passed over; what stands behind it comes', async () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  for (let i = 0; i < 5; i++) log.append(newEvent({ message: `m ${i}` }))
  const [path] = segmentsOf(folder)
  const bytes = readFileSync(path)
  bytes[bytes.indexOf('m 2')] ^= 1
  writeFileSync(path, bytes)
  assert.deepEqual((await drain(log)).seqs, [1, 2, 4, 5])
})

test('a segment that somebody deleted ends nothing', async () => {
  const folder = newFolder()
  const { log, problems } = openLog(folder, { maxBytes: 20_000 })
  for (let i = 0; i < 30; i++) log.append(newEvent())
  const [first] = segmentsOf(folder)
  writeFileSync(first, '')
  const { seqs } = await drain(log)
  assert.equal(seqs.at(-1), 30)
  assert.ok(seqs[0] > 1)
  assert.deepEqual(problems, [])
  assert.equal(log.source.dropped.get('event_log_damaged'), seqs[0] - 1)
})

test('where what brings events ends, the log ends once it is read', async () => {
  const { log } = openLog(newFolder())
  const bringing: Source = {
    async *events() {
      for (let i = 0; i < 3; i++) {
        yield { kind: 'idle', origin: { id: -1, path: '', name: '' } }
        log.append(newEvent())
      }
    },
    commit() {},
    close: async () => {},
  }
  const seqs: number[] = []
  const merged = mergeSources([withEnd(bringing, () => log.source.finish()), log.source])
  for await (const event of merged.events(new AbortController().signal))
    if (event.kind === 'data') seqs.push(...seqsOf(event.bytes, event.offset))
  assert.deepEqual(seqs, [1, 2, 3])
})

test("no source reads the log's own files, by pattern or by name", () => {
  const folder = newFolder()
  const { log } = openLog(folder)
  log.append(newEvent())
  const [path] = segmentsOf(folder)
  appendFileSync(join(folder, 'app.log'), 'x\n')
  const byPattern = discover([join(folder, '*')]).found.map(({ path }) => path)
  assert.ok(byPattern.includes(join(folder, 'app.log')))
  assert.ok(!byPattern.includes(path))
  const { found, problems } = discover([path])
  assert.deepEqual(
    [found.length, problems.get(path)],
    [0, "is Longship's own event log, which is no source: what was found would be found again"],
  )
})
