/** Whether a page of another site sends a request: a browser asks nobody before it posts text to this machine. */
import type { IncomingMessage } from 'node:http'

/** Behind a proxy that keeps the page's origin and changes the host, the browser itself still says that it is one site. */
export function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers.origin !== undefined && hostOf(headers.origin) !== headers.host
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
