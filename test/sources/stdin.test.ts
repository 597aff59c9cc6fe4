import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SourceEvent } from '../../shipper/sources/source.ts'
import { createStdinSource } from '../../shipper/sources/stdin.ts'
import { ManualClock } from './harness.ts'

test('stdin: blocks with their offsets, idle after silence, then its end', async () => {
  const input = new PassThrough()
  const clock = new ManualClock()
  const source = createStdinSource({ input, clock })
  const events = source.events(new AbortController().signal)[Symbol.asyncIterator]()
  input.write('first\n')
  const seen: SourceEvent[] = [(await events.next()).value]
  const idle = events.next()
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(500)
  seen.push((await idle).value)
  input.end('second')
  seen.push((await events.next()).value, (await events.next()).value)
  assert.equal((await events.next()).done, true)
  assert.deepEqual(
    seen.map((event) => [event.kind, event.kind === 'data' ? event.offset : undefined]),
    [
      ['data', 0],
      ['idle', undefined],
      ['data', 6],
      ['end', undefined],
    ],
  )
  assert.ok(seen[0]!.kind === 'data' && seen[0]!.origin.path === 'stdin')
})

test('stdin: an abort ends it though nothing comes', async () => {
  const abort = new AbortController()
  const source = createStdinSource({ input: new PassThrough(), clock: new ManualClock() })
  const next = source.events(abort.signal)[Symbol.asyncIterator]().next()
  await new Promise((resolve) => setImmediate(resolve))
  abort.abort()
  assert.equal((await next).done, true)
})

test('stdin: what is compressed is said, and is no text', async () => {
  for (const [name, bytes] of [
    ['gzip', gzipSync('a line\n')],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04])],
  ] as const) {
    const input = new PassThrough()
    const seen: SourceEvent[] = []
    input.end(bytes)
    for await (const event of createStdinSource({ input }).events(new AbortController().signal)) seen.push(event)
    const kinds = seen.map((event) => (event.kind === 'problem' ? `${event.path} ${event.message}` : event.kind))
    assert.deepEqual(kinds, [`stdin is compressed with ${name}, which is not read here: decompress it`, 'end'])
  }
})
