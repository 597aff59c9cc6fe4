/** The configuration's `loki:` as what a client of it needs: one reading for all that ask or push. */
import type { LokiConfig } from './config.ts'
import { createEndpoint, type Endpoint, type EndpointOptions } from './push/endpoint.ts'

export function endpointOptions(loki: LokiConfig): EndpointOptions {
  const { ca_file: ca, cert_file: cert, key_file: key, insecure_skip_verify: insecure } = loki.tls
  return {
    url: loki.url,
    tenant: loki.tenant,
    basicAuth: loki.basic_auth,
    bearerToken: loki.bearer_token,
    bearerTokenFile: loki.bearer_token_file,
    headers: loki.headers,
    tls: { ca, cert, key, insecure },
    timeoutMs: loki.timeout_ms,
  }
}

export function endpointOf(loki: LokiConfig, timeoutMs: number): Endpoint {
  return createEndpoint({ ...endpointOptions(loki), timeoutMs })
}
