/** The API in front of its page on a port of its own, and as the fallback of the embedded server. */
import assert from 'node:assert/strict'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createPage } from '../../dashboards/preview/server/page.ts'
import { createServer } from '../../loki/server/server.ts'
import { createAdmin, startAdmin } from '../../shipper/admin/admin.ts'
import { LongshipError } from '../../shipper/errors.ts'
import { createFakes } from './fakes.ts'
import { raw, TOKEN, withSite } from './site.ts'

const AUTH = { authorization: `Bearer ${TOKEN}` }

function adminOf() {
  const limits = { requests_per_minute: 1e6, max_body_bytes: 1000 }
  return createAdmin({ ...createFakes(), token: TOKEN, limits, now: Date.now })
}

test('beside the embedded server: page, Loki and API have one origin', async () => {
  const admin = adminOf()
  const page = createPage()
  const fallback = (request: IncomingMessage, response: ServerResponse) =>
    admin.handle(request, response) || page(request, response)
  const server = createServer({ port: 0, data: 'memory', fallback, warn: () => {} })
  const { url, port } = await server.listen()
  const get = async (path: string, headers = {}) => await fetch(url + path, { headers })
  try {
    assert.equal((await get('/api/v1/rules', AUTH)).status, 200)
    assert.equal((await get('/api/v1/rules')).status, 401)
    assert.equal((await get('/api/v1/none', AUTH)).headers.get('content-type'), 'application/problem+json')
    assert.equal((await get('/api/v1/rules', { ...AUTH, origin: url })).status, 200)
    assert.equal((await get('/api/v1/rules', { ...AUTH, origin: 'http://evil.example' })).status, 403)
    assert.equal((await get('/ready')).status, 200)
    assert.match(await (await get('/preview/api/about')).text(), /"loki":null/)
    assert.equal((await get('/none')).status, 404)
    // This Loki answers patterns itself.
    assert.equal((await get('/loki/api/v1/patterns?query=%7Ba%3D%22b%22%7D')).status, 200)
    const body = JSON.stringify({ name: 'a', pattern: 'b' })
    const made = await fetch(`${url}/api/v1/rules`, {
      method: 'POST',
      body,
      headers: { ...AUTH, 'content-type': 'application/json' },
    })
    assert.equal(made.status, 201)
    const big = `POST /api/v1/rules HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n`
    assert.match(await raw(port, big), /^HTTP\/1\.1 413 /)
    const stream = await get('/api/v1/events/stream', AUTH)
    const reader = stream.body!.getReader()
    await reader.read()
    admin.close()
    assert.equal((await reader.read()).done, true)
    assert.equal((await get('/api/v1/rules', AUTH)).status, 503)
    assert.equal((await get('/ready')).status, 200)
  } finally {
    admin.close()
    await server.close()
  }
})

test('on a port of its own the page comes where the API has nothing', async () => {
  const page = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== '/' && request.url !== '/rules') return false
    response.end('the page')
    return true
  }
  await withSite({ page }, async ({ url, ask }) => {
    for (const path of ['/', '/rules']) assert.equal(await (await fetch(url + path)).text(), 'the page')
    const none = await ask('GET', '/none')
    assert.deepEqual([none.status, none.json.type], [404, 'urn:longship:problem:missing'])
    assert.equal((await ask('GET', '/api/v1')).status, 404)
    assert.equal((await ask('GET', '/api/v1x')).json.detail, 'There is nothing here.')
  })
})

test('a port that is taken is said with what to do', async () => {
  const other = createHttp().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  try {
    await assert.rejects(startAdmin({ listen: { host: '127.0.0.1', port }, admin: adminOf() }), (error) => {
      assert.ok(error instanceof LongshipError)
      assert.match(error.message, /cannot listen on admin 127\.0\.0\.1:\d+: the port is taken; .* admin\.listen/)
      return true
    })
  } finally {
    other.close()
  }
})

test('listens on IPv6, and its address can be asked', async (t) => {
  const admin = adminOf()
  const server = await startAdmin({ listen: { host: '::1', port: 0 }, admin }).catch(() => undefined)
  if (server === undefined) return t.skip('no IPv6 here')
  assert.match(server.url, /^http:\/\/\[::1\]:\d+$/)
  assert.equal((await fetch(`${server.url}/api/v1/rules`, { headers: AUTH })).status, 200)
  await server.close()
})

test('closing cuts off who sends no end, and is done once', async () => {
  await withSite({}, async ({ port, server }) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `POST /api/v1/rules HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    const start = performance.now()
    await Promise.all([server.close(), server.close()])
    assert.ok(performance.now() - start < 8000)
    socket.destroy()
  })
})
