import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { createClient } from '../../shipper/push/client.ts'
import { openDeadLetters } from '../../shipper/push/dead-letters.ts'
import type { Body } from '../../shipper/push/encode.ts'
import { createEndpoint, type EndpointOptions } from '../../shipper/push/endpoint.ts'
import { throttle } from '../../shipper/push/rate.ts'
import { NEVER, streamOf, testClock } from './batches.ts'

const BODY: Body = {
  chunks: [Buffer.from('one'), Buffer.from('two')],
  length: 6,
  type: 'application/json',
  encoding: 'gzip',
}

async function withServer(
  handle: http.RequestListener,
  use: (url: string, server: http.Server) => Promise<void>,
): Promise<void> {
  const server = http.createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

async function postOnce(options: EndpointOptions) {
  const client = createClient(createEndpoint(options))
  const reply = await client.post(BODY, NEVER)
  client.close()
  return reply
}

const URLS: readonly [string, string, string][] = [
  ['http://h:3100', 'http://h:3100/loki/api/v1/push', 'http://h:3100/'],
  ['http://h:3100/', 'http://h:3100/loki/api/v1/push', 'http://h:3100/'],
  ['https://h/loki-prefix', 'https://h/loki-prefix/loki/api/v1/push', 'https://h/loki-prefix/'],
  ['https://h/loki-prefix/', 'https://h/loki-prefix/loki/api/v1/push', 'https://h/loki-prefix/'],
  ['http://h/loki/api/v1/push', 'http://h/loki/api/v1/push', 'http://h/'],
  ['http://h/p/loki/api/v1', 'http://h/p/loki/api/v1/push', 'http://h/p/'],
  ['http://h/insert/loki/api/v1/push?x=1', 'http://h/insert/loki/api/v1/push?x=1', 'http://h/insert/'],
  ['http://h/custom/push', 'http://h/custom/push', 'http://h/custom/'],
  ['http://u:p%40ss@h:1', 'http://h:1/loki/api/v1/push', 'http://h:1/'],
]

for (const [given, push, base] of URLS) {
  test(`${given} → ${push}`, () => {
    const endpoint = createEndpoint({ url: given })
    assert.deepEqual([endpoint.url.href, endpoint.base.href], [push, base])
    if (given.includes('@')) assert.deepEqual(endpoint.basicAuth, { username: 'u', password: 'p@ss' })
  })
}

test('wrong configuration is told before anything is sent, and no password with it', () => {
  assert.throws(
    () => createEndpoint({ url: 'localhost:3100' }),
    /must be like http.*Did you mean "http:\/\/localhost:3100"\?/,
  )
  assert.throws(
    () => createEndpoint({ url: 'ftp://u:secret@h' }),
    (error: Error) => !error.message.includes('secret'),
  )
  assert.throws(() => createEndpoint({ url: 'http://h', tenant: 'a\r\nX: y' }), /header "tenant"/)
  assert.throws(
    () => createClient(createEndpoint({ url: 'https://h', tls: { ca: '/nowhere/ca.pem' } })),
    /loki\.tls\.ca_file \/nowhere\/ca\.pem cannot be read/,
  )
  assert.throws(
    () => createClient(createEndpoint({ url: 'http://h', bearerTokenFile: '/nowhere' })),
    /bearer token file \/nowhere/,
  )
})

test('files of certificates are looked into before anything is sent', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-pem-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const cases: readonly [name: 'ca' | 'cert' | 'key', content: string | Buffer, message: RegExp][] = [
    ['ca', '', /loki\.tls\.ca_file \S+ must hold a certificate in PEM .*, got an empty file$/],
    ['ca', 'url: http://loki', /must hold a certificate in PEM .*, got other text$/],
    ['ca', Buffer.from([0x30, 0x82, 0x03, 0xff]), /got binary data \(for DER: openssl x509/],
    ['ca', '-----BEGIN PRIVATE KEY-----\nMII', /must hold a certificate .*, got a private key$/],
    [
      'cert',
      '-----BEGIN CERTIFICATE-----\nno base64\n-----END CERTIFICATE-----\n',
      /cert_file \S+ holds no certificate/,
    ],
    ['key', '-----BEGIN CERTIFICATE-----\n', /key_file \S+ must hold a private key in PEM .*, got a certificate$/],
  ]
  for (const [index, [name, content, message]] of cases.entries()) {
    const path = join(folder, `${index}.pem`)
    writeFileSync(path, content)
    assert.throws(() => createClient(createEndpoint({ url: 'https://h', tls: { [name]: path } })), message)
  }
})

test('headers, credentials and body as configured', async () => {
  const seen: { headers: http.IncomingHttpHeaders; url: string | undefined; body: string }[] = []
  const listener: http.RequestListener = (request, response) => {
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      seen.push({ headers: request.headers, url: request.url, body })
      response.statusCode = 204
      response.end()
    })
  }
  await withServer(listener, async (url) => {
    await postOnce({
      url: `${url}/p`,
      tenant: 'team-a',
      basicAuth: { username: 'u', password: 'pä:s' },
      headers: { 'X-Extra': '1' },
    })
    await postOnce({ url, bearerToken: 'tok' })
  })
  assert.equal(seen[0]?.url, '/p/loki/api/v1/push')
  assert.equal(seen[0]?.body, 'onetwo')
  const { headers } = seen[0]!
  assert.deepEqual(
    [
      headers['x-scope-orgid'],
      headers['x-extra'],
      headers['content-type'],
      headers['content-encoding'],
      headers['content-length'],
    ],
    ['team-a', '1', 'application/json', 'gzip', '6'],
  )
  assert.match(headers['user-agent']!, /^longship\/\d+\.\d+\.\d+/)
  assert.equal(headers.authorization, `Basic ${Buffer.from('u:pä:s').toString('base64')}`)
  assert.equal(seen[1]?.headers.authorization, 'Bearer tok')
})

