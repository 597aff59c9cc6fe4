import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { type Harness, ns, stream, withServer } from './harness.ts'
import { openWebSocket } from './wsclient.ts'

const PLAIN = { limits: { discover_log_levels: false, discover_service_name: [] } }

/** Sends bytes as they are; the answer's first line. */
function raw(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let answer = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      answer += data
      if (answer.includes('\r\n\r\n')) socket.destroy()
    })
    socket.on('close', () => resolve(answer.split('\r\n')[0]!))
    socket.setTimeout(3000, () => socket.destroy())
    socket.write(text)
  })
}

async function isAlive(loki: Harness): Promise<void> {
  assert.equal((await loki.get('/ready')).text, 'ready\n')
}

test('requests that are no requests', async () => {
  await withServer(PLAIN, async (loki) => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['GET /loki/api/v1/labels%zz HTTP/1.1\r\nHost: x\r\n\r\n', / 400 /],
      ['GET /loki/api/v1/%00 HTTP/1.1\r\nHost: x\r\n\r\n', / 404 /],
      ['GET http://elsewhere/ready HTTP/1.1\r\nHost: x\r\n\r\n', / 200 /],
      ['GET //ready HTTP/1.1\r\nHost: x\r\n\r\n', / 404 /],
      ['GET /ready HTTP/1.1\r\n\r\n', / 400 /],
      ['nonsense\r\n\r\n', / 400 /],
      // Two lengths of a body: whoever stands in front may believe the other one.
      [
        'POST /loki/api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        / 400 /,
      ],
      ['POST /loki/api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', / 400 /],
      ['POST /loki/api/v1/query HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n', / 400 /],
      ['GET /ready HTTP/1.1\r\nHost: x\r\n X-Folded: y\r\n\r\n', / 400 /],
      ['GET /ready HTTP/1.1\r\nHost: x\r\nX\u0000: y\r\n\r\n', / 400 /],
      [`GET /loki/api/v1/query?query=${'1'.repeat(1024 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`, / 431 /],
    ]
    for (const [text, expected] of cases)
      assert.match(await raw(loki.url, text), expected, JSON.stringify(text.slice(0, 150)))
    await isAlive(loki)
  })
})

test('a browser that came by a strange name for this machine is told nothing; programs may use any name', async () => {
  await withServer(PLAIN, async (loki) => {
    const ask = (host: string, agent: string) =>
      raw(
        loki.url,
        `GET /loki/api/v1/labels HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\nConnection: close\r\n\r\n`,
      )
    for (const host of ['evil.example:3100', 'evil.example', '127.0.0.1.evil.example', ''])
      assert.match(await ask(host, 'Mozilla/5.0 (X11)'), / 403 /, host)
    for (const host of ['localhost:3100', '127.0.0.1:3100', '[::1]:3100', 'loki.localhost'])
      assert.match(await ask(host, 'Mozilla/5.0 (X11)'), / 200 /, host)
    assert.match(await ask('loki.example', 'promtail/3.6.15'), / 200 /)
  })
})

test('a page of another site cannot push, not even what a browser sends without asking first', async () => {
  await withServer(PLAIN, async (loki) => {
    const push = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [[ns(), 'x']] }] })
      return (await loki.send('/loki/api/v1/push', body, { 'Content-Type': 'application/json', ...headers })).status
    }
    const host = new URL(loki.url).host
    assert.equal(await push({ Origin: 'http://evil.example' }), 403)
    assert.equal(await push({ Origin: 'null' }), 403)
    assert.equal(await push({ 'Sec-Fetch-Site': 'cross-site' }), 403)
    assert.equal(await push({ Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }), 403)
    assert.equal(await push({ Origin: `http://${host}` }), 204)
    assert.equal(await push({ Origin: 'http://localhost:5173', 'Sec-Fetch-Site': 'same-origin' }), 204)
    assert.equal(await push({}), 204)
    assert.equal((await loki.send('/otlp/v1/logs', '{}', { Origin: 'http://evil.example' })).status, 403)
  })
})

