/** Blocks that a filter on structured metadata leaves out: answers and statistics are as if they had been looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Harness, NOW, withServer } from './harness.ts'

type Entry = readonly [line: string, metadata: Record<string, string>]

let pushed = 0
const push = (loki: Harness, stream: Record<string, string>, entries: readonly Entry[]) =>
  loki.push({
    streams: [
      {
        stream,
        values: entries.map(([line, metadata]) => [`${NOW - 600_000 + pushed++}000000`, line, metadata]),
      },
    ],
  })

const count = async (loki: Harness, stages: string) => {
  const { result, stats } = await loki.query(`sum(count_over_time({service=~".+"} ${stages} [1h]))`, {
    start: String(NOW / 1000),
    end: String(NOW / 1000),
    step: '60',
  })
  return [Number(result[0]?.values[0][1] ?? 0), stats['summary']!['totalLinesProcessed']]
}

test('filters find what blocks hold, and count what they leave out as looked at', () =>
  withServer({}, async (loki) => {
    await push(loki, { service: 'a' }, [
      ['one', { event: 'start', id: 'x' }],
      ['two', { event: 'end' }],
    ])
    await push(loki, { service: 'b', event: 'start' }, [['three', { outcome: 'failure', took: 'long' }]])
    await push(loki, { service: 'c' }, [['{"event":"start"}', {}]])
    for (const [stages, expected] of [
      ['| event="start"', 2],
      ['| event=~"sta.+"', 2],
      ['| event="end"', 1],
      ['| event="never"', 0],
      ['| event=""', 1],
      ['| event!="start"', 2],
      ['| event!=""', 3],
      ['| outcome="failure"', 1],
      ['| outcome="failure" | event="start"', 1],
      ['| event="end" and id="x"', 0],
      ['| event="end" or id="x"', 2],
      ['|= "one" | event="start"', 1],
      ['| json | __error__="" | event="start"', 1],
      ['| label_format event="made" | event="made"', 4],
      ['| label_format event="made" | event="start"', 0],
      ['| took > 5 | outcome="failure" | __error__=""', 0],
      ['| no_such_field="x"', 0],
    ] as const) {
      assert.deepEqual(await count(loki, stages), [expected, 4], stages)
    }
  }))

test('a block that grew is looked at further', () =>
  withServer({}, async (loki) => {
    await push(loki, { service: 'a' }, [['one', { event: 'start' }]])
    assert.deepEqual(await count(loki, '| event="end"'), [0, 1])
    await push(loki, { service: 'a' }, [['two', { event: 'end' }]])
    assert.deepEqual(await count(loki, '| event="end"'), [1, 2])
  }))

test('a field with many values', () =>
  withServer({}, async (loki) => {
    const entries = Array.from({ length: 200 }, (_, index): Entry => [`line ${index}`, { id: `id-${index}` }])
    await push(loki, { service: 'a' }, entries)
    assert.deepEqual(await count(loki, '| id="id-199"'), [1, 200])
    assert.deepEqual(await count(loki, '| id="id-200"'), [0, 200])
    await push(loki, { service: 'a' }, [['more', { id: 'id-200' }]])
    assert.deepEqual(await count(loki, '| id="id-200"'), [1, 201])
  }))