test('a redirect is an answer, and is not followed', async () => {
  let requests = 0
  const listener: http.RequestListener = (request, response) => {
    requests++
    request.resume()
    response.writeHead(307, { Location: '/elsewhere' }).end()
  }
  await withServer(listener, async (url) => {
    const reply = await postOnce({ url })
    assert.ok(reply.kind === 'answer' && reply.status === 307 && reply.location === '/elsewhere')
  })
  assert.equal(requests, 1)
})

test('an endless answer is read up to a bound', async () => {
  const listener: http.RequestListener = (request, response) => {
    request.resume()
    response.statusCode = 400
    const more = () => {
      while (response.write('x'.repeat(65_536)) && !response.destroyed);
    }
    response.on('drain', more)
    more()
  }
  await withServer(listener, async (url) => {
    const reply = await postOnce({ url, timeoutMs: 5000 })
    assert.ok(reply.kind === 'answer' && reply.isCut && reply.body.length === 65_536)
  })
})

test('an answer before the body is gone: nothing is sent of it afterwards', { timeout: 20_000 }, async () => {
  const bytes = Buffer.alloc(64 * 1024 * 1024, 'a')
  const body: Body = { ...BODY, chunks: [bytes], length: bytes.length }
  let isChanged = false
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.pause()
      socket.write('HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n')
    })
    socket.on('error', () => {})
    kept = socket
  })
  let kept: net.Socket | undefined
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createClient(createEndpoint({ url }))
  const reply = await client.post(body, NEVER)
  assert.equal(reply.kind === 'answer' && reply.status, 429)
  bytes.fill('b')
  kept!.on('data', (part) => {
    isChanged ||= part.includes('b')
  })
  const closed = new Promise((resolve) => kept!.once('close', resolve))
  kept!.resume()
  await closed
  assert.equal(isChanged, false)
  client.close()
  server.close()
})

