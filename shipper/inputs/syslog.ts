/** Syslog over TCP and UDP. Messages go on as they came: the formats read priority, time, host and tag. */
import { createSocket } from 'node:dgram'
import type { Entry } from '../spool/entry.ts'
import { type Address, addressText, begun, type Intake, type Listening } from './input.ts'
import { messageText } from './syslog-frames.ts'
import { entryOf, places } from './syslog-place.ts'
import { listenTcp, type SyslogTcpOptions } from './syslog-tcp.ts'
import { kernelDrops } from './udp-drops.ts'

export interface SyslogOptions extends SyslogTcpOptions {
  /** Undefined: off. */
  readonly tcp: Address | undefined
  readonly udp: Address | undefined
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
    if (options.udp !== undefined) listening.push(await listenUdp(options.udp, options.max_message_bytes, intake))
  } catch (error) {
    await Promise.all(listening.map((each) => each.close()))
    throw error
  }
  return {
    addresses: listening.flatMap(({ addresses }) => addresses),
    close: async () => void (await Promise.all(listening.map((each) => each.close()))),
  }
}

async function listenUdp(address: Address, maxBytes: number, intake: Intake): Promise<Listening> {
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
    const text = messageText(bytes.subarray(0, maxBytes))
    if (text === '') return
    if (waiting.length >= MAX_WAITING || waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      return intake.drop('syslog_udp_too_fast', 1)
    }
    waiting.push(entryOf(text, Math.max(0, bytes.length - maxBytes), placeOf(sender)))
    waitingBytes += bytes.length
    working ??= work()
  })
  socket.bind(address.port, address.host)
  await begun(socket, `syslog udp ${addressText(address)}`)
  const stopWatching = watchDrops(socket.address().port, intake)
  // A datagram that the system refuses to hand over is lost; there is nobody to tell.
  socket.on('error', () => {})
  return {
    addresses: [`syslog udp ${addressText({ host: address.host, port: socket.address().port })}`],
    async close() {
      stopWatching()
      socket.close()
      await working
    },
  }
}

const WATCH_MS = 5000

/** Counts what the system dropped; returns how to stop, after a last look. */
function watchDrops(port: number, intake: Intake): () => void {
  let counted = kernelDrops(port)
  const look = () => {
    const drops = kernelDrops(port)
    if (drops > counted) intake.drop('syslog_udp_system', drops - counted)
    counted = drops
  }
  const timer = setInterval(look, WATCH_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    look()
  }
}
