/** A Loki that fails now and then: 503, 429, a connection that breaks off. It keeps what it has acknowledged. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodePush } from '../loki-double/decode.ts'

export type Fault = 'none' | '503' | '429' | 'drop'

export interface Flaky {
  readonly url: string
  readonly requests: number
  /** Lines, each once: Loki keeps one of two entries that are the same in stream, time and text. */
  readonly lines: ReadonlySet<string>
  close(): void
}

/** `fault`: of the request with this number, from 0. */
export async function startFlaky(fault: (request: number) => Fault): Promise<Flaky> {
  const entries = new Set<string>()
  let requests = 0
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const kind = fault(requests++)
      if (kind === 'drop') return request.socket.destroy()
      if (kind !== 'none') {
        response.writeHead(Number(kind), kind === '429' ? { 'Retry-After': '0' } : {})
        return response.end(
          kind === '429' ? 'Ingestion rate limit exceeded for user fake (limit: 1 bytes/sec)' : 'busy',
        )
      }
      const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers
      for (const stream of decodePush(Buffer.concat(parts), type, encoding)) {
        const labels = [...stream.labels].join()
        for (const { ns, line } of stream.entries) entries.add(`${labels} ${ns} ${line}`)
      }
      response.writeHead(204)
      return response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    lines: entries,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
