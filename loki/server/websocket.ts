/**
 * The server's side of a websocket (RFC 6455), as far as tailing needs it: text, ping and close go out; pings are
 * answered, a close is, and everything else that comes in is read and forgotten.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { isFromElsewhere, isRebound } from '../../shipper/wire/site.ts'

export interface WebSocket {
  text(message: string): void
  ping(): void
  /** Says why, and ends the connection. */
  close(code: number, reason: string): void
  /** Bytes that the client has not taken yet. */
  pending(): number
  /** Called once, when the connection ends, whoever ends it. */
  onEnd(listener: () => void): void
}

/** Close codes (RFC 6455 §7.4.1). */
export const CLOSE = { normal: 1000, protocol: 1002, tooLarge: 1009, internal: 1011, goingAway: 1001 } as const

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
const CONTROL = 8
/** Nobody has anything to say to a tail: larger frames are refused. */
const MAX_INCOMING = 64 * 1024
/** A client gets so long to answer a close. */
const CLOSE_MS = 1000
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Why a request cannot become a websocket: the status, and headers that go with it; undefined when it can. */
export function refuseUpgrade(request: IncomingMessage): { status: number; message: string } | undefined {
  const { headers, method } = request
  const has = (header: string | undefined, word: string) =>
    (header ?? '').split(',').some((part) => part.trim().toLowerCase() === word)
  if (!has(headers.connection, 'upgrade') || !has(headers.upgrade, 'websocket')) return BAD
  if (method !== 'GET') return { status: 405, message: 'Method Not Allowed' }
  if (headers['sec-websocket-version'] !== '13') return BAD
  if (Buffer.from(headers['sec-websocket-key'] ?? '', 'base64').length !== 16) return BAD
  // A page of another site must not read along; Loki lets it.
  if (isRebound(request) || isFromElsewhere(request)) return { status: 403, message: 'Forbidden' }
  return undefined
}

const BAD = { status: 400, message: 'Bad Request' }

/** Answers the handshake of a request that refuseUpgrade has nothing against. */
export function acceptUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): WebSocket {
  const key = `${request.headers['sec-websocket-key']}${MAGIC}`
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  const listeners: (() => void)[] = []
  let isEnded = false
  let isClosing = false
  const end = () => {
    if (isEnded) return
    isEnded = true
    for (const listener of listeners) listener()
  }
  const write = (opcode: number, payload: Buffer) => {
    if (!isEnded && !isClosing && !socket.destroyed)
      socket.write(Buffer.concat([frameHead(opcode, payload.length), payload]))
  }
  const close = (code: number, reason: string) => {
    write(OPCODE.close, closePayload(code, reason))
    isClosing = true
    socket.end()
    setTimeout(() => socket.destroy(), CLOSE_MS).unref()
    end()
  }
  const reader = createReader({
    frame(opcode, payload) {
      if (opcode === OPCODE.ping) write(OPCODE.pong, payload)
      else if (opcode === OPCODE.close) close(payload.length >= 2 ? payload.readUInt16BE(0) : CLOSE.normal, '')
    },
    fail: (code) => close(code, ''),
  })
  socket.on('data', (data: Buffer) => {
    if (!isClosing) reader(data)
  })
  socket.on('error', () => socket.destroy())
  socket.on('end', () => socket.end())
  socket.on('close', end)
  if (head.length > 0) reader(head)
  return {
    text: (message) => write(OPCODE.text, Buffer.from(message)),
    ping: () => write(OPCODE.ping, Buffer.alloc(0)),
    close,
    pending: () => socket.writableLength,
    onEnd: (listener) => void (isEnded ? listener() : listeners.push(listener)),
  }
}

function frameHead(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length])
  if (length < 65_536) return Buffer.from([0x80 | opcode, 126, length >> 8, length & 255])
  const head = Buffer.alloc(10)
  head[0] = 0x80 | opcode
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** A reason may take 123 bytes; codes that must not be sent are made normal. */
function closePayload(code: number, reason: string): Buffer {
  const sent = code >= 1000 && code < 5000 && ![1004, 1005, 1006, 1015].includes(code) ? code : CLOSE.normal
  let text = Buffer.from(reason)
  if (text.length > 123) text = Buffer.from(text.toString('utf8', 0, 120).replace(/\ufffd+$/, ''))
  const payload = Buffer.alloc(2 + text.length)
  payload.writeUInt16BE(sent)
  text.copy(payload, 2)
  return payload
}

interface FrameListener {
  frame(opcode: number, payload: Buffer): void
  fail(code: number): void
}

/** Takes bytes as they come, gives control frames whole, and lets messages pass by unread. */
function createReader({ frame, fail }: FrameListener): (data: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0)
  /** Bytes of a message still to come. */
  let skipped = 0
  let isFailed = false
  const refuse = (code: number) => {
    isFailed = true
    fail(code)
  }
  return (data) => {
    let rest = waiting.length === 0 ? data : Buffer.concat([waiting, data])
    while (!isFailed) {
      const skip = Math.min(skipped, rest.length)
      skipped -= skip
      rest = rest.subarray(skip)
      if (rest.length < 2 || skipped > 0) break
      const opcode = rest[0]! & 0x0f
      const size = rest[1]! & 0x7f
      const isControl = opcode >= CONTROL
      const isKnown = opcode <= 2 || (isControl && opcode <= OPCODE.pong)
      // Extensions were not agreed on, clients mask, and control frames are short and whole.
      const isWhole = (rest[0]! & 0x80) !== 0
      if ((rest[0]! & 0x70) !== 0 || (rest[1]! & 0x80) === 0 || !isKnown) return refuse(CLOSE.protocol)
      if (isControl && (size > 125 || !isWhole)) return refuse(CLOSE.protocol)
      const headSize = (size === 126 ? 4 : size === 127 ? 10 : 2) + 4
      if (rest.length < headSize) break
      const length = size === 126 ? rest.readUInt16BE(2) : size === 127 ? Number(rest.readBigUInt64BE(2)) : size
      if (length > MAX_INCOMING) return refuse(CLOSE.tooLarge)
      if (!isControl) {
        skipped = length
        rest = rest.subarray(headSize)
        continue
      }
      if (rest.length < headSize + length) break
      const mask = rest.subarray(headSize - 4, headSize)
      const payload = Buffer.from(rest.subarray(headSize, headSize + length))
      for (let i = 0; i < length; i++) payload[i]! ^= mask[i & 3]!
      rest = rest.subarray(headSize + length)
      frame(opcode, payload)
    }
    waiting = Buffer.from(rest)
  }
}
