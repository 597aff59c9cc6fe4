/** Events as they come: without a gap or a double, within bounds, and never at the cost of the log. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { raw, type Site, TOKEN, withSite } from './site.ts'

interface Message {
  readonly id: number
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever is sent
  readonly data: any
}

interface Reading {
  readonly messages: Message[]
  comments: number
  isOver: boolean
  failure: unknown
  /** Resolves when there are so many messages. */
  has(count: number): Promise<void>
  stop(): void
  readonly head: Response
}

/** Reads a stream as a browser would. */
async function read({ url }: Site, query = '', headers: Readonly<Record<string, string>> = {}): Promise<Reading> {
  const abort = new AbortController()
  const all = { authorization: `Bearer ${TOKEN}`, ...headers }
  const head = await fetch(`${url}/api/v1/events/stream${query}`, { headers: all, signal: abort.signal })
  assert.equal(head.status, 200)
  let wake = () => {}
  const reading: Reading = {
    messages: [],
    comments: 0,
    isOver: false,
    failure: undefined,
    head,
    stop: () => abort.abort(),
    async has(count) {
      while (reading.messages.length < count) {
        assert.ok(!reading.isOver, `over after ${reading.messages.length} of ${count}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
  const pump = async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const part of head.body!) {
      text += decoder.decode(part, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) take(block, reading)
      wake()
    }
  }
  void pump()
    .catch((error: unknown) => {
      reading.failure = error
    })
    .finally(() => {
      reading.isOver = true
      wake()
    })
  return reading
}

function take(block: string, reading: Reading): void {
  if (block.startsWith(':')) reading.comments++
  const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]))
  if (!fields.has('data')) return
  reading.messages.push({
    id: Number(fields.get('id')),
    event: fields.get('event')!,
    data: JSON.parse(fields.get('data')!),
  })
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

test('events come as they happen: id is the sequence number, event is log_event, data is the event', () =>
  withSite({}, async (site) => {
    const { events } = site.fakes
    events.append({ message: 'before' })
    const reading = await read(site)
    assert.equal(reading.head.headers.get('content-type'), 'text/event-stream')
    assert.equal(reading.head.headers.get('cache-control'), 'no-store')
    const event = events.append({ message: 'line one\nline two\r\n\u2028data: forged\n\nid: 99', severity: 'critical' })
    await reading.has(1)
    const [{ id, event: name, data }] = reading.messages as [Message]
    assert.deepEqual([id, name], [2, 'log_event'])
    assert.equal(data.message, event.message)
    assert.equal(data.time, '2026-11-21T12:00:01.000000005Z')
    assert.deepEqual(Object.keys(data), ['seq', 'time', 'source', 'event', 'severity', 'message', 'metadata'])
    reading.stop()
    await until(() => events.listeners.size === 0)
  }))

test('the same filters as of the log', () =>
  withSite({}, async (site) => {
    const { events } = site.fakes
    const reading = await read(site, '?severity=error,critical&q=DISK&workload=shop')
    events.append({ message: 'disk full' })
    events.append({ message: 'disk full', severity: 'error', metadata: { workload: 'other', container: 'c' } })
    events.append({ message: 'memory full', severity: 'error' })
    events.append({ message: 'Disk full', severity: 'error' })
    await reading.has(1)
    assert.deepEqual(
      reading.messages.map(({ id }) => id),
      [4],
    )
    reading.stop()
  }))

for (const [how, query, headers] of [
  ['Last-Event-ID', '', { 'last-event-id': '2' }],
  ['after', '?after=2', {}],
  ['Last-Event-ID before after', '?after=4', { 'last-event-id': '2' }],
] as const) {
  test(`goes on behind ${how} without a gap or a double, however long ago that was`, () =>
    withSite({}, async (site) => {
      const { events } = site.fakes
      // Several pages of the past, more than a socket takes at once, while new ones come.
      for (let i = 0; i < 3000; i++) events.append({ message: `${i} ${'x'.repeat(400)}` })
      const reading = await read(site, query, headers)
      for (let i = 0; i < 50; i++) {
        events.append({ message: `live ${i}` })
        await new Promise((resolve) => setImmediate(resolve))
      }
      await reading.has(3048)
      events.append({ message: 'last' })
      await reading.has(3049)
      assert.deepEqual(
        reading.messages.map(({ id }) => id),
        Array.from({ length: 3049 }, (_, i) => i + 3),
      )
      reading.stop()
    }))
}

test('an event that the log tells of late, when it was read already, does not come twice', () =>
  withSite({}, async (site) => {
    const { events } = site.fakes
    const first = events.append({ message: 'first' })
    const reading = await read(site, '?after=0')
    await reading.has(1)
    for (const listener of events.listeners) listener(first)
    events.append({ message: 'second' })
    await reading.has(2)
    assert.deepEqual(
      reading.messages.map(({ id }) => id),
      [1, 2],
    )
    reading.stop()
  }))

test('since begins in the past; a number of a log that is gone begins with what comes', () =>
  withSite({}, async (site) => {
    const { events } = site.fakes
    for (let i = 0; i < 4; i++) events.append({ message: `m${i}` })
    const past = await read(site, '?since=2026-11-21T12:00:02Z')
    await past.has(2)
    assert.deepEqual(
      past.messages.map(({ id }) => id),
      [3, 4],
    )
    const odd = await read(site, '', { 'last-event-id': '5000' })
    events.append({ message: 'new' })
    await odd.has(1)
    assert.deepEqual(
      odd.messages.map(({ id }) => id),
      [5],
    )
    past.stop()
    odd.stop()
    const wrong = await site.ask('GET', '/api/v1/events/stream', undefined, { 'last-event-id': '-1' })
    assert.deepEqual([wrong.status, wrong.json.errors[0].path], [400, 'Last-Event-ID'])
  }))

test('a comment comes every so often, so that nobody on the way closes', () =>
  withSite({ limits: { streams: { comment_every_ms: 5 } } }, async (site) => {
    const reading = await read(site)
    await until(() => reading.comments >= 3)
    reading.stop()
  }))

test('streams are numbered: 429 for an address that has too many, 503 when there are too many', async () => {
  for (const [limits, status] of [
    [{ streams: 2 }, 503],
    [{ streams_of_address: 2 }, 429],
  ] as const) {
    await withSite({ limits: { streams: limits } }, async (site) => {
      const readings = [await read(site), await read(site)]
      const third = await site.ask('GET', '/api/v1/events/stream')
      assert.equal(third.status, status)
      assert.ok(Number(third.headers.get('retry-after')) > 0)
      readings[0]!.stop()
      await until(() => site.admin.stats().streams.open === 1)
      const again = await read(site)
      assert.deepEqual(site.admin.stats().streams, { open: 2, opened: 3, cut_off: 0 })
      again.stop()
      readings[1]!.stop()
    })
  }
})

const STREAM = `GET /api/v1/events/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`

test('a reader that takes nothing is cut off when its buffer is full, and the log goes on meanwhile', () =>
  withSite({ limits: { streams: { buffer_bytes: 256 * 1024 } } }, async (site) => {
    const { events } = site.fakes
    const slow = connect(site.port, '127.0.0.1')
    slow.write(STREAM)
    await once(slow, 'data')
    slow.pause()
    const quick = await read(site)
    let longest = 0
    let count = 0
    while (site.admin.stats().streams.cut_off === 0) {
      const start = performance.now()
      events.append({ message: 'x'.repeat(2000) })
      longest = Math.max(longest, performance.now() - start)
      if (++count % 20 === 0) await quick.has(count)
      assert.ok(count < 20_000, 'kept in memory without end')
    }
    assert.ok(longest < 5000, `an append took ${longest} ms`)
    await quick.has(count)
    assert.equal(site.admin.stats().streams.open, 1)
    quick.stop()
    slow.destroy()
  }))

test('a reader that is gone without a word is cut off as well, also in the middle of the past', () =>
  withSite({ limits: { streams: { comment_every_ms: 10 } } }, async (site) => {
    const { events } = site.fakes
    for (let i = 0; i < 8000; i++) events.append({ message: 'x'.repeat(2000) })
    const gone = connect(site.port, '127.0.0.1')
    gone.write(STREAM.replace('/stream', '/stream?after=0'))
    await once(gone, 'data')
    gone.pause()
    await until(() => site.admin.stats().streams.cut_off === 1)
    assert.equal(events.listeners.size, 0)
    gone.destroy()
  }))

test('streams that were asked for on one connection, one behind the other, end with it', () =>
  withSite({}, async (site) => {
    const { events } = site.fakes
    const socket = connect(site.port, '127.0.0.1')
    socket.write(STREAM.repeat(3))
    await once(socket, 'data')
    await until(() => site.admin.stats().streams.open === 3)
    // Those that wait for the first one fill up unseen.
    socket.on('data', () => {})
    for (let i = 0; i < 1200; i++) {
      events.append({ message: 'x'.repeat(2000) })
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    assert.ok(site.admin.stats().streams.cut_off > 0)
    socket.destroy()
    await until(() => site.admin.stats().streams.open === 0)
    assert.equal(events.listeners.size, 0)
  }))

test('ends when the server closes, at once', () =>
  withSite({}, async (site) => {
    const reading = await read(site)
    await site.server.close()
    await until(() => reading.isOver)
    // Cut off it would have failed.
    assert.equal(reading.failure, undefined)
    assert.equal(site.fakes.events.listeners.size, 0)
  }))

test('needs the token as any other, in the header alone', () =>
  withSite({}, async (site) => {
    for (const query of [`?token=${TOKEN}`, `?access_token=${TOKEN}`, `?authorization=Bearer%20${TOKEN}`]) {
      const { status } = await site.ask('GET', `/api/v1/events/stream${query}`, undefined, { authorization: '' })
      assert.equal(status, 401)
    }
    const head = await raw(
      site.port,
      STREAM.replace('GET', 'HEAD').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    )
    assert.match(head, /^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*\r\n\r\n$/)
    assert.equal(site.admin.stats().streams.opened, 0)
  }))
