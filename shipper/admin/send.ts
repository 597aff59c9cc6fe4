/** Writes answers: what every one of them carries, JSON, and problems. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { JSON_TYPE } from './operation.ts'
import { KINDS, ProblemError, problemOf } from './problem.ts'

/** Nothing is kept, framed, sniffed or run; no other site is allowed anything, so there is no CORS header. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}
export const PROBLEM_TYPE = 'application/problem+json'

export interface Sent {
  readonly status: number
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

export function send(request: IncomingMessage, response: ServerResponse, { status, type, text, headers }: Sent): void {
  if (response.destroyed || response.headersSent) return
  // A body that was not read would be taken for the next request.
  if (hasUnreadBody(request)) response.setHeader('Connection', 'close')
  const body = Buffer.from(text)
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': body.length, ...headers })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** At its head a request without a body is not complete either. */
function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  json: unknown,
  headers = {},
): void {
  send(request, response, { status, type: JSON_TYPE, text: JSON.stringify(json), headers })
}

/** Whatever was thrown: of what is no ProblemError nothing is told but that it happened. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, error: unknown): number {
  const known = error instanceof ProblemError ? error : new ProblemError('broken', 'This is a fault of Longship.')
  const { kind, message, errors, headers } = known
  const { status } = KINDS[kind]
  const text = JSON.stringify(problemOf(kind, message, errors))
  send(request, response, { status, type: PROBLEM_TYPE, text, headers })
  return status
}
