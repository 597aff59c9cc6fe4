/** Requests beyond the plain case: HTTP/2, clients that go away, what was bound on the way, ids that no header may hold. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect, createServer as createHttp2, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { fastify } from 'fastify'
import { parseTraceparent } from '../../logger/http/request.ts'
import {
  bindContext,
  correlationId,
  expressMiddleware,
  extract,
  fastifyLogging,
  httpHandler,
  inject,
  propagation,
  tracedFetch,
  withContext,
} from '../../logger/index.ts'
import { memoryLogger } from './reader.ts'

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function settled(is: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !is(); i++) await sleep(5)
  assert.ok(is())
}

test('HTTP/2: an answer, and a client that goes away', async (t) => {
  const { logger, records } = memoryLogger()
  const handler = httpHandler(logger, async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    logger.info('inside the request')
    response.write('part')
    if (request.url === '/whole') response.end()
  })
  const server = createHttp2(handler)
  const client = connect(`http://127.0.0.1:${await listen(server as unknown as Server)}`)
  t.after(() => {
    client.destroy()
    server.close()
  })
  for (const path of ['/whole', '/broken-off']) {
    const stream = client.request({ ':path': path, 'x-correlation-id': `id${path.replace('/', '-')}` })
    stream.on('error', () => {})
    stream.once('data', () => path === '/broken-off' && stream.destroy())
    stream.resume()
    await new Promise((resolve) => stream.once('close', resolve))
  }
  await settled(() => records().length === 4)
  const ends = records().filter(({ event }) => event === 'http_request')
  assert.deepEqual(
    ends.map(({ path, level, aborted, correlation_id }) => [path, level, aborted, correlation_id]),
    [
      ['/whole', 'info', undefined, 'id-whole'],
      ['/broken-off', 'warn', true, 'id-broken-off'],
    ],
  )
})

test('what was bound on the way is in http_request, and survives where Fastify loses the context', async (t) => {
  const { logger, records } = memoryLogger()
  const app = fastify()
  fastifyLogging(app, logger)
  app.addHook('onRequest', async () => bindContext({ user_id: 'u-7' }))
  app.post('/', async () => {
    logger.info('inside the request')
    return 'ok'
  })
  t.after(() => app.close())
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  await fetch(url, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } })
  await settled(() => records().length === 2)
  assert.deepEqual(
    records().map(({ user_id }) => user_id),
    ['u-7', 'u-7'],
  )
})

test('Express: the middleware once more enters a context that was lost, and logs the request once', async (t) => {
  const { logger, records } = memoryLogger()
  const app = express()
  const waiting: (() => void)[] = []
  app.use(expressMiddleware(logger))
  // As readers of uploads do: the rest runs where something else happened.
  app.use((_request: unknown, _response: unknown, next: () => void) => void waiting.push(next))
  app.use(expressMiddleware(logger))
  app.get('/', (_request: unknown, response: { send(text: string): void }) => response.send(correlationId() ?? 'none'))
  const server = createServer(app)
  t.after(() => server.close())
  const answer = fetch(`http://127.0.0.1:${await listen(server)}/`, { headers: { 'x-correlation-id': 'c-1' } })
  await settled(() => waiting.length === 1)
  waiting[0]!()
  assert.equal(await (await answer).text(), 'c-1')
  await settled(() => records().length === 1)
})

test('ids that no header may hold stay behind, and break no request', async () => {
  const calls: unknown[] = []
  const fetch = tracedFetch(async (_input, init) => {
    calls.push(new Headers(init?.headers).get('x-correlation-id'))
    return new Response()
  })
  for (const id of ['→', 'a\r\nSet-Cookie: b', '', 'x'.repeat(1000)]) {
    await withContext({ correlation_id: id }, async () => {
      assert.deepEqual(propagation(), {})
      await fetch('http://api.example/')
    })
  }
  assert.deepEqual(calls, [null, null, null, null])
})

test('messages: forged ids are not taken, a throwing one does no harm', () => {
  const forged = { correlation_id: 'a\r\nb', thread_id: 'x'.repeat(257), user_id: 'ü-7' }
  const { correlation_id, ...rest } = extract({ _context: forged })
  assert.match(String(correlation_id), /^req_/)
  assert.deepEqual(rest, { user_id: 'ü-7' })
  const hostile = {
    get _context() {
      throw new Error('no')
    },
  }
  assert.match(String(extract(hostile).correlation_id), /^req_/)
  assert.deepEqual(
    withContext({ correlation_id: 'c-1' }, () => inject({ a: 1 })),
    { a: 1, _context: { correlation_id: 'c-1' } },
  )
})

test('traceparent: version 00 says no more than it may, versions to come may', () => {
  const [trace_id, span_id] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const header = `00-${trace_id}-${span_id}-01`
  assert.deepEqual(parseTraceparent(header), { trace_id, span_id })
  assert.deepEqual(parseTraceparent(header.replace('00-', '01-').concat('-more')), { trace_id, span_id })
  const forged = [
    `${header}-more`,
    header.toUpperCase(),
    header.replace('00-', 'ff-'),
    `${header},${header}`,
    `${header}\n`,
  ]
  for (const text of forged.slice(0, 4)) assert.equal(parseTraceparent(text), undefined, text)
})
