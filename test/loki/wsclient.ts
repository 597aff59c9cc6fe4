/** A websocket client for tests: raw, so that it can also send what no client should. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface WsClient {
  /** The answer's head, up to the empty line. */
  readonly head: string
  readonly socket: Socket
  /** Text frames so far. */
  readonly messages: string[]
  /** Pings so far. */
  pings: number
  pongs: number
  /** Code and reason of the server's close frame, once it came. */
  closed: { readonly code: number; readonly reason: string } | undefined
  /** Resolves when the condition holds; fails after five seconds. */
  until(condition: () => boolean): Promise<void>
  send(opcode: number, payload?: Buffer | string): void
}

export async function openWebSocket(
  url: string,
  headers: Record<string, string> = {},
  { isReading = true } = {},
): Promise<WsClient> {
  const { hostname, port, pathname, search } = new URL(url)
  const socket = connect(Number(port), hostname)
  const lines = {
    Host: `${hostname}:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n`)
  for (const [name, value] of Object.entries(lines)) if (value !== '') socket.write(`${name}: ${value}\r\n`)
  socket.write('\r\n')
  let waiting: Buffer = Buffer.alloc(0)
  let wake = () => {}
  const client: { -readonly [Key in keyof WsClient]: WsClient[Key] } = {
    head: '',
    socket,
    messages: [],
    pings: 0,
    pongs: 0,
    closed: undefined,
    until: (condition) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`waited in vain for ${condition}`)), 30_000)
        wake = () => {
          if (!condition()) return
          clearTimeout(timer)
          resolve()
        }
        wake()
      }),
    send: (opcode, payload = '') => void socket.write(maskedFrame(opcode, Buffer.from(payload as string))),
  }
  socket.on('error', () => {})
  socket.on('close', () => wake())
  socket.on('data', (data) => {
    waiting = Buffer.concat([waiting, data])
    const end = client.head === '' ? waiting.indexOf('\r\n\r\n') : -1
    if (end >= 0) {
      client.head = waiting.toString('latin1', 0, end)
      waiting = waiting.subarray(end + 4)
      if (!isReading) socket.pause()
    }
    if (client.head.includes(' 101 ')) waiting = readFrames(waiting, client)
    wake()
  })
  await client.until(() => client.head !== '' || socket.destroyed)
  return client
}

function readFrames(
  bytes: Buffer,
  client: { messages: string[]; pings: number; pongs: number; closed: WsClient['closed'] },
): Buffer {
  let rest = bytes
  while (rest.length >= 2) {
    let length = rest[1]! & 0x7f
    let at = 2
    if (length === 126) {
      if (rest.length < 4) return rest
      length = rest.readUInt16BE(2)
      at = 4
    } else if (length === 127) {
      if (rest.length < 10) return rest
      length = Number(rest.readBigUInt64BE(2))
      at = 10
    }
    if (rest.length < at + length) return rest
    const payload = rest.subarray(at, at + length)
    const opcode = rest[0]! & 0x0f
    if (opcode === 1) client.messages.push(payload.toString())
    if (opcode === 9) client.pings++
    if (opcode === 10) client.pongs++
    if (opcode === 8) client.closed = { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) }
    rest = rest.subarray(at + length)
  }
  return rest
}

export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4)
  const head =
    payload.length < 126
      ? [0x80 | opcode, 0x80 | payload.length]
      : [0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from(head), mask, payload.map((byte, i) => byte ^ mask[i % 4]!)])
}
