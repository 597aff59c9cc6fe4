/** The live stream: server-sent events however they are cut, and coming back when it breaks off. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  backoff,
  type FollowOptions,
  type FollowState,
  follow,
  SILENCE_MS,
} from '../../dashboards/preview/watch/model/follow.ts'
import { createSseParser, type SseMessage } from '../../dashboards/preview/watch/model/sse.ts'

const STREAM = [
  '\ufeffretry: 3000\n\n',
  ': still here\n\n',
  'id: 1\nevent: log_event\ndata: {"a":1}\n\n',
  'id: 2\r\nevent: log_event\r\ndata: one\r\ndata:two\r\ndata\r\n\r\n',
  'data: no id\r\r',
  'event: empty\n\n',
  'id: bad\0id\nunknown: x\ndata:  ü€𝄞\n\n',
  'data: unfinished\n',
].join('')

const MESSAGES: SseMessage[] = [
  { id: '1', event: 'log_event', data: '{"a":1}' },
  { id: '2', event: 'log_event', data: 'one\ntwo\n' },
  { id: '2', event: 'message', data: 'no id' },
  { id: '2', event: 'message', data: ' ü€𝄞' },
]

test('server-sent events are read as the standard says', () => {
  const parser = createSseParser()
  assert.deepEqual(parser.push(STREAM), MESSAGES)
  assert.equal(parser.retryMs, 3000)
})

test('however the stream is cut, between CR and LF too', () => {
  const bytes = new TextEncoder().encode(STREAM)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 40 }), (cuts) => {
      const parser = createSseParser()
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const messages = edges.flatMap((at, index) =>
        parser.push(decoder.decode(bytes.subarray(at, edges[index + 1] ?? bytes.length), { stream: true })),
      )
      assert.deepEqual(messages, MESSAGES)
    }),
  )
})

test('an event without an end is given up, as one line and as many', () => {
  assert.throws(() => createSseParser().push(`data: ${'x'.repeat(1 << 21)}`), RangeError)
  assert.throws(() => createSseParser().push('data: xxxxxxxx\n'.repeat(1 << 18)), RangeError)
})

test('waits double up to half a minute, each at random within its upper half', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 99].map((tries) => backoff(tries, () => 1)),
    [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
  )
  assert.equal(
    backoff(3, () => 0),
    4000,
  )
})

type Try = () => Response | Promise<Response>

/** Runs `tries` one after the other, then ends. What was asked, said and waited for is returned. */
async function run(tries: readonly Try[], more: Partial<FollowOptions> = {}) {
  const left = new AbortController()
  const asked: string[] = []
  const waits: number[] = []
  const states: [FollowState, string][] = []
  const messages: string[] = []
  await follow({
    open: async (lastId) => {
      asked.push(lastId)
      const next = tries[asked.length - 1]
      if (next !== undefined) return next()
      left.abort()
      throw new Error('over')
    },
    lastId: '7',
    message: ({ data }) => messages.push(data),
    state: (state, why) => states.push([state, why]),
    // A wait for a silent server lasts as long as it must: until the test's stream says otherwise.
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms !== SILENCE_MS) {
          waits.push(ms)
          return resolve()
        }
        signal.addEventListener('abort', () => resolve())
      }),
    random: () => 1,
    signal: left.signal,
    ...more,
  })
  return { asked, waits, states, messages }
}

const stream = (...chunks: readonly string[]): Response =>
  new Response(ReadableStream.from(chunks.map((each) => new TextEncoder().encode(each))))
const event = (id: number) => `id: ${id}\ndata: event ${id}\n\n`

test('a stream that breaks off is asked for again behind the last event', async () => {
  const { asked, waits, messages, states } = await run([() => stream(event(8), event(9)), () => stream(event(10))])
  assert.deepEqual(asked, ['7', '9', '10'])
  assert.deepEqual(messages, ['event 8', 'event 9', 'event 10'])
  assert.deepEqual(waits, [1000, 1000], 'what was alive is asked for again soon')
  assert.deepEqual(states.slice(0, 3), [
    ['connecting', ''],
    ['live', ''],
    ['waiting', 'the server ended the stream'],
  ])
})

test('a server that cannot be reached is asked ever more slowly, and it is said why', async () => {
  const fail: Try = () => Promise.reject(new Error('the server cannot be reached'))
  const { waits, states, asked } = await run([fail, fail, fail, () => stream(event(8)), fail])
  assert.deepEqual(waits, [1000, 2000, 4000, 1000, 2000])
  assert.deepEqual(asked.at(-1), '8')
  assert.deepEqual(states[1], ['waiting', 'the server cannot be reached'])
})

test('the server’s own wishes are heard: retry, and Retry-After', async () => {
  const busy = () => new Response('', { status: 503, headers: { 'Retry-After': '10' } })
  const { waits } = await run([() => stream('retry: 5000\n\n'), busy, () => new Response('', { status: 500 })])
  assert.deepEqual(waits, [5000, 10_000, 4000])
})

test('a question that stays wrong is not asked again', async () => {
  const { asked, states } = await run([() => new Response('', { status: 400 }), () => stream(event(8))])
  assert.equal(asked.length, 1)
  assert.deepEqual(states.at(-1), ['refused', 'the server answered 400'])
})

test('a stream that is silent for longer than the server ever is has died: it is asked for again', async () => {
  let cancelled = 0
  const silent = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }))
  const { asked } = await run([silent, () => new Promise<Response>(() => {})], {
    sleep: () => Promise.resolve(),
  })
  assert.equal(asked.length, 3, 'also when it does not even answer')
  assert.equal(cancelled, 1)
})

test('an event that is too long ends the stream, not the page', async () => {
  const { states, asked } = await run([() => stream(event(8), `data: ${'x'.repeat(1 << 21)}`)])
  assert.deepEqual(states[2], ['waiting', 'the server sent an event that is too long'])
  assert.deepEqual(asked, ['7', '8'])
})

test('when the view is left, nothing is asked, waited for or told any more', async () => {
  const left = new AbortController()
  const states: string[] = []
  let sent = 0
  const following = follow({
    open: async (_, signal) => {
      const body = new ReadableStream({
        pull: async (controller) => {
          controller.enqueue(new TextEncoder().encode(event(++sent)))
          if (sent === 3) left.abort()
        },
      })
      signal.addEventListener('abort', () => states.push('aborted'))
      return new Response(body)
    },
    lastId: '0',
    message: () => {},
    state: (state) => states.push(state),
    sleep: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    random: () => 0,
    signal: left.signal,
  })
  await following
  assert.deepEqual(states, ['connecting', 'live', 'aborted'])
})
