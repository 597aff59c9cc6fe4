/** Reads a request's body as a JSON object: bounded in bytes, time and nesting. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { jsonFault, placeText } from './json-text.ts'
import { ProblemError } from './problem.ts'

/** For the whole body, once its head is read. */
export const BODY_TIMEOUT_MS = 10_000
const UTF_8 = /^utf-?8$/i

/** Throws a ProblemError 415, before anything of the body is read. */
export function demandType({ headers }: IncomingMessage, types: readonly string[]): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim())
  const allowed = types.join(' or ')
  if (!types.includes(type.toLowerCase())) {
    const got = type === '' ? 'none' : JSON.stringify(type.slice(0, 60))
    throw new ProblemError('type', `Content-Type must be ${allowed}, got ${got}.`)
  }
  const charset = parameters
    .find((part) => /^charset=/i.test(part))
    ?.slice('charset='.length)
    .replaceAll('"', '')
  if (charset !== undefined && !UTF_8.test(charset)) throw new ProblemError('type', 'JSON is UTF-8: leave charset out.')
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ProblemError('type', 'The body must not be compressed: leave Content-Encoding out.')
  }
}

/** Reads at most `maxBytes` and the piece that goes beyond. Throws a ProblemError (400, 413) for what is no JSON object. */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  awaitsContinue: boolean,
): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  if (awaitsContinue) response.writeContinue()
  return parseObject(await readBytes(request, maxBytes))
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('large', `The body must not be larger than ${maxBytes} bytes.`)
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    const end = (settle: () => void) => {
      clearTimeout(timer)
      request.off('data', take).off('end', done).off('error', gone).off('close', gone)
      request.pause()
      settle()
    }
    const take = (part: Buffer) => {
      size += part.length
      if (size > maxBytes) return end(() => reject(tooLarge(maxBytes)))
      parts.push(part)
    }
    const done = () => end(() => resolve(Buffer.concat(parts, size)))
    const gone = () => end(() => reject(new ProblemError('invalid', 'The body did not come whole.')))
    const late = () => end(() => reject(new ProblemError('invalid', 'The body did not come in time.')))
    const timer = setTimeout(late, BODY_TIMEOUT_MS)
    request.on('data', take).on('end', done).on('error', gone).on('close', gone)
  })
}

function parseObject(bytes: Buffer): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ProblemError('invalid', 'The body is no UTF-8.')
  }
  if (text.trim() === '') throw new ProblemError('invalid', 'A body is needed: a JSON object.')
  const fault = jsonFault(text)
  if (fault !== undefined) {
    const message = `The body is no JSON that is taken: ${placeText(text, fault.at)}: ${fault.message}.`
    throw new ProblemError('invalid', message, [{ path: '', message }])
  }
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
  const message = `The body must be a JSON object, got ${got}.`
  throw new ProblemError('invalid', message, [{ path: '', message }])
}
