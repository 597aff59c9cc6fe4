/**
 * The way to a Loki elsewhere: the paths that the page reads, and no others, with the credentials that the command was
 * given. Nothing can be pushed, deleted or configured through it; questions, answers and time are bounded.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { PAGE_HEADERS } from './headers.ts'
import { refusal } from './origin.ts'

export interface Upstream {
  /** Its API stands below it; ends in a slash. */
  readonly base: URL
  /** Credentials and tenant, sent with each question. Never shown to the page. */
  readonly headers: Readonly<Record<string, string>>
  readonly tls: https.AgentOptions
}

export interface Proxy {
  /** Returns whether the path is one of Loki's that the page reads. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
  /** The live tail's websocket; whatever else wants one is cut off. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

const READS =
  /^\/loki\/api\/v1\/(?:query_range|query|labels|label\/(?!\.|%2e)[^/]{1,600}\/values|series|detected_fields|detected_labels|index\/stats|index\/volume|index\/volume_range|status\/buildinfo)$/
const TAIL = '/loki/api/v1/tail'
const LIMITS = {
  /** A question's form. */
  questionBytes: 1024 * 1024,
  answerBytes: 128 * 1024 * 1024,
  /** Loki's own query_timeout is a minute. */
  answerMs: 90_000,
  questions: 32,
  tails: 8,
}

export function createProxy({ base, headers, tls }: Upstream, limits: typeof LIMITS = LIMITS): Proxy {
  const { Agent, request: send } = base.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: limits.questions, ...tls })
  const tails = new Set<Duplex>()
  let asked = 0

  const ask = (request: IncomingMessage, own: http.OutgoingHttpHeaders) => {
    const url = new URL(`.${request.url}`, base)
    return send(url, { agent, method: request.method, headers: { ...own, ...headers } })
  }
  return {
    answer(request, response) {
      const path = pathOf(request)
      if (path === TAIL) return deny(response, 400, 'the live tail is a websocket')
      if (!READS.test(path)) return false
      if (request.method !== 'GET' && request.method !== 'POST') return deny(response, 405, 'only questions go through')
      const refused = refusal(request)
      if (refused !== undefined) return deny(response, 403, refused)
      if (asked >= limits.questions) return deny(response, 429, 'too many questions at once')
      asked++
      response.on('close', () => asked--)
      const type = request.headers['content-type']
      const own = { Accept: 'application/json', ...(type === undefined ? {} : { 'Content-Type': type }) }
      pass(request, ask(request, own), response, base, limits)
      return true
    },
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const isTail = pathOf(request) === TAIL && request.method === 'GET' && refusal(request) === undefined
      if (!isTail || tails.size >= limits.tails)
        return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      tails.add(socket)
      socket.on('close', () => tails.delete(socket))
      const { 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers
      const own = {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Key': key,
        'Sec-WebSocket-Version': version,
      }
      connect(ask(request, own), socket, head)
    },
    close() {
      for (const socket of tails) socket.destroy()
      agent.destroy()
    },
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/s, '')
}

function deny(response: ServerResponse, status: number, message: string): true {
  if (response.headersSent) response.destroy()
  else response.writeHead(status, { ...PAGE_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
  return true
}

function pass(
  request: IncomingMessage,
  asking: http.ClientRequest,
  response: ServerResponse,
  base: URL,
  limits: typeof LIMITS,
): void {
  const fail = (status: number, message: string) => {
    asking.destroy()
    deny(response, status, message)
  }
  const timer = setTimeout(
    () => fail(504, `${base.host} gave no answer in ${limits.answerMs / 1000} s`),
    limits.answerMs,
  )
  response.on('close', () => {
    clearTimeout(timer)
    asking.destroy()
  })
  asking.on('error', (error) => fail(502, `cannot ask ${base.host}: ${error.message}`))
  asking.on('response', (answer) => {
    const { statusCode: status = 502, headers } = answer
    // A redirect would lead the page, or the credentials, elsewhere.
    if (status >= 300 && status < 400)
      return fail(502, `${base.host} redirects: give --loki the address where Loki itself is`)
    response.writeHead(status, {
      ...PAGE_HEADERS,
      'Content-Type': typeOf(headers['content-type']),
      'Cache-Control': 'no-store',
    })
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > limits.answerBytes) response.destroy()
    })
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > limits.questionBytes) fail(413, 'the question is too long')
  })
  request.pipe(asking)
}

/** Nothing that a Loki, or what stands before it, answers is a page. */
function typeOf(type: string | undefined): string {
  return type?.startsWith('application/json') === true ? 'application/json' : 'text/plain; charset=utf-8'
}

/** Hands the bytes on both ways once Loki has agreed to a websocket. */
function connect(asking: http.ClientRequest, socket: Duplex, head: Buffer): void {
  const end = () => void socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n')
  asking.on('error', end)
  asking.on('response', end)
  asking.on('upgrade', (answer, upstream, first) => {
    upstream.on('error', () => socket.destroy())
    upstream.on('close', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    const accept = String(answer.headers['sec-websocket-accept'])
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    socket.write(first)
    upstream.write(head)
    upstream.pipe(socket).pipe(upstream)
  })
  asking.end()
}
