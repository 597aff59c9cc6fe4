import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer } from '../../loki/server/server.ts'
import { harness, stream } from './harness.ts'
import { maskedFrame, openWebSocket, type WsClient } from './wsclient.ts'

interface Tailed {
  readonly url: string
  /** Milliseconds that the server takes for now. */
  clock: number
  push(
    labels: Record<string, string>,
    ...lines: (readonly [ms: number, line: string, metadata?: Record<string, string>])[]
  ): Promise<void>
  tail(query: string, more?: string, headers?: Record<string, string>): Promise<WsClient>
}

const START = 1_795_262_400_000

async function withTail(test: (loki: Tailed) => Promise<void>, limits = {}): Promise<void> {
  const clock = { now: START }
  const server = createServer({
    port: 0,
    data: 'memory',
    now: () => clock.now,
    limits: { discover_log_levels: false, discover_service_name: [], max_line_size: 0, ...limits },
  })
  const { url } = await server.listen()
  const clients: WsClient[] = []
  const open = async (path: string, headers?: Record<string, string>) => {
    const client = await openWebSocket(url + path, headers)
    clients.push(client)
    return client
  }
  try {
    await test({
      url,
      get clock() {
        return clock.now
      },
      set clock(ms) {
        clock.now = ms
      },
      async push(labels, ...lines) {
        const values = lines.map(([ms, line, metadata]) => [`${START + ms}000000`, line, metadata ?? {}] as const)
        const { status, text } = await harness(url).push(stream(labels, values))
        assert.equal(status, 204, text)
      },
      tail: (query, more = '', headers) =>
        open(
          `${query.startsWith('/') ? query : `/loki/api/v1/tail?query=${encodeURIComponent(query)}`}${more}`,
          headers,
        ),
    })
  } finally {
    for (const client of clients) client.socket.destroy()
    await server.close()
  }
}

/** Lines of what came, in order. */
function linesOf(client: WsClient): string[] {
  return client.messages.flatMap((message) =>
    JSON.parse(message).streams.map((one: { values: string[][] }) => one.values[0]![1]),
  )
}

test('first the newest of before, oldest first, then what is pushed', async () => {
  await withTail(async (loki) => {
    await loki.push({ app: 'a' }, [-3, 'one'], [-2, 'two', { id: '2' }], [-1, 'three'])
    const client = await loki.tail('{app="a"}', '&limit=2')
    await client.until(() => client.messages.length === 1)
    assert.deepEqual(JSON.parse(client.messages[0]!), {
      streams: [
        { stream: { app: 'a', id: '2' }, values: [[`${START - 2}000000`, 'two']] },
        { stream: { app: 'a' }, values: [[`${START - 1}000000`, 'three']] },
      ],
    })
    loki.clock += 1000
    await loki.push({ app: 'a' }, [10, 'four', { id: '4' }])
    await loki.push({ app: 'b' }, [10, 'another'])
    await loki.push({ app: 'a', more: 'x' }, [5, 'of a new stream'])
    await client.until(() => linesOf(client).length === 4)
    assert.deepEqual(linesOf(client).slice(2), ['of a new stream', 'four'])
    assert.deepEqual(JSON.parse(client.messages.at(-1)!).streams.at(-1).stream, { app: 'a' })
  })
})

