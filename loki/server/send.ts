/** Writes a reply: its headers, and its body, compressed for whoever takes that. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Reply, TEXT } from './routes/route.ts'

const compress = promisify(gzip)

/** A smaller body fits one packet anyway. */
const MIN_GZIP_BYTES = 1400

export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  if (response.headersSent || response.destroyed) return
  if (!request.complete) {
    // What is left of the body is not read: the connection cannot go on.
    response.setHeader('Connection', 'close')
    request.resume()
  }
  response.statusCode = reply.status
  if (reply.type !== '') response.setHeader('Content-Type', reply.type)
  if (reply.type === TEXT && reply.status >= 400) response.setHeader('X-Content-Type-Options', 'nosniff')
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
  if (body.length < MIN_GZIP_BYTES || !takesGzip(request.headers['accept-encoding'])) {
    response.end(body)
    return
  }
  response.setHeader('Content-Encoding', 'gzip')
  response.setHeader('Vary', 'Accept-Encoding')
  // Off the main thread; the least effort, as answers go over fast networks.
  const packed = await compress(body, { level: constants.Z_BEST_SPEED })
  if (!response.destroyed) response.end(packed)
}

/** Whether an Accept-Encoding header takes gzip (RFC 9110 §12.5.3). */
function takesGzip(header: string | string[] | undefined): boolean {
  for (const part of String(header ?? '').split(',')) {
    const [coding, ...parameters] = part.trim().toLowerCase().split(';')
    if (coding!.trim() === 'gzip') return !parameters.some((text) => /^\s*q=0(?:\.0*)?\s*$/.test(text))
  }
  return false
}
