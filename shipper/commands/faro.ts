/** `longship faro`: what browsers send with Grafana Faro's web SDK, into a Loki. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Command, InvalidArgumentError } from 'commander'
import { LongshipError } from '../errors.ts'
import { parseArguments } from './arguments.ts'
import { addFaroFlags, createCollector, type FaroFlags } from './serving/faro.ts'

interface Options extends FaroFlags {
  readonly to?: string
  readonly tenant?: string
  readonly port: number
  readonly host: string
  readonly spool: string
}

/** Runs until SIGINT or SIGTERM. Exit code 0, 1 when lines were lost, 2 for wrong usage or a taken port. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments<Options>(describe(), argv)
  if (parsed === undefined) return 0
  const { options } = parsed
  const url = options.to ?? process.env.LOKI_URL ?? 'http://127.0.0.1:3100'
  const collector = createCollector(options)
  collector.connect({ url, tenant: options.tenant ?? process.env.LOKI_TENANT_ID, spool: options.spool })
  const server = createServer((request, response) => {
    if (collector.handle(request, response)) return
    const isReady = request.url === '/-/ready'
    response.writeHead(isReady ? 200 : 404, { 'Content-Type': 'text/plain' })
    response.end(isReady ? 'ready\n' : 'POST /collect\n')
  })
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const port = await listen(server, options)
  const shown = new URL(url)
  console.error(`longship faro: POST http://${options.host}:${port}/collect, on to ${shown.host}; Ctrl-C stops`)
  await stopped
  server.close()
  server.closeIdleConnections()
  await collector.close()
  return 0
}

function describe(): Command {
  const command = new Command('faro')
    .description("Receives what browsers send with Grafana Faro's web SDK, and pushes it to Loki.")
    .option('--to <url>', 'Loki (default: LOKI_URL, else http://127.0.0.1:3100)')
    .option('--tenant <id>', 'X-Scope-OrgID (default: LOKI_TENANT_ID)')
    .option('--port <number>', 'port to listen on', readPort, 12_347)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--spool <dir>', 'what Loki did not take before the end is kept here for the next start', '.longship/spool')
  return addFaroFlags(command)
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('Must be from 0 to 65535.')
  return Number(text)
}

function listen(server: ReturnType<typeof createServer>, { port, host }: Options): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => reject(new LongshipError('port', `cannot listen: ${message}`)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}