test('stages, categories of labels, the legacy form', async () => {
  await withTail(async (loki) => {
    const flags = { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' }
    const parsed = await loki.tail('{app="a"} | logfmt | n > 1')
    const categorized = await loki.tail('{app="a"} |= "n=2" | logfmt', '', flags)
    const legacy = await loki.tail(`/api/prom/tail?query=${encodeURIComponent('{app="a"}')}&regexp=n=2`)
    loki.clock += 1000
    await loki.push({ app: 'a' }, [1, 'n=1'], [2, 'n=2', { id: 'x' }])
    for (const client of [parsed, categorized, legacy]) await client.until(() => client.messages.length > 0)
    const time = `${START + 2}000000`
    assert.deepEqual(JSON.parse(parsed.messages[0]!), {
      streams: [{ stream: { app: 'a', id: 'x', n: '2' }, values: [[time, 'n=2']] }],
    })
    assert.deepEqual(JSON.parse(categorized.messages[0]!), {
      streams: [
        { stream: { app: 'a' }, values: [[time, 'n=2', { structuredMetadata: { id: 'x' }, parsed: { n: '2' } }]] },
      ],
      encodingFlags: ['categorize-labels'],
    })
    assert.deepEqual(JSON.parse(legacy.messages[0]!), {
      streams: [{ labels: '{app="a", id="x"}', entries: [{ ts: '2026-11-21T12:00:00.002Z', line: 'n=2' }] }],
      dropped_entries: null,
    })
  })
})

test('entries wait until they are delay_for old, those of the future until their time', async () => {
  await withTail(async (loki) => {
    const now = await loki.tail('{app="a"}')
    const late = await loki.tail('{app="a"}', '&delay_for=5')
    loki.clock += 100
    await loki.push({ app: 'a' }, [50, 'past'], [1000, 'future'])
    await now.until(() => linesOf(now).length === 1)
    assert.deepEqual([linesOf(now), linesOf(late)], [['past'], []])
    loki.clock += 1000
    await now.until(() => linesOf(now).length === 2)
    loki.clock += 4000
    await late.until(() => linesOf(late).length === 1)
    assert.deepEqual(linesOf(late), ['past'])
  })
})

test('what cannot be tailed is said before the websocket, or with its close frame', async () => {
  await withTail(
    async (loki) => {
      const status = async (query: string, more = '', headers = {}) =>
        (await loki.tail(query, more, headers)).head.split('\r\n')[0]
      assert.equal(await status('{app='), 'HTTP/1.1 400 Bad Request')
      assert.equal(await status('{app="a"}', '&delay_for=6'), 'HTTP/1.1 400 Bad Request')
      assert.equal(await status('{app="a"}', '', { 'Sec-WebSocket-Version': '12' }), 'HTTP/1.1 400 Bad Request')
      assert.equal(await status('{app="a"}', '', { 'Sec-WebSocket-Key': 'short' }), 'HTTP/1.1 400 Bad Request')
      assert.equal(await status('{app="a"}', '', { Origin: 'http://evil.example' }), 'HTTP/1.1 403 Forbidden')
      assert.equal(await status('{app="a"}', '', { Upgrade: 'h2c' }), 'HTTP/1.1 400 Bad Request')
      assert.equal(await status('/loki/api/v1/labels', ''), 'HTTP/1.1 200 OK')
      const metric = await loki.tail('rate({app="a"}[1m])')
      await metric.until(() => metric.closed !== undefined)
      assert.deepEqual(metric.closed, { code: 1011, reason: 'only log selector is supported' })
      const tails = await Promise.all([1, 2, 3].map(() => loki.tail('{app="a"}')))
      const [refused] = tails.filter(({ closed }) => closed !== undefined)
      await tails[2]!.until(() => tails.some(({ closed }) => closed !== undefined))
      const { closed } = refused ?? tails.find((each) => each.closed !== undefined)!
      assert.match(closed!.reason, /max concurrent tail requests limit exceeded, count > limit \(3 > 2\)$/)
      for (const tail of tails) tail.socket.destroy()
      // Who left makes room.
      for (let tries = 0; ; tries++) {
        const again = await loki.tail('{app="a"}')
        again.send(9, 'hello')
        await again.until(() => again.closed !== undefined || again.pongs > 0)
        if (again.closed === undefined) break
        assert.ok(tries < 50)
      }
    },
    { max_concurrent_tail_requests: 2 },
  )
})

test('garbage ends a tail, and nothing else', async () => {
  await withTail(async (loki) => {
    const bytes = (...list: number[]) => Buffer.from(list)
    const cases: readonly (readonly [Buffer, number])[] = [
      [bytes(0x81, 0x01, 0x61), 1002], // not masked
      [bytes(0xc1, 0x80, 0, 0, 0, 0), 1002], // an extension
      [bytes(0x83, 0x80, 0, 0, 0, 0), 1002], // an opcode that does not exist
      [bytes(0x09, 0x80, 0, 0, 0, 0), 1002], // a ping in parts
      [bytes(0x89, 0xfe, 0, 200, 0, 0, 0, 0), 1002], // a ping too long
      [bytes(0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0), 1009], // 9 exabytes
      [maskedFrame(8, bytes(0x03, 0xe8)), 1000],
      [maskedFrame(8, bytes(0x03, 0xed)), 1000], // 1005 must not be sent
      [Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1002],
    ]
    for (const [garbage, code] of cases) {
      const client = await loki.tail('{app="a"}')
      client.socket.write(garbage)
      await client.until(() => client.closed !== undefined)
      assert.equal(client.closed!.code, code, garbage.toString('hex'))
    }
    const client = await loki.tail('{app="a"}')
    const split = Buffer.concat([
      maskedFrame(1, Buffer.alloc(50_000)),
      maskedFrame(2, Buffer.from('x')),
      maskedFrame(9, Buffer.from('p')),
    ])
    for (let at = 0; at < split.length; at += 7001) client.socket.write(split.subarray(at, at + 7001))
    loki.clock += 1000
    await loki.push({ app: 'a' }, [1, 'still here'])
    await client.until(() => linesOf(client).includes('still here'))
    assert.equal(client.closed, undefined)
  })
})

test('a slow client is told what it missed, and memory stays bounded', async () => {
  await withTail(
    async (loki) => {
      const slow = await loki.tail('{app="a"}')
      slow.socket.pause()
      const other = await loki.tail('{app="b"}')
      const line = 'x'.repeat(60_000)
      for (let round = 0; round < 8; round++) {
        loki.clock += 100
        const at = (k: number) => round * 60 + k
        await loki.push({ app: 'a' }, ...Array.from({ length: 60 }, (_, k) => [at(k), `${at(k)} ${line}`] as const))
        await loki.push({ app: 'b' }, [round, 'looked'])
        await other.until(() => linesOf(other).length === round + 1)
      }
      slow.socket.resume()
      await slow.until(() => linesOf(slow).length > 0)
      loki.clock += 1000
      await loki.push({ app: 'a' }, [1001, 'last'])
      await slow.until(() => linesOf(slow).includes('last'))
      const dropped = slow.messages.flatMap((message) => JSON.parse(message).dropped_entries ?? [])
      assert.ok(dropped.length > 0, 'nothing was dropped')
      assert.deepEqual(Object.keys(dropped[0]), ['timestamp', 'labels'])
      assert.equal(dropped.length + linesOf(slow).length, 481)
    },
    {
      ingestion_rate_mb: 1000,
      ingestion_burst_size_mb: 1000,
      per_stream_rate_limit: 1e9,
      per_stream_rate_limit_burst: 1e9,
    },
  )
})
