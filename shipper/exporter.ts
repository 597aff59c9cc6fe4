/** Longship's own metrics over HTTP: GET /metrics and /ready. */

import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Exporter {
  readonly port: number
  close(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 5000

/** Rejects when the address cannot be listened on. */
export async function startExporter(listen: { host: string; port: number }, render: () => string): Promise<Exporter> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(render())
    else if (path === '/ready') response.end('ready\n')
    else response.writeHead(404).end()
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.listen(listen.port, listen.host)
  await once(server, 'listening')
  server.unref()
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
