/** Syslog over TCP and UDP. Messages go on as they came: the formats read priority, time, host and tag. */
import { createSocket } from 'node:dgram'
import { createServer, type Socket } from 'node:net'
import type { Entry, EntryPlace } from '../spool/entry.ts'
import { fromMillis } from '../terms/instant.ts'
import { type Address, addressText, begun, type Intake, type Listening } from './input.ts'
import { messageText, SyslogFrames } from './syslog-frames.ts'

export interface SyslogOptions {
  /** Undefined: off. */
  readonly tcp: Address | undefined
  readonly udp: Address | undefined
  readonly max_connections: number
  readonly max_message_bytes: number
  /** A connection that is silent for so long is closed. */
  readonly idle_timeout_ms: number
}

/** Datagrams that wait for the disk; what comes when there are more is dropped and counted. */
const MAX_WAITING = 20_000
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/** What the kernel may hold of datagrams while we are busy, as far as it lets us. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/** Rejects with a LongshipError when an address cannot be listened on. */
export async function listenSyslog(options: SyslogOptions, intake: Intake): Promise<Listening> {
  const listening: Listening[] = []
  try {
    if (options.tcp !== undefined) listening.push(await listenTcp(options.tcp, options, intake))
    if (options.udp !== undefined) listening.push(await listenUdp(options.udp, intake))
  } catch (error) {
    await Promise.all(listening.map((each) => each.close()))
    throw error
  }
  return {
    addresses: listening.flatMap(({ addresses }) => addresses),
    close: async () => void (await Promise.all(listening.map((each) => each.close()))),
  }
}

async function listenTcp(address: Address, options: SyslogOptions, intake: Intake): Promise<Listening> {
  const stop = new AbortController()
  const placeOf = places()
  const open = new Map<Socket, Promise<void>>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    const done = take(socket, placeOf(socket.remoteAddress), options, intake, stop.signal)
    open.set(
      socket,
      done.finally(() => open.delete(socket)),
    )
  })
  server.maxConnections = options.max_connections
  server.listen(address.port, address.host)
  await begun(server, `syslog tcp ${addressText(address)}`)
  const { port } = server.address() as { port: number }
  return {
    addresses: [`syslog tcp ${addressText({ host: address.host, port })}`],
    async close() {
      stop.abort()
      server.close()
      for (const socket of open.keys()) socket.destroy()
      await Promise.all(open.values())
    },
  }
}

/** One connection. A chunk is read when what came before it is on the disk: a full spool holds the sender up. */
async function take(
  socket: Socket,
  place: EntryPlace,
  { max_message_bytes, idle_timeout_ms }: SyslogOptions,
  intake: Intake,
  stop: AbortSignal,
): Promise<void> {
  const frames = new SyslogFrames(max_message_bytes)
  let entries: Entry[] = []
  const onMessage = (text: string, cut: number) => entries.push(entryOf(text, cut, place))
  socket.setTimeout(idle_timeout_ms).on('timeout', () => socket.destroy())
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      frames.push(chunk, onMessage)
      // A sender that is held up is not silent.
      socket.setTimeout(0)
      await store(entries, intake, stop)
      socket.setTimeout(idle_timeout_ms)
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
  while ((await intake.offer(entries)) !== 'stored') {
    if (stop.aborted) return intake.drop('syslog_stopped', entries.length)
    await intake.room(stop)
  }
}

async function listenUdp(address: Address, intake: Intake): Promise<Listening> {
  const placeOf = places()
  const socket = createSocket({
    type: address.host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: RECEIVE_BUFFER_BYTES,
  })
  let waiting: Entry[] = []
  let waitingBytes = 0
  let working: Promise<void> | undefined
  const work = async () => {
    while (waiting.length > 0) {
      const entries = waiting
      waiting = []
      waitingBytes = 0
      const appended = await intake.offer(entries)
      // Nobody waits for an answer, and nobody sends it again.
      if (appended !== 'stored') intake.drop(`syslog_udp_spool_${appended}`, entries.length)
    }
    working = undefined
  }
  socket.on('message', (bytes, { address: sender }) => {
    const text = messageText(bytes)
    if (text === '') return
    if (waiting.length >= MAX_WAITING || waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      return intake.drop('syslog_udp_too_fast', 1)
    }
    waiting.push(entryOf(text, 0, placeOf(sender)))
    waitingBytes += bytes.length
    working ??= work()
  })
  socket.bind(address.port, address.host)
  await begun(socket, `syslog udp ${addressText(address)}`)
  // A datagram that the system refuses to hand over is lost; there is nobody to tell.
  socket.on('error', () => {})
  return {
    addresses: [`syslog udp ${addressText({ host: address.host, port: socket.address().port })}`],
    async close() {
      socket.close()
      await working
    },
  }
}

function entryOf(text: string, cut: number, place: EntryPlace): Entry {
  const metadata = cut > 0 ? [['truncated_bytes', String(cut)] as const] : []
  return { time: fromMillis(Date.now()), place, metadata, text }
}

const MAX_PLACES = 1000

/** One place a sender. Its address is the host of messages that name none. */
function places(): (address: string | undefined) => EntryPlace {
  const known = new Map<string, EntryPlace>()
  return (address = '') => {
    let place = known.get(address)
    if (place === undefined) {
      const host = address.replace(/^::ffff:/, '')
      place = { input: 'syslog', around: { service: 'syslog', ...(host === '' ? {} : { host }) }, labels: [] }
      if (known.size >= MAX_PLACES) known.clear()
      known.set(address, place)
    }
    return place
  }
}
