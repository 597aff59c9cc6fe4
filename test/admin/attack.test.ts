/** What nobody means well by: bytes that are no request, paths that lead elsewhere, clients that never end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { HEADERS } from '../../shipper/admin/send.ts'
import { raw, type Site, TOKEN, withSite } from './site.ts'

const AUTH = `Host: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n`
const POST = 'POST /api/v1/rules HTTP/1.1\r\n'

async function isAlive({ ask }: Site): Promise<void> {
  assert.equal((await ask('GET', '/api/v1/health')).status, 200)
}

test('requests that are no requests, or two', () =>
  withSite({}, async (site) => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['nonsense\r\n\r\n', / 400 /],
      ['GET /api/v1/health HTTP/1.1\r\n\r\n', / 400 /],
      ['GET /api/v1/health HTTP/1.1\r\nHost: a\r\n X-Folded: b\r\n\r\n', / 400 /],
      ['GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX\u0000: b\r\n\r\n', / 400 /],
      ['GET /api/v1/health HTTP/1.1\r\nHost : a\r\n\r\n', / 400 /],
      ['GET /api/v1/health HTTP/9.9\r\nHost: a\r\n\r\n', / 400 /],
      ['BREW /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n', / 400 /],
      // Two lengths of a body: whoever stands in front may believe the other one.
      [
        `${POST}${AUTH}Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        / 400 /,
      ],
      [`${POST}${AUTH}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, / 400 /],
      [`${POST}${AUTH}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, / 400 /],
      [`${POST}${AUTH}Content-Length: -1\r\n\r\n`, / 400 /],
      [`${POST}${AUTH}Content-Length: 0x5\r\n\r\nhello`, / 400 /],
      [`${POST}${AUTH}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, / 400 /],
      [`${POST}${AUTH}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, / 400 /],
      [
        `${POST}${AUTH}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
        / 400 /,
      ],
      [`GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, / 431 /],
      [`GET /api/v1/events?q=${'x'.repeat(20_000)} HTTP/1.1\r\n${AUTH}\r\n`, / 431 /],
      [
        `GET /api/v1/health HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 3000 }, (_, i) => `x${i}: y\r\n`).join('')}\r\n`,
        / 431 /,
      ],
    ]
    for (const [text, expected] of cases) {
      const answer = await raw(site.port, text)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      assert.match(head.split('\r\n')[0]!, expected, JSON.stringify(text.slice(0, 150)))
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, JSON.stringify(text.slice(0, 150)))
      for (const [name, value] of Object.entries(HEADERS))
        assert.ok(head.includes(`${name}: ${value}`), `${name} of ${text.slice(0, 60)}`)
      assert.equal(JSON.parse(body).status, Number(/ (\d{3}) /.exec(head)![1]))
    }
    await isAlive(site)
  }))

test('paths that lead elsewhere lead nowhere', () =>
  withSite({}, async (site) => {
    const paths = [
      '//api/v1/rules',
      '/api//v1/rules',
      '/api/v1//rules',
      '/api/v1/rules/',
      '/api/v1/./rules',
      '/api/v1/health/../rules',
      '/api/v1/health/%2e%2e/rules',
      '/api/v1/%2e%2e/%2e%2e/etc/passwd',
      '/api/v1%2frules',
      '/api/v1/rules%00',
      '/api/v1/rules%00.json',
      '/api/v1/rules;token=x',
      '/API/V1/rules',
      '/api/v1/rules%20',
      '/api\\v1\\rules',
      '\\api\\v1\\rules',
      '/api/v1/%72ules%2F',
      '/api/v1/openapi.json/rules',
      '/api/v10/rules',
      '*',
      'http://localhost/api/v1/rules',
    ]
    for (const path of paths) {
      const answer = await raw(site.port, `GET ${path} HTTP/1.1\r\n${AUTH}\r\n`)
      assert.match(answer, /^HTTP\/1\.1 40[04] /, path)
      assert.ok(!answer.includes('"pattern"'), path)
    }
    // Percent-encoded letters are those letters (RFC 3986 §6.2.2.2), and need the token all the same.
    assert.match(await raw(site.port, `GET /api/v1/%72ules HTTP/1.1\r\n${AUTH}\r\n`), /^HTTP\/1\.1 200 /)
    for (const path of [
      '/api/v1/health/../rules',
      '/api/v1/%72ules',
      '/api/v1/rules?x=/api/v1/health',
      '/api/v1/rules#/api/v1/health',
    ]) {
      assert.match(
        await raw(site.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
        /^HTTP\/1\.1 401 /,
        path,
      )
    }
    await isAlive(site)
  }))

test('methods that are no part of the API do nothing', () =>
  withSite({}, async (site) => {
    for (const method of ['TRACE', 'PUT', 'PROPFIND', 'LOCK', 'PURGE', 'QUERY']) {
      const answer = await raw(
        site.port,
        `${method} /api/v1/rules HTTP/1.1\r\n${AUTH}X-HTTP-Method-Override: DELETE\r\n\r\n`,
      )
      assert.match(answer, /^HTTP\/1\.1 40[05] /, method)
      assert.ok(!answer.includes(TOKEN), method)
    }
    assert.equal(await raw(site.port, `CONNECT localhost:1 HTTP/1.1\r\n${AUTH}\r\n`), '')
    const upgrade = `GET /api/v1/rules HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`
    assert.match(await raw(site.port, upgrade, (answer) => answer.includes('\r\n\r\n')), /^HTTP\/1\.1 401 /)
    await isAlive(site)
  }))

test(
  'a client that sends its head or body drop by drop is cut off, others are served meanwhile',
  { timeout: 60_000 },
  () =>
    withSite({}, async (site) => {
      const drip = async (first: string): Promise<{ ms: number; answer: string }> => {
        const start = performance.now()
        const socket = connect(site.port, '127.0.0.1')
        let answer = ''
        let isOver = false
        socket.on('error', () => {})
        socket.on('data', (data) => {
          answer += data
        })
        socket.on('close', () => {
          isOver = true
        })
        socket.write(first)
        while (!isOver) {
          if (socket.writable) socket.write('x')
          await wait(200)
        }
        return { ms: performance.now() - start, answer }
      }
      const heads = Array.from({ length: 20 }, () => drip('GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX: '))
      const body = drip(
        `${POST}Host: a\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{`,
      )
      const start = performance.now()
      await isAlive(site)
      assert.ok(performance.now() - start < 5000)
      for (const { ms, answer } of await Promise.all([...heads, body])) {
        assert.ok(ms < 40_000, `${ms} ms`)
        assert.match(answer, /^HTTP\/1\.1 4\d\d /)
      }
    }),
)

test('who does not take an answer does not keep it for ever', { timeout: 60_000 }, async () => {
  let accepted: Socket | undefined
  const page = (request: IncomingMessage, response: ServerResponse) => {
    accepted = request.socket
    response.end('ok')
    return true
  }
  await withSite({ idle_ms: 100, page }, async (site) => {
    for (let i = 0; i < 1000; i++) site.fakes.events.append({ message: 'x'.repeat(20_000) })
    const socket = connect(site.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    const closed = once(accepted!, 'close')
    const one = `GET /api/v1/events?limit=1000 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
    socket.write(one.repeat(2))
    await closed
    socket.destroy()
    await isAlive(site)
  })
})

test('a head that never ends is answered 408 and cut off, also when its sender goes on', {
  timeout: 30_000,
}, async () => {
  let accepted: Socket | undefined
  const page = (request: IncomingMessage, response: ServerResponse) => {
    accepted = request.socket
    response.end('ok')
    return true
  }
  await withSite({ head_ms: 200, page }, async (site) => {
    const socket = connect({ port: site.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    let said = ''
    socket.on('data', (data) => (said += data))
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    const closed = once(accepted!, 'close')
    socket.write('GET / HTTP/1.1\r\nX: ')
    const trickle = setInterval(() => socket.write('a'), 50)
    await closed
    clearInterval(trickle)
    socket.destroy()
    assert.match(said, /HTTP\/1\.1 408 Request Timeout/)
    await isAlive(site)
  })
})

test('one address does not get all connections', { timeout: 60_000 }, () =>
  withSite({}, async (site) => {
    const sockets: Socket[] = []
    const open = () => sockets.filter((socket) => !socket.destroyed).length
    for (let i = 0; i < 100; i++) {
      const socket = connect(site.port, '127.0.0.1')
      socket.on('error', () => {})
      // Who is closed is told so only when he reads.
      socket.resume()
      sockets.push(socket)
      await once(socket, 'connect')
    }
    while (open() > 64) await wait(10)
    // Those that are held may go on.
    await wait(100)
    assert.equal(open(), 64)
    for (const socket of sockets) socket.destroy()
    const isServed = () =>
      site.ask('GET', '/api/v1/health').then(
        ({ status }) => status === 200,
        () => false,
      )
    while (!(await isServed())) await wait(10)
  }),
)

test('a body without an end is read to its bound, and the connection is closed', () =>
  withSite({}, async ({ port }) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      answer += data
    })
    socket.write(
      `${POST}Host: a\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`
    let sent = 0
    while (!socket.destroyed && socket.writable && sent < 1e9) {
      sent += chunk.length
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {})
    }
    if (!socket.destroyed) await once(socket, 'close')
    assert.ok(sent < 50e6, `${sent} bytes were taken`)
    assert.match(answer, /^HTTP\/1\.1 413 /)
  }))

test('many requests on one connection are answered in their order, each by itself', () =>
  withSite({}, async ({ port }) => {
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
    const last = `GET /api/v1/none HTTP/1.1\r\n${AUTH}\r\n`
    const answer = await raw(
      port,
      one('/api/v1/health') + one('/api/v1/rules').replace(TOKEN, 'wrong') + one('/api/v1/rules') + last,
    )
    assert.deepEqual(
      [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status),
      ['200', '401', '200', '404'],
    )
  }))

test('the time that a wrong token takes does not say how nearly right it is', () =>
  withSite({}, async ({ ask, clock }) => {
    const near = `${TOKEN.slice(0, -1)}x`
    const times = new Map<string, number[]>([
      [near, []],
      ['x', []],
      ['y'.repeat(8000), []],
    ])
    for (let i = 0; i < 60; i++) {
      for (const [token, taken] of times) {
        clock.ms += 60_000
        const start = performance.now()
        await ask('GET', '/api/v1/rules', undefined, { authorization: `Bearer ${token}` })
        taken.push(performance.now() - start)
      }
    }
    const medians = [...times.values()].map((taken) => taken.sort((a, b) => a - b)[taken.length >> 1]!)
    // A comparison that stops at the first difference differs by nanoseconds: this finds only what is grossly wrong.
    assert.ok(Math.max(...medians) < 5 * Math.min(...medians) + 5, medians.join(' '))
  }))

test('what is wrong inside is told to the operator, not to the client', async () => {
  const problems: string[] = []
  const scanner = {
    stats(): never {
      throw new Error('/secret/path hunter2')
    },
  }
  await withSite({ scanner, onProblem: (message) => problems.push(message) }, async ({ ask, admin }) => {
    const { status, text, json } = await ask('GET', '/api/v1/stats')
    assert.deepEqual([status, json.type], [500, 'urn:longship:problem:broken'])
    assert.ok(!/hunter2|secret|at /.test(text.replace('at Longship', '')))
    assert.deepEqual(problems, ['admin: GET /api/v1/stats: /secret/path hunter2'])
    assert.deepEqual(admin.stats().requests, { '2xx': 0, '4xx': 0, '5xx': 1 })
  })
})

test('every answer carries the headers that keep browsers from harm, and none that lets other sites in', () =>
  withSite({}, async ({ ask }) => {
    for (const [method, path] of [
      ['GET', '/api/v1/health'],
      ['GET', '/api/v1/none'],
      ['OPTIONS', '/api/v1/rules'],
      ['GET', '/none'],
      ['POST', '/api/v1/rules'],
      ['HEAD', '/api/v1/events/stream'],
    ] as const) {
      const { headers } = await ask(method, path)
      for (const [name, value] of Object.entries(HEADERS))
        assert.equal(headers.get(name), value, `${name} of ${method} ${path}`)
      for (const name of headers.keys()) assert.ok(!/^(?:access-control|x-powered-by|server$)/.test(name), name)
    }
  }))
