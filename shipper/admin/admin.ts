/** The HTTP API of rules, triggers and events: who asks and may, what is asked, and the answer. docs/scan-api.md. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { demandType, readJsonBody } from './body.ts'
import { createGuard } from './guard.ts'
import { openApiDocument } from './openapi.ts'
import type { Operation, Reply, Setting } from './operation.ts'
import { JSON_TYPE } from './operation.ts'
import { readQuery } from './parameters.ts'
import type { AdminParts } from './parts.ts'
import { type KindName, ProblemError } from './problem.ts'
import { createRouter, type Found } from './router.ts'
import { API_PREFIX, operations } from './routes/index.ts'
import { HEADERS, send, sendJson, sendProblem } from './send.ts'
import { createStreams, STREAM_LIMITS, type StreamLimits } from './stream.ts'

export { type AdminServer, startAdmin } from './server.ts'
export { adminToken } from './token.ts'

export interface AdminOptions extends AdminParts {
  readonly token: string
  readonly limits: {
    readonly requests_per_minute: number
    readonly max_body_bytes: number
    readonly streams?: Partial<StreamLimits>
  }
  /** Milliseconds. */
  readonly now: () => number
  /** Told what only a fault of ours explains; requests are told nothing of it. */
  readonly onProblem?: (message: string) => void
}

export interface Admin {
  /** Answers the API's paths and leaves all others alone: returns whether it answered. Fits as fallback of another server. */
  handle(request: IncomingMessage, response: ServerResponse, awaitsContinue?: boolean): boolean
  /** Ends the streams; requests from now on get 503. */
  close(): void
  stats(): AdminStats
}

export interface AdminStats {
  /** By class: 2xx, 4xx, 5xx. */
  readonly requests: Readonly<Record<string, number>>
  /** By kind of problem. */
  readonly refusals: Readonly<Partial<Record<KindName, number>>>
  readonly streams: { readonly open: number; readonly opened: number; readonly cut_off: number }
}

export function createAdmin(options: AdminOptions): Admin {
  const { limits, now } = options
  const guard = createGuard({ token: options.token, requests_per_minute: limits.requests_per_minute, now })
  const find = createRouter(operations)
  const streams = createStreams(options.events, { ...STREAM_LIMITS, ...limits.streams })
  const requests: Record<string, number> = { '2xx': 0, '4xx': 0, '5xx': 0 }
  const refusals: Partial<Record<KindName, number>> = {}
  let document: object | undefined
  let isClosed = false
  const stats = () => ({ requests: { ...requests }, refusals: { ...refusals }, streams: streams.stats() })
  const setting: Setting = {
    ...options,
    admin: stats,
    document: () => (document ??= openApiDocument(operations)),
    openStream: streams.open,
  }
  const answer = async (request: IncomingMessage, response: ServerResponse, target: Target, awaits: boolean) => {
    if (isClosed) throw new ProblemError('busy', 'The server is closing.', [], { 'Retry-After': '10' })
    const found = find(request.method ?? 'GET', target.path)
    guard(request, found?.isPublic ?? false)
    if (found === undefined)
      throw new ProblemError('missing', `There is nothing here. See GET ${API_PREFIX}/openapi.json.`)
    if (request.method === 'OPTIONS') return sendNothing(response, allowed(found))
    const { operation } = found
    if (operation === undefined) throw wrongMethod(found)
    const query = operation.isOpenQuery === true ? {} : readQuery(operation.query ?? {}, target.search, now())
    const body = await bodyOf(operation, request, response, limits.max_body_bytes, awaits)
    const call = { request, path: found.path, query, search: target.search, body }
    sendReply(request, response, await operation.run(call, setting))
  }
  return {
    handle(request, response, awaitsContinue = false) {
      const target = targetOf(request.url ?? '')
      if (target === undefined) return false
      // What a request does to its socket is no fault of ours.
      request.on('error', () => {})
      response.on('error', () => {})
      void answer(request, response, target, awaitsContinue)
        .catch((error: unknown) => {
          const kind = error instanceof ProblemError ? error.kind : 'broken'
          refusals[kind] = (refusals[kind] ?? 0) + 1
          if (kind === 'broken')
            options.onProblem?.(`admin: ${request.method} ${target.path}: ${(error as Error)?.message}`)
          sendProblem(request, response, error)
        })
        .catch(() => response.destroy())
        .finally(() => count(requests, response.statusCode))
      return true
    },
    close() {
      isClosed = true
      streams.close()
    },
    stats,
  }
}

interface Target {
  /** As it came, percent-encoded. */
  readonly path: string
  readonly search: URLSearchParams
}

/** undefined: none of ours. */
function targetOf(url: string): Target | undefined {
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  const isOurs = path === API_PREFIX || path.startsWith(`${API_PREFIX}/`) || path === LOKI_PATTERNS
  return isOurs ? { path, search: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) } : undefined
}

const LOKI_PATTERNS = '/loki/api/v1/patterns'

async function bodyOf(
  { body }: Operation,
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  awaitsContinue: boolean,
): Promise<unknown> {
  if (body === undefined) return undefined
  demandType(request, body.types)
  return await readJsonBody(request, response, maxBytes, awaitsContinue)
}

function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if ('json' in reply) sendJson(request, response, reply.status, reply.json, reply.headers)
  else if ('text' in reply) send(request, response, { type: JSON_TYPE, ...reply })
  else if (request.method !== 'HEAD') reply.stream(response)
  else response.writeHead(200, { ...HEADERS, 'Content-Type': reply.type }).end()
}

function sendNothing(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  response.writeHead(204, { ...HEADERS, ...headers }).end()
}

function allowed({ methods }: Found): Record<string, string> {
  return { Allow: methods.join(', ') }
}

function wrongMethod(found: Found): ProblemError {
  return new ProblemError('method', `Methods here are ${found.methods.join(', ')}.`, [], allowed(found))
}

function count(requests: Record<string, number>, status: number): void {
  const name = `${Math.floor(status / 100)}xx`
  requests[name] = (requests[name] ?? 0) + 1
}
