/** Several sources as one: nobody starves, each is asked only when its last event was dealt with, commits find their way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeSources } from '../../shipper/sources/merged.ts'
import { newOrigin } from '../../shipper/sources/origin.ts'
import type { Source, SourceEvent } from '../../shipper/sources/source.ts'

const never = new AbortController().signal

function source(name: string, count: number, dropped?: ReadonlyMap<string, number>) {
  const origin = newOrigin(name)
  const log: string[] = []
  let handled = true
  const made: Source = {
    ...(dropped && { dropped }),
    async *events(): AsyncIterable<SourceEvent> {
      for (let i = 0; i < count; i++) {
        assert.ok(handled, `${name} was asked while its last event was in use`)
        handled = false
        yield { kind: 'data', origin, bytes: Buffer.from(String(i)), offset: i }
        handled = true
      }
    },
    commit: ({ id }, offset) => void log.push(id === origin.id ? `own ${offset}` : 'other'),
    close: async () => void log.push('closed'),
  }
  return { made, origin, log }
}

test('every event of every source, in turns', async () => {
  const [busy, quiet] = [source('busy', 1000), source('quiet', 3)]
  const order: string[] = []
  for await (const event of mergeSources([busy.made, quiet.made]).events(never)) {
    if (event.kind === 'data') order.push(event.origin.path)
  }
  assert.equal(order.length, 1003)
  assert.ok(order.lastIndexOf('quiet') < 12, `the quiet one had its turns: ${order.lastIndexOf('quiet')}`)
})

test('commits, drops and close', async () => {
  const a = source('a', 1, new Map([['x', 2]]))
  const b = source(
    'b',
    1,
    new Map([
      ['x', 1],
      ['y', 5],
    ]),
  )
  const merged = mergeSources([a.made, b.made])
  merged.commit(b.origin, 7)
  await merged.close()
  assert.deepEqual(
    [a.log, b.log],
    [
      ['other', 'closed'],
      ['own 7', 'closed'],
    ],
  )
  assert.deepEqual(
    [...(merged.dropped ?? [])],
    [
      ['x', 3],
      ['y', 5],
    ],
  )
})
