/** Asks the API of rules, triggers and events. The token goes in a header; a wrong one is asked for again. */
import { readToken } from '../page/token.ts'
import { askToken } from './asktoken.ts'
import { type Problem, problemText, readProblem } from './model/problems.ts'

/** The message is for people. */
export class ApiError extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problemText(problem))
    this.problem = problem
  }
}

const PREFIX = '/api/v1'
const TIMEOUT_MS = 20_000

export interface AskOptions {
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Longer for what itself waits for others. */
  readonly timeoutMs?: number
}

/** The answer's JSON; undefined for one without a body. Rejects with an ApiError, or the signal's reason. */
export async function ask<T>(method: string, path: string, options: AskOptions = {}): Promise<T> {
  const { body, signal, timeoutMs = TIMEOUT_MS } = options
  const isPatch = method === 'PATCH'
  const headers: Record<string, string> =
    body === undefined ? {} : { 'Content-Type': isPatch ? 'application/merge-patch+json' : 'application/json' }
  const timeout = AbortSignal.timeout(timeoutMs)
  const response = await withToken(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  })
  const text = await response.text()
  if (!response.ok) throw new ApiError(readProblem(response.status, text))
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T
  } catch {
    throw new ApiError(readProblem(response.status, ''))
  }
}

/** A stream, however long it lasts; `headers` beside the token. */
export function openStream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  return withToken(path, { headers: { ...headers, Accept: 'text/event-stream' }, signal, cache: 'no-store' })
}

/** Asks somebody for the token when there is none, and again when it is refused; gives up when they do. */
async function withToken(
  path: string,
  init: RequestInit & { readonly headers: Record<string, string> },
): Promise<Response> {
  let token = readToken() ?? (await askToken(undefined))
  for (;;) {
    if (token === undefined) throw new ApiError({ status: 401, title: 'no token was given', detail: '', errors: [] })
    const response = await send(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } })
    if (response.status !== 401) return response
    void response.body?.cancel().catch(() => {})
    token = await askToken(token)
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(PREFIX + path, { ...init, redirect: 'error', credentials: 'omit' })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'AbortError') throw error
    const title = name === 'TimeoutError' ? 'the server does not answer' : 'the server cannot be reached'
    throw new ApiError({ status: 0, title, detail: '', errors: [] })
  }
}

/** What stands in a path, whatever it holds. */
export function part(text: string): string {
  return encodeURIComponent(text)
}

/** True for what ended because its view did: nothing to tell. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
