/** Whether an address to listen on, or to send a secret to, is this machine's own. */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** Strict: names that only resolve to this machine are not trusted. `host`: without brackets and port. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.test(host)
}
