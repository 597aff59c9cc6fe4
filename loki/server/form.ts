/**
 * What a request asks: its path and its parameters, read as Go reads them (net/url, http.Request.ParseForm),
 * so that what is malformed is refused with the same words.
 */
import type { IncomingMessage } from 'node:http'
import { readBody } from '../../shipper/wire/body.ts'
import { QueryError } from '../logql/error.ts'

export interface Target {
  /** Decoded: a%2Fb is a/b. */
  readonly path: string
  /** Behind the question mark, as it was sent; '' when there is none. */
  readonly query: string
}

/** Splits a request's target, which may also be absolute. Throws a QueryError for a path that cannot be decoded. */
export function readTarget(url: string): Target {
  const bare = url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = bare.indexOf('?')
  const path = mark < 0 ? bare : bare.slice(0, mark)
  return { path: decode(path === '' ? '/' : path, false), query: mark < 0 ? '' : bare.slice(mark + 1) }
}

/** frontend.max-body-size. */
const MAX_FORM_BYTES = 10 * 1024 * 1024

/**
 * The parameters of a request: those of its form stand before those of its URL. Throws a QueryError (400, 413);
 * a lenient reader leaves pairs out that cannot be read.
 */
export async function readForm(request: IncomingMessage, query: string, isLenient = false): Promise<URLSearchParams> {
  const form = new URLSearchParams()
  if (request.method === 'POST' && isForm(request.headers['content-type'] ?? 'application/octet-stream')) {
    appendQuery(form, (await readBody(request, MAX_FORM_BYTES)).toString('latin1'), isLenient)
  }
  appendQuery(form, query, isLenient)
  return form
}

function isForm(contentType: string): boolean {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (type === '') throw new QueryError(400, 'mime: no media type')
  return type === 'application/x-www-form-urlencoded'
}

/** Adds the pairs of a query text, whose characters are bytes. */
function appendQuery(form: URLSearchParams, text: string, isLenient: boolean): void {
  for (const pair of text.split('&')) {
    if (pair === '') continue
    try {
      appendPair(form, pair)
    } catch (error) {
      if (!isLenient) throw error
    }
  }
}

function appendPair(form: URLSearchParams, pair: string): void {
  if (pair.includes(';')) throw new QueryError(400, 'invalid semicolon separator in query')
  const equals = pair.indexOf('=')
  const name = decode(equals < 0 ? pair : pair.slice(0, equals), true)
  form.append(name, equals < 0 ? '' : decode(pair.slice(equals + 1), true))
}

function decode(text: string, isQuery: boolean): string {
  const plain = isQuery ? text.replaceAll('+', ' ') : text
  if (!plain.includes('%')) return isAscii(plain) ? plain : Buffer.from(plain, 'latin1').toString('utf8')
  const bytes = Buffer.from(plain, 'latin1')
  let used = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x25) {
      bytes[used++] = bytes[at]!
      continue
    }
    const digits = plain.slice(at + 1, at + 3)
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      throw new QueryError(400, `invalid URL escape ${JSON.stringify(plain.slice(at, at + 3))}`)
    }
    bytes[used++] = Number.parseInt(digits, 16)
    at += 2
  }
  return bytes.toString('utf8', 0, used)
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}
