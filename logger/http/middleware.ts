/** The middleware for node:http and Express (and what is like them), Fastify and Koa: typed by shape, none is needed here. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { newScope, type Scope, within } from '../context.ts'
import type { Logger } from '../logger.ts'
import { type HttpOptions, type Incoming, startVisit, type Visit } from './request.ts'

/**
 * node:http, and node:http2's compatible API: wraps the handler. What it throws, or rejects with, is logged and goes on to the caller.
 * @example createServer(httpHandler(logger, (request, response) => { … }))
 */
export function httpHandler<
  Request extends AnyRequest = IncomingMessage,
  Response extends AnyResponse = ServerResponse,
>(
  logger: Logger,
  handle: (request: Request, response: Response) => unknown,
  options?: HttpOptions,
): (request: Request, response: Response) => unknown {
  return (request, response) => {
    const { visit, scope } = watch(logger, request, response, options)
    return within(scope, () => failing(visit, () => handle(request, response)))
  }
}

/**
 * Express 4 and 5, Connect: (request, response, next). First of all middleware, so that all of it has the id; once more
 * behind middleware that loses the context (readers of uploads), to enter it again: a request is logged once.
 * @example app.use(expressMiddleware(logger))
 */
export function expressMiddleware(logger: Logger, options?: HttpOptions) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    within(watch(logger, request, response, options).scope, next)
  }
}

/** Express: behind the routes and before the error handlers, so that http_request has the error and its stack. @example app.use(expressErrors()) */
export function expressErrors() {
  return (
    error: unknown,
    _request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): void => {
    visits.get(response)?.visit.fail(error)
    next(error)
  }
}

/** As much of Fastify's instance as is needed. */
export interface FastifyLike {
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's own types of hooks are many overloads; any fits all of them.
  addHook(name: any, hook: any): unknown
}

/**
 * Fastify 4 and 5. On the instance itself, not with register(), whose hooks hold only within a plugin.
 * @example fastifyLogging(app, logger)
 */
export function fastifyLogging(app: FastifyLike, logger: Logger, options?: HttpOptions): void {
  app.addHook('onRequest', (request: { raw: IncomingMessage }, reply: { raw: ServerResponse }, done: () => void) => {
    within(watch(logger, request.raw, reply.raw, options).scope, done)
  })
  // Fastify reads bodies on its own: the context is entered again where the handler starts.
  app.addHook('preHandler', (_request: unknown, reply: { raw: ServerResponse }, done: () => void) => {
    const known = visits.get(reply.raw)
    if (known === undefined) done()
    else within(known.scope, done)
  })
  app.addHook('onError', (_request: unknown, reply: { raw: ServerResponse }, error: unknown, done: () => void) => {
    visits.get(reply.raw)?.visit.fail(error)
    done()
  })
}

/** As much of Koa's context as is needed. */
export interface KoaLike {
  readonly req: IncomingMessage
  readonly res: ServerResponse
}

/** Koa 2 and 3. First of all middleware. @example app.use(koaMiddleware(logger)) */
export function koaMiddleware(logger: Logger, options?: HttpOptions) {
  return (ctx: KoaLike, next: () => Promise<unknown>): Promise<unknown> => {
    const { visit, scope } = watch(logger, ctx.req, ctx.res, options)
    return within(scope, () => failing(visit, next) as Promise<unknown>)
  }
}

type AnyRequest = IncomingMessage | Http2ServerRequest
type AnyResponse = ServerResponse | Http2ServerResponse

/** One request: what goes into http_request, and the context of everything logged within. */
interface Watched {
  readonly visit: Visit
  readonly scope: Scope
}

const visits = new WeakMap<AnyResponse, Watched>()

function watch(logger: Logger, request: AnyRequest, response: AnyResponse, options?: HttpOptions): Watched {
  const known = visits.get(response)
  if (known !== undefined) return known
  const visit = startVisit(logger, incomingOf(request), response, options)
  const watched = { visit, scope: newScope(visit.fields) }
  visits.set(response, watched)
  // The context of these callbacks is whoever wrote the answer's end: the request's is entered again, so that
  // http_request has what was bound on the way as well (a user's id).
  const end = (aborted: boolean) => within(watched.scope, () => visit.end(response.statusCode, aborted))
  response.once('finish', () => end(wasCutOff(response)))
  response.once('close', () => end(wasCutOff(response)))
  return watched
}

/** HTTP/2's answers 'finish' also when the client went away. */
function wasCutOff(response: AnyResponse): boolean {
  return 'stream' in response ? response.stream?.aborted === true : !response.writableFinished
}

function incomingOf(request: AnyRequest & { readonly originalUrl?: string }): Incoming {
  return {
    method: request.method ?? 'GET',
    // Express cuts the mount path off url.
    url: request.originalUrl ?? request.url ?? '/',
    header: (name) => request.headers[name],
  }
}

/** Notes what is thrown or rejected with, and throws it on. */
function failing(visit: Visit, run: () => unknown): unknown {
  try {
    const result = run()
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      visit.fail(error)
      throw error
    })
  } catch (error) {
    visit.fail(error)
    throw error
  }
}
