/** Whether a request comes from the page itself. Behind the proxy lie credentials: no other site may use them. */
import type { IncomingMessage } from 'node:http'

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/

/** Why it is refused; undefined when it is not. */
export function refusal({ headers, socket }: IncomingMessage): string | undefined {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'other sites may not ask'
  if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host) return 'other sites may not ask'
  // Another site can name this machine's own address with a name of its own (DNS rebinding): then it would be one origin.
  const isOwn = LOOPBACK_ADDRESS.test(socket.localAddress ?? '')
  if (isOwn && !LOOPBACK_NAME.test(headers.host ?? '')) return 'ask by the address that longship serve printed'
  return undefined
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
