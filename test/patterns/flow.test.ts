/** The miner in the flow: after redaction, on both ways, and beside what is written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesOf, runFlow } from '../flow.ts'
import { openBench } from './miner.ts'

const BLOCK_BYTES = 64 * 1024

test('redacted messages only', () => {
  for (const useLane of [true, false]) {
    const bench = openBench()
    const lines = Array.from(
      { length: 30 },
      (_, n) =>
        `{"time":"2026-11-21T10:24:59Z","level":"INFO","msg":"login of user ann with password=hunter${n}secret refused"}`,
    )
    runFlow(Buffer.from(`${lines.join('\n')}\n`), useLane, BLOCK_BYTES, bench.patterns.watch('app.log'))
    const [view, ...others] = bench.patterns.list()
    assert.equal(others.length, 0)
    assert.equal(view.lines, 30)
    assert.match(view.sample, /\[redacted:/)
    assert.ok(!JSON.stringify([view, bench.events]).includes('hunter'))
  }
})

test('lines of the entry are the same with patterns and without', () => {
  const lines = Array.from(
    { length: 50 },
    (_, n) => `time="2026-11-21T10:24:59Z" level=info msg="order ${n} of \\"web\\" placed" step=s${n % 3}`,
  )
  const bytes = Buffer.from(`${lines.join('\n')}\nno json at all, ${'x'.repeat(40)}\n`)
  for (const useLane of [true, false]) {
    const off = entriesOf(runFlow(bytes, useLane).batches)
    const on = entriesOf(runFlow(bytes, useLane, BLOCK_BYTES, openBench().patterns.watch('app.log')).batches)
    const line = (entry: string) => /\{"timestamp".*?\}(?=\x1a)/.exec(entry)?.[0]
    assert.deepEqual(on.map(line), off.map(line))
    assert.equal(on.filter((entry) => entry.includes('pattern_id')).length, 51)
  }
})

test('a record without a message has the pattern of its event, on both ways', () => {
  const lines = Array.from({ length: 40 }, (_, n) =>
    n % 2 === 0
      ? `{"time":"2026-11-21T10:24:59Z","level":"INFO","event":"workspace.node.${n % 4 === 0 ? 'started' : 'stopped'}","ms":${n}}`
      : `{"time":"2026-11-21T10:24:59Z","level":"INFO","event":"workspace.node.started","msg":"order ${n} placed"}`,
  )
  for (const useLane of [true, false]) {
    const bench = openBench()
    runFlow(Buffer.from(`${lines.join('\n')}\n`), useLane, BLOCK_BYTES, bench.patterns.watch('app.log'))
    const found = bench.patterns.list().map(({ template, lines }) => `${lines} ${template}`)
    assert.deepEqual(found.sort(), ['10 workspace.node.started', '10 workspace.node.stopped', '20 order <_> placed'])
  }
})
