/** Syslog over TCP (RFC 6587), and over TLS (RFC 5425): a chunk is read when what came before it is on the disk. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'
import type { Entry, EntryPlace } from '../spool/entry.ts'
import { type Address, addressText, begun, type Intake, type Listening } from './input.ts'
import { Seats } from './seats.ts'
import { SyslogFrames } from './syslog-frames.ts'
import { entryOf, places } from './syslog-place.ts'
import { renew, type TlsFiles, tlsOptions } from './tls.ts'

export interface SyslogTcpOptions {
  readonly max_connections: number
  readonly max_message_bytes: number
  /** A connection that is silent for so long loses its seat to another that wants one. */
  readonly idle_timeout_ms: number
  /** Undefined: plain TCP. */
  readonly tls: TlsFiles | undefined
}

const WHAT = 'inputs.syslog.tls'

/** Between them the system asks a silent peer whether it is still there; nine without an answer, and it is gone. */
const KEEP_ALIVE_MS = 60_000

/** Connections that are not through with their handshake. */
const MAX_HANDSHAKES = 64

export async function listenTcp(address: Address, options: SyslogTcpOptions, intake: Intake): Promise<Listening> {
  const stop = new AbortController()
  const placeOf = places()
  const open = new Map<Socket, Promise<void>>()
  const seats = new Seats<Socket>(options.max_connections, options.idle_timeout_ms, () => performance.now())
  const turnAway = () => intake.refuse('syslog_connections')
  const { server, stopRenewing } = serverOf(options, intake, (socket) => {
    socket.on('error', () => {})
    if (!seats.take(socket)) {
      turnAway()
      return void socket.destroy()
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    const heard = (isBusy: boolean) => seats.heard(socket, isBusy)
    const done = take(socket, placeOf(socket.remoteAddress), options.max_message_bytes, intake, stop.signal, heard)
    open.set(
      socket,
      done.finally(() => {
        open.delete(socket)
        seats.leave(socket)
      }),
    )
  })
  server.on('drop', turnAway)
  server.listen(address.port, address.host)
  const kind = options.tls === undefined ? 'tcp' : 'tls'
  await begun(server, `syslog ${kind} ${addressText(address)}`)
  const { port } = server.address() as { port: number }
  return {
    addresses: [`syslog ${kind} ${addressText({ host: address.host, port })}`],
    async close() {
      stop.abort()
      stopRenewing()
      server.close()
      for (const socket of open.keys()) socket.destroy()
      await Promise.all(open.values())
    },
  }
}

interface Serving {
  readonly server: Server | TlsServer
  readonly stopRenewing: () => void
}

function serverOf(options: SyslogTcpOptions, intake: Intake, onSocket: (socket: Socket) => void): Serving {
  const { tls } = options
  if (tls === undefined) return { server: createServer(onSocket), stopRenewing: () => {} }
  const server = createTlsServer(tlsOptions(tls, WHAT), onSocket)
  server.maxConnections = options.max_connections + MAX_HANDSHAKES
  server.on('tlsClientError', () => intake.refuse('syslog_handshake'))
  return { server, stopRenewing: renew(server, tls, WHAT, intake.tell) }
}

/** One connection. A full spool holds the sender up. */
async function take(
  socket: Socket,
  place: EntryPlace,
  maxBytes: number,
  intake: Intake,
  stop: AbortSignal,
  heard: (isBusy: boolean) => void,
): Promise<void> {
  const frames = new SyslogFrames(maxBytes)
  let entries: Entry[] = []
  const onMessage = (text: string, cut: number) => entries.push(entryOf(text, cut, place))
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      frames.push(chunk, onMessage)
      heard(true)
      await store(entries, intake, stop)
      heard(false)
      entries = []
    }
  } catch {
    // Reset, or closed by us: what it brought until then stands.
  }
  frames.end(onMessage)
  await store(entries, intake, stop)
  socket.destroy()
}

async function store(entries: readonly Entry[], intake: Intake, stop: AbortSignal): Promise<void> {
  if (entries.length === 0) return
  for (;;) {
    const appended = await intake.offer(entries)
    if (appended === 'stored') return
    if (appended === 'large') return intake.drop('syslog_too_large', entries.length)
    if (stop.aborted) return intake.drop('syslog_stopped', entries.length)
    await intake.room(stop)
  }
}