test('queries of a megabyte are answered, and soon', async () => {
  await withServer(PLAIN, async (loki) => {
    const MB = 1024 * 1024
    const queries = [
      `{a="${'x'.repeat(MB)}"}`,
      `{a="b"} |= "${'x'.repeat(MB)}"`,
      `{a="b"}${' | json'.repeat(MB / 7)}`,
      '('.repeat(MB),
      '{'.repeat(MB),
      `1${'+1'.repeat(MB / 2)}`,
      `{a=~"${'(a|'.repeat(MB / 3)}"}`,
      '"'.repeat(MB),
      '\u{1f600}'.repeat(MB / 4),
    ]
    for (const query of queries) {
      for (const path of ['query', 'query_range', 'format_query', 'index/volume', 'detected_fields', 'patterns']) {
        const began = performance.now()
        const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
        const { status } = await loki.send(`/loki/api/v1/${path}`, new URLSearchParams({ query }).toString(), type)
        const what = `${path} ${query.slice(0, 20)}: ${status} in ${performance.now() - began} ms`
        assert.ok(status === 200 || status === 400, what)
        assert.ok(performance.now() - began < 10_000, what)
      }
    }
    await isAlive(loki)
  })
})

test('two thousand requests at once, and clients that leave', async () => {
  await withServer(PLAIN, async (loki) => {
    const lines = Array.from({ length: 5000 }, (_, i) => [ns(-5000 + i), `line ${i} of them`] as const)
    assert.equal((await loki.push(stream({ app: 'a' }, lines))).status, 204)
    const paths = [
      '/loki/api/v1/labels',
      '/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D&limit=10',
      '/loki/api/v1/patterns?query=%7Bapp%3D%22a%22%7D',
      '/loki/api/v1/index/volume?query=%7B%7D',
      '/loki/api/v1/detected_fields?query=%7Bapp%3D%22a%22%7D',
    ]
    const leaving = Array.from({ length: 300 }, async (_, i) => {
      const gone = new AbortController()
      const asked = fetch(loki.url + paths[i % paths.length], { signal: gone.signal }).then((r) => r.text())
      setTimeout(() => gone.abort(), i % 50)
      return asked.then(
        () => 'stayed',
        () => 'left',
      )
    })
    const all = Array.from({ length: 2000 }, (_, i) =>
      fetch(loki.url + paths[i % 2]).then(async (answer) => {
        await answer.body?.cancel()
        return answer.status
      }),
    )
    assert.deepEqual([...new Set(await Promise.all(all))], [200])
    await Promise.all(leaving)
    await isAlive(loki)
  })
})

test('of a thousand tails ten are served, the others are told', async () => {
  await withServer({ ...PLAIN, now: Date.now }, async (loki) => {
    const open = () => openWebSocket(`${loki.url}/loki/api/v1/tail?query=%7Bapp%3D%22a%22%7D`)
    const clients = await Promise.all(Array.from({ length: 1000 }, open))
    try {
      assert.ok(clients.every(({ head }) => head.startsWith('HTTP/1.1 101')))
      const refused = () => clients.filter(({ closed }) => closed !== undefined)
      for (const client of clients) await client.until(() => client.closed !== undefined || client.pings > 0)
      assert.equal(refused().length, 990)
      assert.ok(refused().every(({ closed }) => /limit exceeded/.test(closed!.reason)))
      const at = `${Date.now()}000000`
      assert.equal((await loki.push(stream({ app: 'a' }, [[at, 'hello']]))).status, 204)
      const served = clients.filter(({ closed }) => closed === undefined)
      for (const client of served) await client.until(() => client.messages.length === 1)
    } finally {
      for (const { socket } of clients) socket.destroy()
    }
    await isAlive(loki)
  })
})
