/** The receiver for Grafana Faro in front of a Loki: browsers are answered at once, a queue carries their lines on. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Command } from 'commander'
import { createFaroReceiver } from '../../../logger/faro/receiver.ts'
import { lokiTransport } from '../../../logger/transports/loki.ts'
import { LINE } from '../../../logger/transports/sink.ts'
import { LongshipError } from '../../errors.ts'

export interface FaroFlags {
  readonly faroOrigin?: readonly string[]
  readonly faroKey?: string
  readonly sourceMaps?: string
}

export function addFaroFlags(command: Command): Command {
  return command
    .option('--faro-origin <origin...>', 'pages that may POST /collect, such as https://shop.example; "*": all')
    .option('--faro-key <key>', 'what pages send as x-api-key (default: LONGSHIP_FARO_KEY, else none is asked for)')
    .option('--source-maps <dir>', 'source maps of the pages: DIR/<release>/<bundle>.map or DIR/<bundle>.map')
}

export interface Collector {
  /** True when the request was answered. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Where lines go; before, requests are not taken. */
  connect(loki: { readonly url: string; readonly tenant?: string | undefined; readonly spool: string | false }): void
  /** Delivers what waits. */
  close(): Promise<void>
}

export function createCollector({ faroOrigin, faroKey, sourceMaps }: FaroFlags): Collector {
  let transport: ReturnType<typeof lokiTransport> | undefined
  const receive = createFaroReceiver({
    take: (line) => transport?.take({ [LINE]: line }),
    apiKey: faroKey ?? (process.env.LONGSHIP_FARO_KEY || undefined),
    ...(faroOrigin === undefined ? {} : { origins: faroOrigin }),
    sourceMaps,
  })
  return {
    handle: (request, response) => transport !== undefined && receive(request, response),
    connect({ url, tenant, spool }) {
      const onProblem = (problem: string) => console.error(`warning: faro: ${problem}`)
      transport = lokiTransport({ url, tenant, spool, service: 'faro', labels: ['kind', 'app'], onProblem })
    },
    async close() {
      const result = await transport?.finish(CLOSE_MS)
      if (result !== undefined && result.lost > 0) {
        throw new LongshipError('lost', `faro: ${result.lost} lines could not be delivered, and are lost`)
      }
    },
  }
}

const CLOSE_MS = 5000
