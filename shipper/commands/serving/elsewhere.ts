/** `serve --loki URL`: the preview page before a Loki elsewhere, with the credentials that `ship` and `query` would use. */
import { type Standalone, startStandalone } from '../../../dashboards/preview/server/standalone.ts'
import { loadConfig } from '../../config.ts'
import { endpointOf } from '../../endpoint.ts'
import { LongshipError } from '../../errors.ts'
import { headersOf, tlsOptions } from '../../push/client.ts'

export interface ElsewhereOptions {
  readonly loki: string
  readonly host: string
  /** Undefined: 3100, or the next that is free, as Loki itself may be on this machine. */
  readonly port: number | undefined
  readonly dashboards: string | undefined
}

const DEFAULT_PORT = 3100
const NEXT_PORTS = 100
const TIMEOUT_MS = 90_000

/** `name`: where the questions go, for people. */
export async function startElsewhere(options: ElsewhereOptions): Promise<Standalone & { readonly name: string }> {
  const { loki } = loadConfig({ flags: { loki: { url: options.loki } } })
  const endpoint = endpointOf(loki, TIMEOUT_MS)
  const upstream = {
    base: endpoint.base,
    headers: headersOf(endpoint) as Record<string, string>,
    tls: endpoint.base.protocol === 'https:' ? tlsOptions(endpoint) : {},
  }
  const name = endpoint.base.href.replace(/\/$/, '')
  const { host, dashboards } = options
  const first = options.port ?? DEFAULT_PORT
  const last = options.port === undefined ? first + NEXT_PORTS : first
  for (let port = first; ; port++) {
    try {
      return { ...(await startStandalone({ upstream, name, host, port, dashboards })), name }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && port < last) continue
      const why = code === 'EADDRINUSE' ? 'the port is taken; name another with --port' : message
      throw new LongshipError('port', `cannot listen on ${host}:${port}: ${why}`)
    }
  }
}
