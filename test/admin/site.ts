/** An API that listens, for tests: asked by fetch, or with bytes as they are. */
import { connect } from 'node:net'
import { type Admin, type AdminOptions, type AdminServer, createAdmin, startAdmin } from '../../shipper/admin/admin.ts'
import { createFakes, type Fakes } from './fakes.ts'

export const TOKEN = 'a-token-that-nobody-can-guess'

export interface Site {
  readonly url: string
  readonly port: number
  readonly admin: Admin
  readonly fakes: Fakes
  readonly clock: { ms: number }
  readonly server: AdminServer
  /** With the token unless told otherwise. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Asked>
}

export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever is answered
  readonly json: any
}

type Options = Partial<Omit<AdminOptions, 'limits'>> & {
  readonly limits?: Partial<AdminOptions['limits']>
  readonly page?: Parameters<typeof startAdmin>[0]['page']
  readonly idle_ms?: number
  readonly head_ms?: number
}

/** `limits`: no rate to speak of unless told otherwise. */
export async function withSite(options: Options, use: (site: Site) => Promise<void>): Promise<void> {
  const fakes = createFakes()
  const clock = { ms: Date.UTC(2026, 10, 21, 12) }
  const limits = { requests_per_minute: 1_000_000, max_body_bytes: 4096, ...options.limits }
  const { page, idle_ms, head_ms, ...rest } = options
  const admin = createAdmin({ ...fakes, token: TOKEN, now: () => clock.ms, ...rest, limits })
  const server = await startAdmin({
    listen: { host: '127.0.0.1', port: 0 },
    admin,
    page,
    ...(idle_ms !== undefined && { idle_ms }),
    ...(head_ms !== undefined && { head_ms }),
  })
  const { url, port } = server
  try {
    await use({ url, port, admin, fakes, clock, server, ask: (...args) => ask(url, ...args) })
  } finally {
    await server.close()
  }
}

async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const isText = typeof body === 'string' || body === undefined || body instanceof Uint8Array
  const all = {
    authorization: `Bearer ${TOKEN}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
  const answer = await fetch(url + path, {
    method,
    headers: given,
    body: (isText ? body : JSON.stringify(body)) as string,
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== ''
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** Sends bytes as they are and resolves with all that came back, when the server closes or `isDone`, or after `ms`. */
export function raw(port: number, text: string | Buffer, isDone = (_: string) => false, ms = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      if (isDone(answer)) socket.destroy()
    })
    socket.on('close', () => resolve(answer))
    socket.setTimeout(ms, () => socket.destroy())
    socket.write(text)
  })
}
