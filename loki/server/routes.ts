/** Paths, methods and tenants: which handler answers a request, and how a failure is written. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { QueryError } from '../logql/error.ts'
import { readBody } from './body.ts'
import { metricsText, type RequestCounters } from './metrics.ts'
import { PushError } from './pushed.ts'
import * as query from './query.ts'
import { receiveOtlp, receivePush } from './receive.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'
import type { Tenant } from './tenant.ts'
import { readTenantId } from './tenantid.ts'

export interface RouteOptions {
  readonly store: Store
  readonly settings: Settings
  readonly now: () => number
  readonly fallback: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer
}

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly tenant: Tenant
  /** Parts of the path that the route's pattern caught. */
  readonly parts: readonly string[]
}

interface Route {
  readonly methods: readonly string[]
  readonly path: RegExp
  /** The route's name in the metrics. */
  readonly name: string
  readonly needsTenant: boolean
  /** Whether a call may make its tenant. */
  readonly stores?: true
  /** Writes a failed push: OTLP has a form of its own. */
  readonly fail?: (status: number, message: string) => Reply
  handle(call: Call): Promise<Reply> | Reply
}

const TEXT = 'text/plain; charset=utf-8'
const JSON_TYPE = 'application/json; charset=UTF-8'
const NO_CONTENT: Reply = { status: 204, type: '', body: '' }

export function createRoutes(
  options: RouteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const counters: RequestCounters = { requests: new Map() }
  const routes = listRoutes(options, counters)
  return async (request, response) => {
    const method = request.method ?? 'GET'
    let name = 'other'
    let reply: Reply
    try {
      const url = readUrl(request)
      const matching = routes.filter((route) => route.path.test(url.pathname))
      const route = matching.find((candidate) => candidate.methods.includes(method))
      name = matching[0]?.name ?? 'other'
      if (route !== undefined) reply = await answer(route, request, response, url, options)
      else if (matching.length > 0) {
        response.setHeader('Allow', matching.flatMap((candidate) => candidate.methods).join(', '))
        reply = text(405, 'Method Not Allowed')
      } else if (options.fallback?.(request, response) === true) return
      else reply = text(404, '404 page not found')
    } catch (error) {
      reply = failed(error)
    }
    count(counters, `${/^[A-Z]{1,10}$/.test(method) ? method : 'OTHER'} ${name} ${reply.status}`)
    send(request, response, reply)
  }
}

function count(counters: RequestCounters, key: string): void {
  counters.requests.set(key, (counters.requests.get(key) ?? 0) + 1)
}

function readUrl(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://localhost')
  } catch {
    throw new QueryError(400, 'invalid request path')
  }
}

async function answer(
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { store, settings }: RouteOptions,
): Promise<Reply> {
  const id = route.needsTenant ? readTenantId(request.headers['x-scope-orgid'], settings.authEnabled) : { id: 'fake' }
  if ('error' in id) return text(id.status, id.error)
  const parts = route.path.exec(url.pathname)!.slice(1)
  try {
    return await route.handle({
      request,
      response,
      url,
      tenant: route.stores === true ? store.tenant(id.id) : store.findTenant(id.id),
      parts,
    })
  } catch (error) {
    if (route.fail === undefined) throw error
    const { status, body } = failed(error)
    return route.fail(status, String(body).trimEnd())
  }
}

function failed(error: unknown): Reply {
  if (error instanceof QueryError) return { status: error.status, type: TEXT, body: error.message }
  if (error instanceof PushError) return text(error.status, error.message)
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || message === 'aborted') return text(499, 'the request was cancelled by the client')
  return text(500, `internal error: ${message}`)
}

/** Go's http.Error: the message and a line end. */
function text(status: number, message: string): Reply {
  return { status, type: TEXT, body: `${message}\n` }
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return
  if (!request.complete) {
    // What is left of the body is not read: the connection cannot go on.
    response.setHeader('Connection', 'close')
    request.resume()
  }
  response.statusCode = reply.status
  if (reply.type !== '') response.setHeader('Content-Type', reply.type)
  if (reply.type === TEXT && reply.status >= 400) response.setHeader('X-Content-Type-Options', 'nosniff')
  response.end(reply.body)
}

