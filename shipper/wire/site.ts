/**
 * From where a browser's request comes, and by which address: a browser asks nobody before it sends a request of another
 * site's page to this machine.
 */
import type { IncomingMessage } from 'node:http'

const OWN_HOST = /^(?:localhost|[\w-]+\.localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d{1,5})?$/i
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/

/** Whether it came in by this machine's loopback address. */
export function cameByLoopback({ socket }: IncomingMessage): boolean {
  return LOOPBACK_ADDRESS.test(socket.localAddress ?? '')
}

/** Whether it names an origin that is not the host it asks. */
export function isFromElsewhere({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined && hostOf(headers.origin) !== headers.host
}

/**
 * Whether a browser was led here by a name of its own for this machine's loopback address (DNS rebinding): it takes the
 * answer for one of that name's site. Programs may call this machine what they like.
 */
export function isRebound(request: IncomingMessage): boolean {
  const { headers } = request
  const isBrowser = headers['user-agent']?.startsWith('Mozilla/') === true
  return isBrowser && cameByLoopback(request) && !OWN_HOST.test(headers.host ?? '')
}

/** Of a page of another site. Behind a proxy that changes the host, the browser itself still says that it is one site. */
export function isForeign(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return isFromElsewhere(request)
}

/** undefined for what is no URL (`null`). */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
