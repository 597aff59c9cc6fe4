/**
 * The HTTP input: what speaks Loki's push API or OTLP sends here, and its lines are normalized on their way. Answers are
 * Loki's: 204 when everything is on the disk, 429 when there is no room, 400 for what cannot be read.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Appended } from '../spool/writer.ts'
import { PushError } from '../wire/pushed.ts'
import { secretCheck } from '../wire/secret.ts'
import { type BodyLimits, READERS } from './http-body.ts'
import { type Address, addressText, begun, type Intake, type Listening } from './input.ts'
import { renew, type TlsFiles, tlsOptions } from './tls.ts'

export interface PushInputOptions extends BodyLimits {
  readonly listen: Address
  /** Undefined: anybody who can connect. */
  readonly bearer_token: string | undefined
  /** Undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined
}

interface Reply {
  readonly status: number
  readonly text: string
}

/** Bodies that are read and stored at a time; more senders are asked to come again. */
const MAX_REQUESTS = 64
const MAX_HELD_BYTES = 32 * 1024 * 1024
/** Open at a time: HTTP clients keep theirs for the next push, and come again when one is closed. */
const MAX_CONNECTIONS = 1024
const REQUEST_TIMEOUT_MS = 30_000
const RETRY_AFTER_SECONDS = 2

const FULL: Reply = { status: 429, text: 'the spool is full: Loki has not taken what is in it; try again later' }
const BUSY: Reply = { status: 429, text: 'too many pushes at a time; try again later' }
const LARGE: Reply = { status: 413, text: 'what was pushed is too large for the spool; push less at a time' }
const FAILED: Reply = { status: 503, text: 'the spool cannot be written; try again later' }
const REPLIES: Readonly<Record<Appended, Reply>> = {
  stored: { status: 204, text: '' },
  full: FULL,
  failed: FAILED,
  large: LARGE,
}
const UNKNOWN: Reply = { status: 404, text: 'no such path: POST /loki/api/v1/push or /otlp/v1/logs' }
const NOT_POST: Reply = { status: 405, text: 'method not allowed' }
const NO_TOKEN: Reply = { status: 401, text: 'no credentials provided' }

export async function listenPush(options: PushInputOptions, intake: Intake): Promise<Listening> {
  const isAllowed = secretCheck(options.bearer_token === undefined ? undefined : `Bearer ${options.bearer_token}`)
  let requests = 0
  let held = 0
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const read = READERS.get(request.url?.split('?')[0] ?? '')
    if (!isAllowed(request.headers.authorization)) return NO_TOKEN
    if (read === undefined) return UNKNOWN
    if (request.method !== 'POST') return NOT_POST
    const bytes = Number(request.headers['content-length'] ?? options.max_body_bytes)
    if (requests >= MAX_REQUESTS || (requests > 0 && held + bytes > MAX_HELD_BYTES)) return BUSY
    requests++
    held += bytes
    try {
      return REPLIES[await intake.offer(await read(request, options))]
    } catch (error) {
      if (error instanceof PushError) return { status: error.status, text: error.message }
      // The sender went away in the middle of its body; nobody reads this answer.
      return { status: 400, text: 'the body did not come whole' }
    } finally {
      requests--
      held -= bytes
    }
  }
  const { server, stopRenewing } = serverOf(options.tls, intake, (request, response) => {
    request.on('error', () => {})
    void answer(request).then((reply) => send(request, response, reply))
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = MAX_CONNECTIONS
  server.on('drop', () => intake.refuse('push_connections'))
  server.listen(options.listen.port, options.listen.host)
  await begun(server, `push ${addressText(options.listen)}`)
  const { port } = server.address() as { port: number }
  return {
    addresses: [
      `push ${options.tls === undefined ? 'http' : 'https'}://${addressText({ host: options.listen.host, port })}`,
    ],
    async close() {
      stopRenewing()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      // Whoever is in the middle of a body has had no answer, and sends it again.
      setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref()
      await closed
    },
  }
}

const CLOSE_MS = 1000
/** Who sends its body slower than that holds a place that others wait for; Node looks every 30 s only. */
const CHECKS = { connectionsCheckingInterval: 2000 }
const WHAT = 'inputs.push.tls'

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void

function serverOf(tls: TlsFiles | undefined, intake: Intake, onRequest: OnRequest): Serving {
  if (tls === undefined) return { server: createServer(CHECKS, onRequest), stopRenewing: () => {} }
  const server = createTlsServer({ ...CHECKS, ...tlsOptions(tls, WHAT) }, onRequest)
  server.on('tlsClientError', () => intake.refuse('push_handshake'))
  return { server, stopRenewing: renew(server, tls, WHAT, intake.tell) }
}

interface Serving {
  readonly server: Server
  readonly stopRenewing: () => void
}

function send(request: IncomingMessage, response: ServerResponse, { status, text }: Reply): void {
  if (status === 429 || status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS)
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  // A body that was not read would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  if (text === '') response.writeHead(status).end()
  else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