/** Bodies of queries are forms. */
const MAX_FORM_BYTES = 10 * 1024 * 1024

function listRoutes({ store, settings, now }: RouteOptions, counters: RequestCounters): Route[] {
  const asked = async (call: Call): Promise<query.QueryRequest> => {
    const params = call.url.searchParams
    if (call.request.method === 'POST') {
      const form = new URLSearchParams((await readBody(call.request, MAX_FORM_BYTES)).toString('utf8'))
      for (const [name, value] of form) params.append(name, value)
    }
    const gone = new AbortController()
    call.response.on('close', () => gone.abort())
    const flags = String(call.request.headers['x-loki-response-encoding-flags'] ?? '')
    const isCategorized = flags.split(',').some((flag) => flag.trim() === 'categorize-labels')
    return { tenant: call.tenant, params, limits: settings.limits, now: now(), signal: gone.signal, isCategorized }
  }
  const read = (
    path: RegExp,
    name: string,
    run: (request: query.QueryRequest, parts: readonly string[]) => Promise<string> | string,
  ): Route => ({
    methods: ['GET', 'POST'],
    path,
    name,
    needsTenant: true,
    handle: async (call) => ({ status: 200, type: JSON_TYPE, body: await run(await asked(call), call.parts) }),
  })
  const plain = (path: RegExp, name: string, type: string, body: () => string): Route => ({
    methods: ['GET', 'HEAD'],
    path,
    name,
    needsTenant: false,
    handle: () => ({ status: 200, type, body: body() }),
  })
  return [
    {
      methods: ['POST'],
      path: /^\/loki\/api\/v1\/push$/,
      name: 'push',
      needsTenant: true,
      stores: true,
      handle: async ({ request, tenant }) => {
        const { status, message } = await receivePush(request, tenant, store, settings)
        return status === 204 ? NO_CONTENT : text(status, message)
      },
    },
    {
      methods: ['POST'],
      path: /^\/otlp\/v1\/logs$/,
      name: 'otlp',
      needsTenant: true,
      stores: true,
      fail: otlpFailure,
      handle: async ({ request, tenant }) => {
        const { status, message } = await receiveOtlp(request, tenant, store, settings, now())
        return status === 204 ? NO_CONTENT : otlpFailure(status, message)
      },
    },
    read(/^\/loki\/api\/v1\/query_range$/, 'query_range', query.queryRange),
    read(/^\/loki\/api\/v1\/query$/, 'query', query.queryInstant),
    read(/^\/loki\/api\/v1\/labels?$/, 'labels', query.labelNames),
    read(/^\/loki\/api\/v1\/label\/([^/]+)\/values$/, 'label_values', (request, [name]) =>
      query.labelValues(request, decode(name!)),
    ),
    read(/^\/loki\/api\/v1\/series$/, 'series', query.series),
    read(/^\/loki\/api\/v1\/index\/stats$/, 'index_stats', query.indexStats),
    plain(/^\/ready$/, 'ready', TEXT, () => 'ready\n'),
    plain(/^\/metrics$/, 'metrics', 'text/plain; version=0.0.4; charset=utf-8', () => metricsText(store, counters)),
    plain(/^\/loki\/api\/v1\/status\/buildinfo$/, 'buildinfo', JSON_TYPE, buildInfo),
  ]
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new QueryError(400, `invalid label name in the path: ${part}`)
  }
}

/** Clients ask which Loki they talk to; the API is that of 3.7. */
function buildInfo(): string {
  const info = {
    version: '3.7.6',
    revision: 'longship',
    branch: 'longship',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  }
  return `${JSON.stringify(info)}\n`
}

/** google.rpc.Status with the message as field 2; clients never retry 500, so Loki says 503. */
function otlpFailure(status: number, message: string): Reply {
  const bytes = Buffer.from(message)
  const length: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  const body = Buffer.concat([Buffer.from([0x12, ...length]), bytes])
  return { status: status === 500 ? 503 : status, type: 'application/octet-stream', body }
}
