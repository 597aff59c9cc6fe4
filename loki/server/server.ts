/**
 * The embedded Loki: a store behind Loki's HTTP API. In process for `longship up` and tests, a command of its own
 * with `longship serve`. It listens on loopback unless told otherwise.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { totalmem } from 'node:os'
import { LongshipError } from '../../shipper/errors.ts'
import { PushError } from '../../shipper/wire/pushed.ts'
import { readJsonPush } from '../../shipper/wire/pushjson.ts'
import { readProtoPush } from '../../shipper/wire/pushproto.ts'
import type { Limits } from '../limits.ts'
import type { Answer } from './ingest.ts'
import { storePush } from './receive.ts'
import { createRoutes } from './routes.ts'
import { createRuler } from './ruler/ruler.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { EXPIRE_EVERY_MS, openStore, type Store } from './store.ts'
import { createTailHub } from './tail/hub.ts'
import { createUpgrades } from './upgrade.ts'

export interface ServerOptions {
  /** 127.0.0.1 unless told otherwise. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port?: number
  /** How many ports behind `port` are tried when it is taken; 0 fails at once. */
  readonly nextPorts?: number
  /** Data directory; undefined or 'memory' keeps everything in memory only. */
  readonly data?: string | undefined
  /** fdatasync before a push is acknowledged. */
  readonly fsync?: boolean
  readonly settings?: Partial<Settings>
  /** Over `settings.limits`. */
  readonly limits?: Partial<Limits>
  /** Bytes of memory that entries may take; a quarter of the machine's unless told otherwise. */
  readonly maxBytes?: number
  /** Answers what Loki's API does not (a preview page); returns whether it did. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly now?: () => number
  readonly warn?: (message: string) => void
}

export interface LokiServer {
  listen(): Promise<{ readonly url: string; readonly port: number }>
  close(): Promise<void>
  /** Stores a push body in process (JSON, or protobuf without snappy), with all checks. */
  push(body: Buffer, options?: { readonly tenant?: string; readonly format?: 'json' | 'protobuf' }): Answer
  readonly store: Store
}

/** A slow client gets this long for its headers, and for its whole request. */
const HEADERS_TIMEOUT_MS = 20_000
const REQUEST_TIMEOUT_MS = 60_000
/** Queries in the URL may be long; Go's default is 1 MB. */
const MAX_HEADER_BYTES = 256 * 1024

/** Opens the store; throws a config error when the data directory cannot be used. */
export function createServer(options: ServerOptions = {}): LokiServer {
  const settings = mergeSettings(options)
  const now = options.now ?? Date.now
  const warn = options.warn ?? ((message: string) => console.error(message))
  const store = openStore({
    dir: options.data === 'memory' ? undefined : options.data,
    fsync: options.fsync ?? false,
    settings,
    maxBytes: options.maxBytes ?? totalmem() / 4,
    now,
    warn,
  })
  const ruler = rulerOf(settings, store, now, warn)
  const handle = createRoutes({ store, settings, now, fallback: options.fallback, ruler })
  const http = createHttpServer(
    { maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => void handle(request, response),
  )
  const hub = createTailHub({ limits: settings.limits, now })
  const upgrade = createUpgrades({ store, settings, now, hub, handle })
  http.on('upgrade', (request, socket, head) => void upgrade(request, socket, head).catch(() => socket.destroy()))
  http.headersTimeout = HEADERS_TIMEOUT_MS
  http.requestTimeout = REQUEST_TIMEOUT_MS
  const sockets = new Set<Socket>()
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const timer = setInterval(() => store.expire(), EXPIRE_EVERY_MS)
  timer.unref()
  let closing: Promise<void> | undefined
  return {
    store,
    async listen() {
      const host = options.host ?? '127.0.0.1'
      const port = await listenOn(http, host, options.port ?? 3100, options.nextPorts ?? 0)
      ruler?.start()
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port }
    },
    close() {
      closing ??= new Promise((resolve) => {
        clearInterval(timer)
        hub.close()
        const end = async () => {
          await ruler?.stop()
          store.close()
          resolve()
        }
        if (!http.listening) return void end()
        http.close(() => void end())
        http.closeIdleConnections()
        // Requests under way may finish; who is still there then is cut off.
        setTimeout(() => {
          for (const socket of sockets) socket.destroy()
        }, CLOSE_GRACE_MS).unref()
      })
      return closing
    },
    push(body, { tenant: id = 'fake', format = 'protobuf' } = {}) {
      const tenant = store.tenant(id)
      try {
        const push = format === 'json' ? readJsonPush(body, tenant.names) : readProtoPush(body, tenant.names)
        return storePush(push, tenant, store, settings.limits)
      } catch (error) {
        if (error instanceof PushError) return { status: error.status, message: error.message }
        throw error
      }
    },
  }
}

const CLOSE_GRACE_MS = 3000

/** Loki takes files in the directory itself for none; here they are the rules of the one tenant. */
function rulerOf(settings: Settings, store: Store, now: () => number, warn: (message: string) => void) {
  if (settings.ruler.directory === '') return undefined
  const { ruler, limits } = settings
  return createRuler({ settings: ruler, limits, findTenant: store.findTenant, rootTenant: 'fake', now, warn })
}

function mergeSettings(options: ServerOptions): Settings {
  const settings = { ...DEFAULT_SETTINGS, ...options.settings }
  return { ...settings, limits: { ...settings.limits, ...options.limits } }
}

type HttpServer = ReturnType<typeof createHttpServer>

async function listenOn(http: HttpServer, host: string, port: number, more: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await tryPort(http, host, port === 0 ? 0 : port + attempt)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && attempt < more && port + attempt < 65_535) continue
      const why = code === 'EADDRINUSE' ? 'the port is taken; stop what holds it, or name another with --port' : message
      throw new LongshipError('port', `cannot listen on ${host}:${port + attempt}: ${why}`)
    }
  }
}

function tryPort(http: HttpServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve((http.address() as AddressInfo).port)
    })
  })
}
