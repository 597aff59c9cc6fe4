/** What a test's entries are pushed as to a Loki elsewhere, which refuses what is an hour behind the newest of its stream. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shiftedTarget } from '../../loki/testing/shifted.ts'
import type { TestAnswer, TestStream } from '../../loki/testing/target.ts'
import { partsOf } from '../../shipper/commands/testing/remote.ts'

const HOUR = 3_600_000_000_000n
const END = 4n * HOUR
const NOW_MS = Date.parse('2026-05-05T12:00:00Z')

test('streams of the same labels are one, in the order of times', async () => {
  const pushed: TestStream[] = []
  const count: TestAnswer = { kind: 'vector', series: [{ labels: new Map(), samples: [{ time: 0, value: 5 }] }] }
  const remote = {
    push: async (streams: readonly TestStream[]) => void pushed.push(...streams),
    range: async () => count,
    instant: async () => count,
  }
  const span = { latest: END, stepsMs: [] }
  const target = shiftedTarget(remote, { span, id: 'x', now: () => NOW_MS, sleep: async () => {} })
  await target.push([
    stream(
      [
        ['service', 'api'],
        ['level', 'info'],
      ],
      [0n, END],
      'good',
    ),
    stream([['service', 'web']], [HOUR], 'other'),
    stream(
      [
        ['level', 'info'],
        ['service', 'api'],
      ],
      [END - HOUR, HOUR],
      'bad',
    ),
  ])
  assert.deepEqual(
    pushed.map(({ labels, entries }) => [labels.get('service'), entries.map(({ line }) => line)]),
    [
      ['api', ['good', 'bad', 'bad', 'good']],
      ['web', ['other']],
    ],
  )
  for (const { labels, entries } of pushed) {
    assert.equal(labels.get('longship_test'), 'x')
    const times = entries.map(({ time }) => time)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => (a < b ? -1 : 1)),
    )
    assert.ok(times.every((time) => time <= BigInt(NOW_MS) * 1_000_000n))
  }
})

for (const [hours, says] of [
  [0n, /^of 1 entries pushed, 0 can be read after 60 s$/],
  [8n, /0 can be read after 60 s\. They are hours old: .*POST \/flush/],
] as const) {
  test(`entries ${hours} h old that cannot be read`, async () => {
    let now = NOW_MS
    const none: TestAnswer = { kind: 'vector', series: [] }
    const remote = { push: async () => {}, range: async () => none, instant: async () => none }
    const sleep = async (ms: number) => void (now += ms)
    const target = shiftedTarget(remote, { span: { latest: 8n * HOUR, stepsMs: [] }, id: 'x', now: () => now, sleep })
    await assert.rejects(target.push([stream([['service', 'api']], [(8n - hours) * HOUR], 'one')]), { message: says })
  })
}

test('what is more than one message is pushed in parts: 100 MB as one was refused', () => {
  const { entries } = stream([], [0n, 1n, 2n, 3n, 4n], 'x'.repeat(400_000))
  assert.deepEqual(
    [...partsOf(entries)].map((part) => part.map(({ time }) => time)),
    [[0n, 1n], [2n, 3n], [4n]],
  )
  const { entries: large } = stream([], [0n, 1n], 'x'.repeat(2_000_000))
  assert.deepEqual(
    [...partsOf(large)].map(({ length }) => length),
    [1, 1],
  )
  const times = Array.from({ length: 12_000 }, (_, index) => BigInt(index))
  const { entries: many } = stream([], times, 'x')
  assert.deepEqual(
    [...partsOf(many)].map(({ length }) => length),
    [5000, 5000, 2000],
  )
  assert.deepEqual([...partsOf([])], [])
})

function stream(labels: readonly (readonly [string, string])[], times: readonly bigint[], line: string): TestStream {
  return {
    labels: new Map(labels),
    entries: times.map((time) => ({ time, line, metadata: new Map([['kind', line]]) })),
  }
}
