/** An address as people give it, read as strictly as a browser would, and refused when it leads where nothing may be sent. */
import { isIP } from 'node:net'
import { type Allowed, addressFault } from './address.ts'

export type Scheme = 'http' | 'https' | 'smtp' | 'smtps'

export interface Target {
  readonly scheme: Scheme
  /** A name or an IP, lower case, without brackets and trailing dots: what is looked up, and what TLS must prove. */
  readonly host: string
  readonly port: number
  /** Path and query, of HTTP. */
  readonly path: string
  /** scheme://host:port, the port only where it is not the scheme's own. May be shown. */
  readonly origin: string
}

export type Reading = { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly fault: string }

export const HTTP_SCHEMES: readonly Scheme[] = ['http', 'https']
export const MAIL_SCHEMES: readonly Scheme[] = ['smtp', 'smtps']

const PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443, smtp: 587, smtps: 465 }

/** As DNS has them, after Punycode; what else URLs allow (; & $ …) resolvers may read in their own ways. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/

/** Names that mean this machine, or the place where a cloud hands out credentials, whatever DNS says. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:.+\.)?localhost(?:\.localdomain)?$/, 'this machine'],
  [/^(?:ip6-|ipv6-)?(?:localhost|loopback)6?$/, 'this machine'],
  [/^(?:.+\.)?(?:metadata\.google\.internal|metadata\.goog)$/, 'a metadata address (Google Cloud)'],
  [/^metadata$/, 'a metadata address'],
  [/^instance-data(?:\.ec2\.internal)?$/, 'a metadata address (AWS)'],
]

/** Faults never hold the address's path, query or user: those may be secrets. */
export function readTarget(text: string, schemes: readonly Scheme[], allowed: Allowed): Reading {
  const wrong = (fault: string): Reading => ({ ok: false, fault })
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return wrong('has spaces, control characters or backslashes')
  const scheme = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase() as Scheme | undefined
  if (scheme === undefined || !schemes.includes(scheme)) {
    return wrong(`must begin with ${schemes.map((each) => `${each}://`).join(' or ')}`)
  }
  const url = parse(text, scheme)
  if (url === undefined) return wrong('is no valid address')
  if (url.username !== '' || url.password !== '') return wrong('must not hold a user or a password')
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '')
  if (host === '') return wrong('names no host')
  if (isIP(host) === 0 && !HOST_NAME.test(host)) return wrong('names no valid host')
  const fault = hostFault(host, allowed)
  if (fault !== undefined) return wrong(`leads to where nothing may be sent: ${fault}`)
  const port = url.port === '' ? PORTS[scheme] : Number(url.port)
  if (port === 0) return wrong('names no valid port')
  const shown = isIP(host) === 6 ? `[${host}]` : host
  const origin = `${scheme}://${shown}${port === PORTS[scheme] ? '' : `:${port}`}`
  return { ok: true, target: { scheme, host, port, path: url.pathname + url.search, origin } }
}

function hostFault(host: string, allowed: Allowed): string | undefined {
  if (isIP(host) !== 0) return addressFault(host, allowed)
  const named = NAMES.find(([name]) => name.test(host))
  return named && `${host} is ${named[1]}`
}

/**
 * The host rules of HTTP for every scheme (WHATWG URL): 0x7f.1, 2130706433, 0177.0.0.1, full-width digits and percent
 * signs become the address that they mean. Of smtp: alone they would stay as written, for the resolver to understand.
 */
function parse(text: string, scheme: Scheme): URL | undefined {
  const rest = text.slice(scheme.length)
  if (scheme === 'http' || scheme === 'https') return URL.canParse(text) ? new URL(text) : undefined
  // A port that is the scheme's own is left out of a URL, so that :80 shows with https alone, and :443 with http alone.
  const [http, https] = ['http', 'https'].map((each) => (URL.canParse(each + rest) ? new URL(each + rest) : undefined))
  return http?.port === '' ? https : http
}
