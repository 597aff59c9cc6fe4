/** Real servers of node:http, Express, Fastify and Koa: the id read or made, bound, answered; http_request at the end. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { fastify } from 'fastify'
import Koa from 'koa'
import {
  correlationId,
  expressErrors,
  expressMiddleware,
  extract,
  fastifyLogging,
  httpHandler,
  inject,
  koaMiddleware,
  type Logger,
  propagation,
  received,
  tracedFetch,
  withContext,
} from '../../logger/index.ts'
import { memoryLogger } from './reader.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`

/** Express' own, as far as it is used. */
interface Response {
  status(code: number): Response
  send(text: string): void
  end(): void
}

/** Each serves /hello (logs a line after an await), /bad (400) and /broken (throws after an await). */
const SERVERS: Readonly<Record<string, (logger: Logger, t: TestContext) => Promise<string>>> = {
  async 'node:http'(logger, t) {
    const handler = httpHandler(logger, async (request, response) => {
      await sleep(1)
      if (request.url === '/broken') {
        response.statusCode = 500
        response.end()
        throw new TypeError('broken on purpose')
      }
      if (request.url === '/bad') response.statusCode = 400
      logger.info('inside the request')
      response.end('hello')
    })
    return listen(
      createServer((request, response) => void Promise.resolve(handler(request, response)).catch(() => {})),
      t,
    )
  },
  async express(logger, t) {
    const app = express()
    app.use(expressMiddleware(logger))
    const api = express.Router()
    api.get('/hello', async (_request: unknown, response: Response) => {
      await sleep(1)
      logger.info('inside the request')
      response.send('hello')
    })
    api.get('/bad', (_request: unknown, response: Response) => void response.status(400).send('bad'))
    api.get('/broken', async () => {
      await sleep(1)
      throw new TypeError('broken on purpose')
    })
    app.use('/', api)
    app.use(expressErrors())
    app.use((_error: unknown, _request: unknown, response: Response, _next: unknown) => void response.status(500).end())
    return listen(createServer(app), t)
  },
  async fastify(logger, t) {
    const app = fastify()
    fastifyLogging(app, logger)
    app.get('/hello', async () => {
      await sleep(1)
      logger.info('inside the request')
      return 'hello'
    })
    app.get('/bad', (_request, reply) => reply.status(400).send('bad'))
    app.get('/broken', async () => {
      await sleep(1)
      throw new TypeError('broken on purpose')
    })
    t.after(() => app.close())
    return app.listen({ port: 0, host: '127.0.0.1' })
  },
  async koa(logger, t) {
    const app = new Koa()
    app.silent = true
    app.use(koaMiddleware(logger))
    app.use(async (ctx: { path: string; status: number; body: unknown }) => {
      await sleep(1)
      if (ctx.path === '/broken') throw new TypeError('broken on purpose')
      if (ctx.path === '/bad') ctx.status = 400
      logger.info('inside the request')
      ctx.body = 'hello'
    })
    return listen(createServer(app.callback()), t)
  },
}

for (const [name, serve] of Object.entries(SERVERS)) {
  test(`${name}: every request has an id, its lines carry it, http_request ends it`, async (t) => {
    const { logger, records } = memoryLogger()
    const url = await serve(logger, t)
    const given = await fetch(`${url}/hello?token=secret`, { headers: { 'X-Correlation-ID': 'msg_456_1735167345' } })
    assert.equal(given.headers.get('x-correlation-id'), 'msg_456_1735167345')
    const made = await fetch(`${url}/hello`)
    const id = made.headers.get('x-correlation-id') ?? ''
    assert.match(id, /^req_[0-9a-f]{8}$/)
    await settled(() => records().length === 4)
    const [inside, end, inside2, end2] = records()
    assert.deepEqual([inside?.message, inside?.correlation_id], ['inside the request', 'msg_456_1735167345'])
    assert.deepEqual(
      [end?.event, end?.correlation_id, end?.method, end?.path, end?.status_code, end?.outcome, end?.level],
      ['http_request', 'msg_456_1735167345', 'GET', '/hello', 200, 'success', 'info'],
    )
    assert.ok((end?.duration_ms as number) >= 1)
    assert.deepEqual([inside2?.correlation_id, end2?.correlation_id], [id, id])
  })

  test(`${name}: 400 is a warning, what is thrown is in http_request with its stack`, async (t) => {
    const { logger, records } = memoryLogger()
    const url = await serve(logger, t)
    const ends = () => records().filter(({ event }) => event === 'http_request')
    await fetch(`${url}/bad`)
    await fetch(`${url}/broken`, { headers: { traceparent: TRACEPARENT } })
    await settled(() => ends().length === 2)
    const [bad, broken] = ends()
    assert.deepEqual([bad?.level, bad?.status_code, bad?.outcome], ['warn', 400, 'failure'])
    assert.deepEqual(
      [broken?.level, broken?.status_code, broken?.error_type, broken?.error],
      ['error', 500, 'TypeError', 'broken on purpose'],
    )
    assert.match(String(broken?.stack), /at /)
    assert.deepEqual([broken?.trace_id, broken?.correlation_id], [TRACE, TRACE])
  })

  test(`${name}: forged ids are not taken`, async (t) => {
    const { logger, records } = memoryLogger()
    const url = await serve(logger, t)
    for (const forged of ['<script>', 'a b', 'x'.repeat(200), '']) {
      const answer = await fetch(`${url}/bad`, {
        headers: { 'X-Correlation-ID': forged, traceparent: `00-${'0'.repeat(32)}-1-1` },
      })
      assert.match(answer.headers.get('x-correlation-id') ?? '', /^req_/)
    }
    await settled(() => records().filter(({ event }) => event === 'http_request').length === 4)
  })
}

