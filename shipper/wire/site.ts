/** From where a browser's request comes, and by which address. */
import type { IncomingMessage } from 'node:http'

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.|^::1$/

/** Whether it came in by this machine's loopback address. */
export function cameByLoopback({ socket }: IncomingMessage): boolean {
  return LOOPBACK_ADDRESS.test(socket.localAddress ?? '')
}

/** Whether it names an origin that is not the host it asks. */
export function isFromElsewhere({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined && hostOf(headers.origin) !== headers.host
}

/** undefined for what is no URL (`null`). */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
