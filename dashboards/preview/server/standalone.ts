/** The page alone, before a Loki elsewhere: nothing is stored here, and only questions go through. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPage } from './page.ts'
import { createProxy, type Upstream } from './proxy.ts'

export interface StandaloneOptions {
  readonly upstream: Upstream
  /** For people: where the questions go, without credentials. */
  readonly name: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly dashboards?: string | undefined
}

export interface Standalone {
  readonly url: string
  close(): Promise<void>
}

/** Rejects with Node's error when it cannot listen. */
export async function startStandalone({
  upstream,
  name,
  host,
  port,
  dashboards,
}: StandaloneOptions): Promise<Standalone> {
  const page = createPage({ dashboards, loki: name })
  const proxy = createProxy(upstream)
  const server = createServer((request, response) => {
    if (proxy.answer(request, response) || page(request, response)) return
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n')
  })
  server.on('upgrade', proxy.upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        proxy.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
