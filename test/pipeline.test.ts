/** The flow's law: a position is committed only after what stands before it was delivered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch } from '../shipper/batch/batch.ts'
import { BatchBuilder } from '../shipper/batch/builder.ts'
import { writeRecord } from '../shipper/batch/line.ts'
import { Interpreter } from '../shipper/interpret.ts'
import { OriginFlow } from '../shipper/origin-flow.ts'
import { Pipeline } from '../shipper/pipeline.ts'
import type { Delivery, Destination } from '../shipper/push/push.ts'
import type { Origin, Source, SourceEvent } from '../shipper/sources/source.ts'
import { AROUND } from './flow.ts'
import { CORPUS_TIME } from './formats/corpus.ts'

const ORIGIN: Origin = { id: 1, path: 'a.log', name: 'a' }
const never = new AbortController().signal

class Harness {
  readonly commits: number[] = []
  readonly log: string[] = []
  readonly pipeline: Pipeline

  constructor(
    events: () => AsyncIterable<SourceEvent>,
    deliver: (batch: Batch) => Promise<Delivery>,
    maxEntries = 3,
    maxWaitMs = 60_000,
  ) {
    const source: Source = {
      events,
      commit: (_, offset) => {
        this.commits.push(offset)
        this.log.push(`commit ${offset}`)
      },
      close: async () => {},
    }
    const destination: Destination = { deliver, close: async () => {} }
    const labels = { allow: ['service', 'node', 'level'], maxValues: 10 }
    const builder = new BatchBuilder({ maxBytes: 1 << 20, maxEntries, labels, write: writeRecord })
    const interpreter = new Interpreter({
      around: AROUND,
      zone: 'UTC',
      format: undefined,
      redactor: undefined,
      now: () => CORPUS_TIME.now,
    })
    this.pipeline = new Pipeline({
      source,
      destination,
      builder,
      flowOf: (_, progress) =>
        new OriginFlow({
          framing: { framing: 'auto', multiline: true },
          interpreter,
          builder,
          progress,
          lane: undefined,
        }),
      maxWaitMs,
      onProblem: () => {},
      now: Date.now,
    })
  }
}

function block(text: string, offset: number): SourceEvent {
  return { kind: 'data', origin: ORIGIN, bytes: Buffer.from(text), offset }
}

const delivered = (batch: Batch): Delivery => ({ delivered: batch.entries, rejected: new Map(), done: true })
const LINE = 'INFO something happened here\n'

test('commits follow acknowledgements, in order, to the end of the last line', async () => {
  async function* events(): AsyncIterable<SourceEvent> {
    yield block(LINE.repeat(5), 0)
    yield block(LINE.repeat(5), LINE.length * 5)
    yield { kind: 'end', origin: ORIGIN }
  }
  const harness = new Harness(events, async (batch) => {
    harness.log.push(`deliver ${batch.entries}`)
    await sleep(1)
    return delivered(batch)
  })
  assert.ok(await harness.pipeline.run(never, never))
  assert.deepEqual(
    harness.commits.map((offset) => offset / LINE.length),
    [3, 6, 9, 10],
  )
  assert.deepEqual(
    harness.log.map((entry) => entry.split(' ')[0]),
    ['deliver', 'commit', 'deliver', 'commit', 'deliver', 'commit', 'deliver', 'commit'],
  )
  assert.equal(harness.pipeline.pending, 0)
})

test('nothing is committed when the destination gives up, and the balance says what is pending', async () => {
  async function* events(): AsyncIterable<SourceEvent> {
    yield block(LINE.repeat(7), 0)
    yield { kind: 'end', origin: ORIGIN }
  }
  const harness = new Harness(events, async () => ({ delivered: 0, rejected: new Map(), done: false, gaveUp: 'no' }))
  assert.equal(await harness.pipeline.run(never, never), false)
  assert.deepEqual(harness.commits, [])
  assert.equal(harness.pipeline.gaveUp, 'no')
  assert.deepEqual([harness.pipeline.read, harness.pipeline.pending], [7, 7])
})

test('rejected entries are accounted for, and committed', async () => {
  async function* events(): AsyncIterable<SourceEvent> {
    yield block(LINE.repeat(2), 0)
    yield { kind: 'end', origin: ORIGIN }
  }
  const harness = new Harness(events, async () => ({ delivered: 1, rejected: new Map([['bad_entry', 1]]), done: true }))
  assert.ok(await harness.pipeline.run(never, never))
  assert.equal(harness.pipeline.pending, 0)
  assert.deepEqual(harness.commits, [LINE.length * 2])
})

test('a batch that is not full goes out when it is old enough', async () => {
  const stop = new AbortController()
  async function* events(): AsyncIterable<SourceEvent> {
    yield block(LINE, 0)
    yield { kind: 'idle', origin: ORIGIN }
    await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
  }
  const harness = new Harness(
    events,
    async (batch) => {
      stop.abort()
      return delivered(batch)
    },
    100,
    5,
  )
  assert.ok(await harness.pipeline.run(stop.signal, never))
  assert.deepEqual(harness.commits, [LINE.length])
})

test('empty lines at the end are committed too', async () => {
  async function* events(): AsyncIterable<SourceEvent> {
    yield block(`${LINE}\n\n\n`, 0)
    yield { kind: 'end', origin: ORIGIN }
  }
  const harness = new Harness(events, async (batch) => delivered(batch))
  await harness.pipeline.run(never, never)
  assert.equal(harness.commits.at(-1), LINE.length + 3)
})
