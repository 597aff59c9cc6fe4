/**
 * POST to Loki's push API and nothing more: body in, reply out, never an exception. node:http rather than fetch,
 * which costs several times the CPU a request.
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { LongshipError } from '../errors.ts'
import type { Reply } from './classify.ts'
import type { Body } from './encode.ts'
import { type Endpoint, USER_AGENT } from './endpoint.ts'
import { readPem } from './pem.ts'

export interface Client {
  post(body: Body, signal: AbortSignal): Promise<Reply>
  /** GET of a path under the base URL, ready or loki/api/v1/…, with the same credentials. */
  get(path: string, signal: AbortSignal): Promise<Reply>
  close(): void
}

export interface AnswerBounds {
  /** The largest part of an answer that is read; what follows is thrown away, so that the connection can be used again. */
  readonly read: number
  /** An answer longer than this is cut off with its connection. */
  readonly drained: number
}

/** What Loki says to a push is short. */
const PUSH_BOUNDS: AnswerBounds = { read: 64 * 1024, drained: 8 * 1024 * 1024 }

export function createClient(endpoint: Endpoint, bounds: AnswerBounds = PUSH_BOUNDS): Client {
  const isTls = endpoint.url.protocol === 'https:'
  const pool = { keepAlive: true, maxSockets: 8, scheduling: 'lifo' as const }
  const agent = isTls ? new https.Agent({ ...pool, ...tlsOptions(endpoint) }) : new http.Agent(pool)
  const request = isTls ? https.request : http.request
  const target: http.RequestOptions = { ...targetOf(endpoint.url), method: 'POST', agent }
  let headers = headersOf(endpoint)

  const once = (to: http.RequestOptions, body: Body | undefined, signal: AbortSignal) =>
    new Promise<Reply & { isStale?: boolean }>((resolve) => {
      const sent = request({ ...to, headers: body === undefined ? headers : { ...headers, ...bodyHeaders(body) } })
      let isSettled = false
      const settle = (reply: Reply & { isStale?: boolean }) => {
        if (isSettled) return
        isSettled = true
        // An answer may come before the body is gone; its bytes are the caller's again from here on.
        if (!sent.writableFinished) sent.destroy()
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        resolve(reply)
      }
      const fail = (code: string, message: string) => {
        settle({ kind: 'failure', code, message })
        sent.destroy()
      }
      const onAbort = () => fail('ABORTED', 'aborted')
      const timer = setTimeout(() => fail('TIMEOUT', `no answer within ${endpoint.timeoutMs} ms`), endpoint.timeoutMs)
      signal.addEventListener('abort', onAbort, { once: true })
      sent.on('response', (response) => {
        read(response, bounds, settle, fail)
      })
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed a kept connection just as it was used again: nothing was read of this request.
        const isStale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        settle({ kind: 'failure', code: error.code ?? 'ERROR', message: failureText(error, endpoint.url), isStale })
      })
      for (const chunk of body?.chunks ?? []) sent.write(chunk)
      sent.end()
    })

  return {
    async post(body, signal) {
      let reply = await once(target, body, signal)
      if (reply.kind === 'failure' && reply.isStale === true && !signal.aborted)
        reply = await once(target, body, signal)
      // A token file may have been renewed since it was read; while it is being replaced, the old one is kept.
      if (reply.kind === 'answer' && reply.status === 401 && endpoint.bearerTokenFile !== undefined) {
        try {
          headers = headersOf(endpoint)
        } catch {}
      }
      return reply
    },
    get: (path, signal) => once({ ...targetOf(new URL(path, endpoint.base)), method: 'GET', agent }, undefined, signal),
    close: () => agent.destroy(),
  }
}

function read(
  response: http.IncomingMessage,
  bounds: AnswerBounds,
  settle: (reply: Reply) => void,
  fail: (code: string, text: string) => void,
) {
  const parts: Buffer[] = []
  let length = 0
  response.on('data', (part: Buffer) => {
    if (length < bounds.read) parts.push(part.subarray(0, bounds.read - length))
    length += part.length
    if (length > bounds.drained) {
      settle(answer())
      response.destroy()
    }
  })
  response.on('end', () => settle(answer()))
  response.on('error', (error: NodeJS.ErrnoException) =>
    fail(error.code ?? 'ERROR', `answer broke off: ${error.message}`),
  )
  response.on('close', () => fail('ECONNRESET', 'answer broke off'))

  const answer = (): Reply => ({
    kind: 'answer',
    status: response.statusCode ?? 0,
    body: parts.length === 0 ? '' : Buffer.concat(parts).toString('utf8'),
    isCut: length > bounds.read,
    contentType: response.headers['content-type'] ?? '',
    retryAfter: response.headers['retry-after'],
    location: response.headers.location,
    date: response.headers.date === undefined ? undefined : Date.parse(response.headers.date) || undefined,
  })
}

function targetOf(url: URL): http.RequestOptions {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return { protocol: url.protocol, hostname, port: url.port, path: url.pathname + url.search }
}

export function headersOf(endpoint: Endpoint): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = { 'User-Agent': USER_AGENT }
  const { basicAuth, tenant } = endpoint
  const token = endpoint.bearerTokenFile === undefined ? endpoint.bearerToken : readToken(endpoint.bearerTokenFile)
  if (tenant !== undefined) headers['X-Scope-OrgID'] = tenant
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`
  else if (basicAuth !== undefined) {
    headers['Authorization'] = `Basic ${Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64')}`
  }
  return { ...headers, ...endpoint.headers }
}

function bodyHeaders(body: Body): http.OutgoingHttpHeaders {
  const own: http.OutgoingHttpHeaders = { 'Content-Type': body.type, 'Content-Length': body.length }
  if (body.encoding !== undefined) own['Content-Encoding'] = body.encoding
  return own
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new LongshipError('config', `bearer token file ${path} cannot be read: ${(error as Error).message}`)
  }
}

export function tlsOptions({ tls }: Endpoint): https.AgentOptions {
  return {
    ca: readPem('ca', tls.ca),
    cert: readPem('cert', tls.cert),
    key: readPem('key', tls.key),
    servername: tls.serverName,
    rejectUnauthorized: !tls.insecure,
  }
}

const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EAI_AGAIN', 'the host name cannot be looked up now'],
  ['ECONNRESET', 'the connection was reset'],
  ['EPIPE', 'the connection was closed'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'the connection timed out'],
])

function failureText(error: NodeJS.ErrnoException, url: URL): string {
  return `${url.host}: ${FAILURES.get(error.code ?? '') ?? error.message}`
}
