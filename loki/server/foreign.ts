/** Requests that a browser sends for a page of another site: it asks nobody before it posts text to this machine. */
import type { IncomingMessage } from 'node:http'
import { cameByLoopback, isFromElsewhere } from '../../shipper/wire/site.ts'

const OWN_HOST = /^(?:localhost|[\w-]+\.localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d{1,5})?$/i

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