test('a connection that the server closed meanwhile is not a failure', async () => {
  let connections = 0
  const listener: http.RequestListener = (request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(204).end())
  }
  await withServer(listener, async (url, server) => {
    server.on('connection', (socket) => {
      connections++
      // Answers the first request, then resets when the second one comes.
      if (connections === 1) socket.once('data', () => socket.once('data', () => socket.resetAndDestroy()))
    })
    const client = createClient(createEndpoint({ url }))
    const small: Body = { chunks: [Buffer.from('x')], length: 1, type: 'application/json', encoding: undefined }
    for (let i = 0; i < 3; i++) {
      const reply = await client.post(small, NEVER)
      assert.ok(reply.kind === 'answer', JSON.stringify(reply))
    }
    client.close()
  })
  assert.ok(connections >= 2)
})

test('no answer in time, nobody there', async () => {
  await withServer(
    () => {},
    async (url) => {
      const reply = await postOnce({ url, timeoutMs: 50 })
      assert.deepEqual([reply.kind, reply.kind === 'failure' && reply.code], ['failure', 'TIMEOUT'])
    },
  )
  const reply = await postOnce({ url: 'http://127.0.0.1:1' })
  assert.deepEqual(reply, {
    kind: 'failure',
    code: 'ECONNREFUSED',
    message: '127.0.0.1:1: nothing listens there',
    isStale: false,
  })
})

test('a token file is read again after a 401', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-token-'))
  const path = join(folder, 'token')
  writeFileSync(path, 'old\n')
  let isRevoked = false
  const listener: http.RequestListener = (request, response) => {
    request.resume()
    response.statusCode = request.headers.authorization === 'Bearer new' && !isRevoked ? 204 : 401
    response.end()
  }
  await withServer(listener, async (url) => {
    const client = createClient(createEndpoint({ url, bearerTokenFile: path }))
    const status = async () => {
      const reply = await client.post(BODY, NEVER)
      return reply.kind === 'answer' && reply.status
    }
    assert.equal(await status(), 401)
    writeFileSync(path, 'new\n')
    assert.equal(await status(), 401)
    assert.equal(await status(), 204)
    rmSync(path)
    assert.equal(await status(), 204)
    isRevoked = true
    assert.equal(await status(), 401)
    client.close()
  })
  rmSync(folder, { recursive: true })
})

test('dead letters: JSON lines, owner-only, bounded, two generations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longship-letters-'))
  const path = join(folder, 'letters.jsonl')
  const letters = openDeadLetters({ path, maxBytes: 2000 }, () => 0)
  const stream = (line: string) =>
    streamOf('{a="b\\"", service="s"}', [{ line, ms: 1_777_777_777_123, nanos: 5, metadata: [['__proto__', 'v']] }])
  for (let i = 0; i < 20; i++)
    letters.write({ reason: 'too_old', detail: 'because', stream: stream(`line ${i} \ud800 "quoted"`) })
  letters.close()
  const read = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const last = read(path).at(-1)
  assert.deepEqual(
    [last.reason, last.detail, last.labels, last.timestamp],
    ['too_old', 'because', { a: 'b"', service: 's' }, '2026-05-03T03:09:37.123000005Z'],
  )
  assert.match(last.line, /^line 19 \ufffd+ "quoted"$/)
  assert.equal(JSON.stringify(last.structured_metadata), '{"__proto__":"v"}')
  for (const file of [path, `${path}.1`]) {
    assert.ok(statSync(file).size <= 2000)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  }
  rmSync(folder, { recursive: true })
})

test('the rate limit lets through what was asked for, and no more', async () => {
  const clock = testClock(0)
  const limit = throttle(1000, clock)!
  for (let i = 0; i < 10; i++) await limit(500, NEVER)
  assert.ok(clock.now() >= 3900 && clock.now() <= 4100, `${clock.now()} ms for 5,000 bytes with 1,000 in the bucket`)
  await limit(5000, NEVER)
  await limit(1, NEVER)
  assert.ok(clock.now() >= 8900, 'a piece larger than the bucket leaves a debt')
  assert.equal(throttle(undefined, clock), undefined)
  assert.equal(throttle(0, clock), undefined)
})