test('two requests at once keep their own ids', async (t) => {
  const { logger, records } = memoryLogger()
  const url = await SERVERS.express!(logger, t)
  const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`)
  await Promise.all(ids.map((id) => fetch(`${url}/hello`, { headers: { 'x-correlation-id': id } })))
  await settled(() => records().length === 40)
  for (const id of ids) assert.equal(records().filter((line) => line.correlation_id === id).length, 2)
})

test('a client that goes away is in the log', async (t) => {
  const { logger, records } = memoryLogger()
  const handler = httpHandler(logger, (_request, response) => void response.write('part'))
  const url = await listen(createServer(handler), t)
  const abort = new AbortController()
  const answer = await fetch(url, { signal: abort.signal })
  await answer.body?.getReader().read()
  abort.abort()
  await settled(() => records().length === 1)
  assert.deepEqual([records()[0]?.aborted, records()[0]?.level], [true, 'warn'])
})

test('fetch passes id and trace on, own headers stay, strangers get none', async () => {
  const sent: Record<string, string>[] = []
  const fetch = tracedFetch(
    async (_input, init) => {
      sent.push(Object.fromEntries(new Headers(init?.headers)))
      return new globalThis.Response()
    },
    { to: ({ hostname }) => hostname.endsWith('.internal') },
  )
  await fetch('http://api.internal/')
  await withContext({ correlation_id: 'c-1', trace_id: TRACE }, async () => {
    await fetch('http://api.internal/', { headers: { accept: 'x' } })
    await fetch(new Request('http://api.internal/', { headers: { 'x-correlation-id': 'own' } }))
    await fetch('http://stranger.example/')
    assert.deepEqual(Object.keys(propagation()), ['x-correlation-id', 'traceparent'])
  })
  const [outside, inside, own, stranger] = sent
  assert.deepEqual(outside, {})
  assert.deepEqual([inside?.accept, inside?.['x-correlation-id']], ['x', 'c-1'])
  assert.match(inside?.traceparent ?? '', new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
  assert.equal(own?.['x-correlation-id'], 'own')
  assert.deepEqual(stranger, {})
})

test('a message carries the context through a queue; a hostile one brings nothing', () => {
  const message = withContext({ correlation_id: 'msg_1_2', thread_id: 'u_1', password: 'x' }, () =>
    JSON.stringify(inject({ a: 1 })),
  )
  assert.ok(!message.includes('password'))
  assert.deepEqual(extract(JSON.parse(message)), { correlation_id: 'msg_1_2', thread_id: 'u_1' })
  assert.equal(
    received(JSON.parse(message), () => correlationId()),
    'msg_1_2',
  )
  for (const hostile of [
    undefined,
    null,
    'x',
    { _context: 'x' },
    { _context: { correlation_id: { a: 1 }, trace_id: 'x'.repeat(999) } },
  ]) {
    const { correlation_id, ...rest } = extract(hostile)
    assert.match(String(correlation_id), /^req_/)
    assert.deepEqual(rest, {})
  }
})

async function listen(server: Server, t: TestContext): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The end of a request is logged after its answer: a few turns of the event loop. */
async function settled(is: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !is(); i++) await sleep(5)
  assert.ok(is())
}
