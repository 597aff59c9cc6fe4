/** Finds the route of a request and its tenant, and writes what the route answers, or how it failed. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PushError } from '../../shipper/wire/pushed.ts'
import { isForeign, isRebound } from '../../shipper/wire/site.ts'
import { QueryError } from '../logql/error.ts'
import { readTarget, type Target } from './form.ts'
import { routes } from './routes/index.ts'
import { type Reply, type Route, type RouteContext, TEXT, textReply } from './routes/route.ts'
import { send } from './send.ts'
import { readTenantId } from './tenantid.ts'

export interface RouteOptions extends Omit<RouteContext, 'counters'> {
  /** Answers what no route does; returns whether it did. */
  readonly fallback: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
}

export function createRoutes(
  options: RouteOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { fallback, ...rest } = options
  const context: RouteContext = { ...rest, counters: { requests: new Map() } }
  return async (request, response) => {
    const method = request.method ?? 'GET'
    let name = 'other'
    let reply: Reply
    try {
      const target = readTarget(request.url ?? '/')
      const matching = routes.filter((route) => route.path.test(target.path))
      const route = matching.find((candidate) => candidate.methods.includes(method))
      name = matching[0]?.name ?? 'other'
      if (route !== undefined) reply = await answer(route, request, response, target, context)
      else if (matching.length > 0) {
        response.setHeader('Allow', matching.flatMap((candidate) => candidate.methods).join(', '))
        reply = textReply(405, 'Method Not Allowed')
      } else if (fallback?.(request, response) === true) return
      else reply = textReply(404, '404 page not found')
    } catch (error) {
      reply = failed(error)
    }
    const key = `${/^[A-Z]{1,10}$/.test(method) ? method : 'OTHER'} ${name} ${reply.status}`
    context.counters.requests.set(key, (context.counters.requests.get(key) ?? 0) + 1)
    await send(request, response, reply).catch(() => response.destroy())
  }
}

async function answer(
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query }: Target,
  context: RouteContext,
): Promise<Reply> {
  const { store, settings } = context
  if (isRebound(request)) return textReply(403, 'ask by the address that longship printed')
  if (route.stores === true && isForeign(request)) return textReply(403, 'other sites may not push')
  const id = route.needsTenant ? readTenantId(request.headers['x-scope-orgid'], settings.authEnabled) : { id: 'fake' }
  if ('error' in id) return textReply(id.status, id.error)
  const parts = route.path.exec(path)!.slice(1)
  try {
    const tenant = route.stores === true ? store.tenant(id.id) : store.findTenant(id.id)
    return await route.handle({ ...context, request, response, path, query, tenant, parts })
  } catch (error) {
    if (route.fail === undefined) throw error
    const { status, body } = failed(error)
    return route.fail(status, String(body).trimEnd())
  }
}

function failed(error: unknown): Reply {
  if (error instanceof QueryError) return { status: error.status, type: TEXT, body: error.message }
  if (error instanceof PushError) return textReply(error.status, error.message)
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || message === 'aborted') return textReply(499, 'the request was cancelled by the client')
  return textReply(500, `internal error: ${message}`)
}
