/** Where to push, as configured: checked once, wrong values throw. */
import { LongshipError } from '../errors.ts'
import { version } from '../version.ts'

export interface TlsOptions {
  /** PEM text or the path of a file that holds it; so are cert and key. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly serverName?: string | undefined
  /** Takes any certificate. */
  readonly insecure?: boolean | undefined
}

export interface EndpointOptions {
  /** http://host:3100, with or without a path prefix; one that ends in /push is taken as it is. May hold user:password@. */
  readonly url: string
  /** X-Scope-OrgID. */
  readonly tenant?: string | undefined
  readonly basicAuth?: { readonly username: string; readonly password: string } | undefined
  readonly bearerToken?: string | undefined
  /** Read at the start, and again after each 401. */
  readonly bearerTokenFile?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly tls?: TlsOptions | undefined
  readonly timeoutMs?: number | undefined
}

export interface Endpoint extends Omit<EndpointOptions, 'url' | 'tls' | 'timeoutMs'> {
  /** The push URL, without credentials. */
  readonly url: URL
  /** What /ready and the query API stand under: the URL up to its path prefix, ending in a slash. */
  readonly base: URL
  readonly tls: TlsOptions
  readonly timeoutMs: number
  readonly isLoopback: boolean
}

export const USER_AGENT = `longship/${version}`

/** Loki gives up a request after 30 s (http_server_read_timeout). */
const DEFAULT_TIMEOUT_MS = 10_000
const PUSH_PATH = 'loki/api/v1/push'

/** Throws LongshipError for what cannot be used. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const url = parse(options.url)
  const inUrl = url.username === '' ? undefined : { username: decode(url.username), password: decode(url.password) }
  url.username = ''
  url.password = ''
  url.hash = ''
  const path = url.pathname.replace(/\/{1,8}$/, '')
  const prefix = path.replace(/\/(loki\/)?api\/(v1|prom)(\/push)?$|\/push$/, '')
  const base = new URL(url)
  base.search = ''
  base.pathname = `${prefix}/`
  url.pathname = path.endsWith('/push') ? path : `${prefix}/${PUSH_PATH}`
  checkHeaders(options)
  return {
    ...options,
    basicAuth: options.basicAuth ?? inUrl,
    url,
    base,
    tls: options.tls ?? {},
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    isLoopback: isLoopback(url.hostname),
  }
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^(::ffff:)?127\.[\d.]+$/.test(host)
}

function parse(text: string): URL {
  let url: URL | undefined
  try {
    url = new URL(text)
  } catch {}
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url
  // What was got may hold a password: only what stands behind an @ is shown.
  const shown = text.slice(text.lastIndexOf('@') + 1)
  const meant = /^[\w.-]+(:\d+)?(\/.*)?$/.test(shown) ? ` Did you mean "http://${shown}"?` : ''
  throw new LongshipError('config', `Loki's URL must be like http://host:3100, got "${shown}".${meant}`)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** node:http throws for these at the first request: too late to tell whoever wrote the configuration. */
function checkHeaders({ headers = {}, tenant, bearerToken }: EndpointOptions): void {
  const sent = { ...headers, ...(tenant && { tenant }), ...(bearerToken && { 'bearer token': bearerToken }) }
  for (const [name, value] of Object.entries(sent)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value) || !/^[\w!#$%&'*+.^`|~ -]+$/.test(name)) {
      throw new LongshipError(
        'config',
        `header "${name}" holds a character that HTTP does not allow (line end? control?)`,
      )
    }
  }
}
