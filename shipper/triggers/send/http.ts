/**
 * POST over a connection that the guard opened: body in, answer out, never an exception. No agent, so no connection is
 * used twice and no proxy of the environment is asked.
 */
import { type IncomingMessage, request } from 'node:http'
import { failureText, type Guard } from '../guard/guard.ts'
import type { Target } from '../guard/target.ts'

export interface HttpAnswer {
  readonly status: number
  /** Its beginning. */
  readonly body: string
  readonly retryAfter: string | undefined
  readonly location: string | undefined
}

export type Reply =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly isFinal: boolean; readonly fault: string }

/** What services say is short; whoever sends more is not listened to. */
const MAX_ANSWER_BYTES = 16 * 1024

export async function post(
  target: Target,
  headers: Readonly<Record<string, string>>,
  body: string,
  guard: Guard,
  signal: AbortSignal,
): Promise<Reply> {
  const opened = await guard(target, signal)
  if (!opened.ok) return opened
  const { socket } = opened
  const authority = target.origin.slice(`${target.scheme}://`.length)
  const own = { Host: authority, 'Content-Length': String(Buffer.byteLength(body)) }
  return await new Promise((resolve) => {
    const end = (reply: Reply) => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      resolve(reply)
    }
    /** With what came of the answer: once its status is known, that is what counts. */
    let finish: (() => void) | undefined
    const fail = (why: string) => {
      if (finish !== undefined) finish()
      else end({ ok: false, isFinal: false, fault: `${target.origin}: ${why}` })
    }
    const onAbort = () => fail('no answer in time')
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) return onAbort()
    const options = { method: 'POST', path: target.path, headers: { ...headers, ...own } }
    const sent = request({ ...options, createConnection: () => socket })
    sent.on('error', (error: NodeJS.ErrnoException) => fail(failureText(error)))
    sent.on('close', () => fail('the connection was closed without an answer'))
    sent.on('response', (response) => {
      finish = readAnswer(response, (answer) => end({ ok: true, answer }))
    })
    sent.end(body)
  })
}

/** Calls back at the end, when enough was read, when it breaks off, or when the function that is returned is called. */
function readAnswer(response: IncomingMessage, done: (answer: HttpAnswer) => void): () => void {
  const parts: Buffer[] = []
  let bytes = 0
  const finish = () => {
    const body = Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
    const { 'retry-after': retryAfter, location } = response.headers
    done({ status: response.statusCode ?? 0, body, retryAfter, location })
  }
  response.on('data', (part: Buffer) => {
    parts.push(part)
    bytes += part.length
    if (bytes >= MAX_ANSWER_BYTES) finish()
  })
  for (const event of ['end', 'error', 'close']) response.on(event, finish)
  return finish
}
