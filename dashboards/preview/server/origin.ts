/** Whether a request comes from the page itself. Behind the proxy lie credentials: no other site may use them. */
import type { IncomingMessage } from 'node:http'
import { cameByLoopback, isFromElsewhere } from '../../../shipper/wire/site.ts'

const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Why it is refused; undefined when it is not. */
export function refusal(request: IncomingMessage): string | undefined {
  const { headers } = request
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'other sites may not ask'
  if (isFromElsewhere(request)) return 'other sites may not ask'
  // Another site can name this machine's own address with a name of its own (DNS rebinding): then it would be one origin.
  if (cameByLoopback(request) && !LOOPBACK_NAME.test(headers.host ?? ''))
    return 'ask by the address that longship serve printed'
  return undefined
}
