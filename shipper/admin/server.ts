/** The API's own server, with its page: on loopback unless told otherwise. Every wait and every number of things is bounded. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { LongshipError } from '../errors.ts'
import type { Admin } from './admin.ts'
import { type KindName, ProblemError, problemOf } from './problem.ts'
import { networkOf } from './rate.ts'
import { HEADERS, PROBLEM_TYPE, sendProblem } from './send.ts'

/** As dashboards/preview/server/page.ts has it: returns whether it answered. */
export type AnswerPage = (request: IncomingMessage, response: ServerResponse) => boolean

export interface AdminServerOptions {
  readonly listen: { readonly host: string; readonly port: number }
  readonly admin: Admin
  readonly page?: AnswerPage | undefined
  /** Milliseconds after which a connection on which nothing moves is closed. */
  readonly idle_ms?: number
  /** Milliseconds for a request's head. */
  readonly head_ms?: number
}

export interface AdminServer {
  readonly url: string
  readonly port: number
  /** Ends streams at once; requests under way have a second. */
  close(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 15_000
/** How often those two are looked at; Node's default is half a minute. */
const CHECK_EVERY_MS = 1000
const KEEP_ALIVE_MS = 5000
/** Nothing sent and nothing taken, also of a long answer; a trigger's test may take a minute. */
const IDLE_MS = 120_000
const MAX_REQUESTS_PER_SOCKET = 1000
const MAX_HEADER_BYTES = 16 * 1024
const MAX_CONNECTIONS = 256
const MAX_CONNECTIONS_OF_ADDRESS = 64
const CLOSE_MS = 1000

/** Rejects with a LongshipError when the address cannot be listened on. */
export async function startAdmin(options: AdminServerOptions): Promise<AdminServer> {
  const { listen, admin, page, idle_ms = IDLE_MS, head_ms = HEADERS_TIMEOUT_MS } = options
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    // Refused below, with what all answers carry.
    requireHostHeader: false,
  })
  const refuse = (request: IncomingMessage, response: ServerResponse, kind: KindName, detail: string) =>
    void sendProblem(request, response, new ProblemError(kind, detail))
  const answer = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    // RFC 9112 §3.2.
    const needsHost = request.httpVersion === '1.1' && request.headers.host === undefined
    if (needsHost) return refuse(request, response, 'invalid', 'The header Host is needed.')
    if (admin.handle(request, response, awaitsContinue)) return
    if (page?.(request, response) === true) return
    refuse(request, response, 'missing', 'There is nothing here.')
  }
  server.on('request', (request, response) => answer(request, response, false))
  // Whoever asks first whether the body is wanted is told so when everything else of the request was.
  server.on('checkContinue', (request, response) => answer(request, response, true))
  server.on('checkExpectation', (request, response) => {
    refuse(request, response, 'invalid', 'Expect may be 100-continue only.')
  })
  server.on('clientError', refuseText)
  server.headersTimeout = head_ms
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.timeout = idle_ms
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  server.maxConnections = MAX_CONNECTIONS
  limitAddresses(server)
  await listening(server, listen)
  const { port } = server.address() as AddressInfo
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host || '127.0.0.1'
  let closed: Promise<void> | undefined
  return {
    port,
    url: `http://${host}:${port}`,
    close: () => (closed ??= closeServer(server, admin)),
  }
}

/** One address must not hold all connections. */
function limitAddresses(server: Server): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '')
    const count = (counts.get(network) ?? 0) + 1
    if (count > MAX_CONNECTIONS_OF_ADDRESS) return void socket.destroy()
    counts.set(network, count)
    socket.on('close', () => {
      const left = counts.get(network)! - 1
      if (left === 0) counts.delete(network)
      else counts.set(network, left)
    })
  })
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/** What is no request at all. */
function refuseText(
  { code }: NodeJS.ErrnoException,
  socket: { writable: boolean; end(text: string): unknown; destroy(): unknown },
): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, reason] = (code !== undefined && CLIENT_ERRORS[code]) || [400, 'Bad Request']
  const body = JSON.stringify({ ...problemOf('invalid', `${reason}.`, []), status })
  const headers = {
    ...HEADERS,
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`)
  // Whoever goes on talking would keep the connection for ever: our end is closed, theirs is not.
  setTimeout(() => socket.destroy(), CLOSE_MS).unref()
}

function listening(server: Server, { host, port }: AdminServerOptions['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'the port is taken; stop what holds it, or set admin.listen' : message
      reject(new LongshipError('port', `cannot listen on admin ${host}:${port}: ${why}`))
    })
    server.listen(port, host || undefined, resolve)
  })
}

async function closeServer(server: Server, admin: Admin): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  admin.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
  await closed
  clearTimeout(timer)
}
