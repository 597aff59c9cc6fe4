/** What the server's tests share: a server in memory on a free port, pushes in every encoding, and queries. */
import { compress } from 'snappyjs'
import { createServer, type ServerOptions } from '../../loki/server/server.ts'

/** 2026-11-21T12:00:00Z: the tests' clock stands still. */
export const NOW = 1_795_262_400_000

export interface Harness {
  readonly url: string
  push(body: unknown, headers?: Record<string, string>): Promise<{ status: number; text: string }>
  send(path: string, body: Buffer | string, headers: Record<string, string>): Promise<{ status: number; text: string }>
  get(
    path: string,
    params?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string }>
  /** `data` of a query_range over the hour up to NOW (or what params say). */
  query(query: string, params?: Record<string, string>, headers?: Record<string, string>): Promise<QueryData>
}

export interface QueryData {
  readonly resultType: string
  readonly encodingFlags?: string[]
  // biome-ignore lint/suspicious/noExplicitAny: the answer's shape is what the tests look at
  readonly result: any[]
  readonly stats: Record<string, Record<string, number>>
}

/** Runs `test` against a fresh server; warnings are collected. */
export async function withServer(
  options: ServerOptions,
  test: (loki: Harness, warnings: string[]) => Promise<void>,
): Promise<void> {
  const warnings: string[] = []
  const server = createServer({
    port: 0,
    data: 'memory',
    now: () => NOW,
    warn: (message) => warnings.push(message),
    ...options,
  })
  const { url } = await server.listen()
  try {
    await test(harness(url), warnings)
  } finally {
    await server.close()
  }
}

export function harness(url: string): Harness {
  const answer = async (response: Response) => ({ status: response.status, text: await response.text() })
  const send: Harness['send'] = async (path, body, headers) =>
    answer(await fetch(url + path, { method: 'POST', headers, body: body as string }))
  const get: Harness['get'] = async (path, params = {}, headers = {}) =>
    answer(await fetch(`${url}${path}?${new URLSearchParams(params)}`, { headers }))
  return {
    url,
    send,
    get,
    push: (body, headers = {}) =>
      send('/loki/api/v1/push', JSON.stringify(body), { 'Content-Type': 'application/json', ...headers }),
    async query(query, params = {}, headers = {}) {
      const { status, text } = await get(
        '/loki/api/v1/query_range',
        { query, start: ns(-3_600_000), end: ns(1), ...params },
        headers,
      )
      if (status !== 200) throw new Error(`${status} ${text}`)
      return JSON.parse(text).data
    },
  }
}

/** Nanoseconds of NOW plus so many milliseconds, as text. */
export function ns(offsetMs = 0): string {
  return String(BigInt(NOW + offsetMs) * 1_000_000n)
}

type Pairs = Readonly<Record<string, string>>
export type Values = readonly (readonly [time: string, line: string, metadata?: Pairs])[]

/** A JSON push of one stream. */
export function stream(labels: Pairs, values: Values): { streams: unknown[] } {
  return { streams: [{ stream: labels, values }] }
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128)
  return Buffer.from([...bytes, value])
}

export function field(tag: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string)
  return Buffer.concat([Buffer.from([tag]), varint(bytes.length), bytes])
}

/** A push in push.proto, not compressed. */
export function proto(streams: readonly { labels: string; values: Values }[]): Buffer {
  return Buffer.concat(
    streams.map(({ labels, values }) => {
      const entries = values.map(([time, line, metadata = {}]) => {
        const nanos = BigInt(time)
        const stamp = Buffer.concat([
          Buffer.from([0x08]),
          varint(Number(nanos / 1_000_000_000n)),
          Buffer.from([0x10]),
          varint(Number(nanos % 1_000_000_000n)),
        ])
        const pairs = Object.entries(metadata).map(([name, value]) =>
          field(0x1a, Buffer.concat([field(0x0a, name), field(0x12, value)])),
        )
        return field(0x12, Buffer.concat([field(0x0a, stamp), field(0x12, line), ...pairs]))
      })
      return field(0x0a, Buffer.concat([field(0x0a, labels), ...entries]))
    }),
  )
}

export function snap(bytes: Buffer): Buffer {
  return Buffer.from(compress(bytes))
}
