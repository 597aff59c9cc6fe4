/** What a route is: a path, its methods, and what answers them; and what most of them share. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readForm } from '../form.ts'
import type { RequestCounters } from '../metrics.ts'
import type { QueryRequest } from '../query.ts'
import type { Ruler } from '../ruler/ruler.ts'
import type { Settings } from '../settings.ts'
import type { Store } from '../store.ts'
import type { Tenant } from '../tenant.ts'

/** What every route may use. */
export interface RouteContext {
  readonly store: Store
  readonly settings: Settings
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly counters: RequestCounters
  /** Undefined without rules. */
  readonly ruler: Ruler | undefined
}

export interface Reply {
  readonly status: number
  /** The content type; '' for none. */
  readonly type: string
  readonly body: string | Buffer
}

export interface Call extends RouteContext {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Decoded. */
  readonly path: string
  /** The query behind the path, as it was sent. */
  readonly query: string
  readonly tenant: Tenant
  /** Parts of the path that the route's pattern caught, decoded. */
  readonly parts: readonly string[]
}

export interface Route {
  readonly methods: readonly string[]
  readonly path: RegExp
  /** The route's name in the metrics. */
  readonly name: string
  readonly needsTenant: boolean
  /** Whether a call may make its tenant. */
  readonly stores?: true
  /** Writes a failed call, for a route that has a form of its own. */
  readonly fail?: (status: number, message: string) => Reply
  handle(call: Call): Promise<Reply> | Reply
}

export const TEXT = 'text/plain; charset=utf-8'
export const JSON_TYPE = 'application/json; charset=UTF-8'

/** Go's http.Error: the message and a line end. */
export function textReply(status: number, message: string): Reply {
  return { status, type: TEXT, body: `${message}\n` }
}

/** A route of the query API: GET and POST form, answers JSON text. */
export function queryRoute(
  name: string,
  path: RegExp,
  run: (request: QueryRequest, parts: readonly string[]) => Promise<string> | string,
): Route {
  return {
    methods: ['GET', 'POST'],
    path,
    name,
    needsTenant: true,
    handle: async (call) => ({ status: 200, type: JSON_TYPE, body: await run(await readRequest(call), call.parts) }),
  }
}

/** What a call asks of the query API. */
export async function readRequest(call: Call): Promise<QueryRequest> {
  const params = await readForm(call.request, call.query)
  const gone = new AbortController()
  call.response.on('close', () => gone.abort())
  const flags = String(call.request.headers['x-loki-response-encoding-flags'] ?? '')
  const isCategorized = flags.split(',').some((flag) => flag.trim() === 'categorize-labels')
  const { tenant, settings, now } = call
  return { tenant, params, limits: settings.limits, now: now(), signal: gone.signal, isCategorized }
}

/** A route that says something about the server, without a tenant. */
export function plainRoute(name: string, path: RegExp, type: string, body: (call: Call) => string): Route {
  return {
    methods: ['GET', 'HEAD'],
    path,
    name,
    needsTenant: false,
    handle: (call) => ({ status: 200, type, body: body(call) }),
  }
}
