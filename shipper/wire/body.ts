/** Reads a request's body: bounded, and with its content encoding off. */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflateRaw } from 'node:zlib'
import { PushError } from './pushed.ts'

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflateRaw) }

export interface BodyLimits {
  /** Loki's distributor.max_recv_msg_size: bytes on the wire. */
  readonly received: number
  /** Bytes after decompression. */
  readonly decompressed: number
}

/** Throws a PushError: 413 when the body is larger than it may be. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (size: number) =>
    new PushError(413, `request body too large: message size too large than max (${size} vs ${maxBytes})`)
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > maxBytes) throw tooLarge(announced)
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) throw tooLarge(size)
    parts.push(part)
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size)
}

/** Takes gzip or raw deflate off; throws a PushError for what is damaged or too large. */
export async function decompress(bytes: Buffer, encoding: 'gzip' | 'deflate', maxBytes: number): Promise<Buffer> {
  try {
    return await unzip[encoding](bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw decompressedTooLarge(maxBytes)
    if (code === 'Z_BUF_ERROR') throw new PushError(400, 'unexpected EOF')
    throw new PushError(400, encoding === 'gzip' && code === 'Z_DATA_ERROR' ? 'gzip: invalid header' : message)
  }
}

export function decompressedTooLarge(maxBytes: number): PushError {
  return new PushError(413, `request body too large: decompressed message size too large than max (${maxBytes})`)
}
