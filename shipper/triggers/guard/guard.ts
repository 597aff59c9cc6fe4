/**
 * The one way out: looks a host up, checks every address of the answer, and dials the very address that was checked.
 * A name that resolves differently a moment later (DNS rebinding) changes nothing, as it is not looked up again.
 */
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { within } from '../../terms/within.ts'
import { type Allowed, addressFault } from './address.ts'
import type { Target } from './target.ts'

/** Addresses of a name, as text. Rejects with what DNS says. */
export type Resolve = (host: string) => Promise<readonly string[]>
/** A socket on its way to an address that was checked. */
export type Connect = (address: string, port: number) => Socket

export interface GuardOptions {
  readonly allowed: Allowed
  readonly resolve: Resolve
  readonly connect: Connect
}

export type Opened =
  | { readonly ok: true; readonly socket: Socket }
  /** isFinal: trying again will not help. */
  | { readonly ok: false; readonly isFinal: boolean; readonly fault: string }

/** Dials until the signal aborts. Of https and smtps the socket comes after the handshake, its certificate checked. */
export type Guard = (target: Target, signal: AbortSignal) => Promise<Opened>

/** A name with more addresses is answered with all of them, but not all are tried. */
const MAX_TRIES = 3
/** For one address while there are others: one that answers nobody must not take the time of them all. */
const TRY_MS = 3000

export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

export const systemConnect: Connect = (address, port) => connectTcp({ host: address, port, noDelay: true })

export function createGuard({ allowed, resolve, connect }: GuardOptions): Guard {
  const ask = shared(resolve)
  return async (target, signal) => {
    const found = await addressesOf(target.host, ask, signal)
    if (typeof found === 'string') return { ok: false, isFinal: false, fault: found }
    // One bad address is enough: whoever answers with a public and a private one wants the second to be taken.
    const bad = found.map((address) => addressFault(address, allowed)).find((fault) => fault !== undefined)
    if (bad !== undefined) {
      const fault = `${target.origin} leads to where nothing may be sent: ${bad}`
      return { ok: false, isFinal: true, fault }
    }
    let fault = `${target.origin} has no address`
    for (const [index, address] of found.slice(0, MAX_TRIES).entries()) {
      const isLast = index === Math.min(found.length, MAX_TRIES) - 1
      const once = (until: AbortSignal) => dial(connect, target, address, until)
      const socket = await (isLast ? once(signal) : within(TRY_MS, signal, once))
      if (typeof socket !== 'string') return { ok: true, socket }
      fault = `${target.origin}: ${socket}`
      if (signal.aborted) break
    }
    return { ok: false, isFinal: false, fault }
  }
}

/**
 * Asked once at a time for each name. Questions that nobody waits for any more cannot be called off, and few are asked at
 * once (libuv's threads): those about a name whose DNS hangs must not pile up before all others.
 */
function shared(resolve: Resolve): Resolve {
  const asked = new Map<string, Promise<readonly string[]>>()
  return (host) => {
    const known = asked.get(host) ?? resolve(host).finally(() => asked.delete(host))
    asked.set(host, known)
    return known
  }
}

/** The addresses, or why there are none. getaddrinfo cannot be called off: its answer comes too late then. */
async function addressesOf(host: string, resolve: Resolve, signal: AbortSignal): Promise<readonly string[] | string> {
  if (isIP(host) !== 0) return [host]
  const looked = resolve(host).catch((error: NodeJS.ErrnoException) => {
    return `${host} cannot be looked up (${error.code ?? 'no answer'})`
  })
  const found = await Promise.race([looked, aborted(signal)])
  if (found === undefined) return `${host} cannot be looked up in time`
  if (typeof found !== 'string' && found.length === 0) return `${host} has no address`
  return found
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined)
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}

/** A connected socket, or what went wrong. */
function dial(connect: Connect, target: Target, address: string, signal: AbortSignal) {
  const isTls = target.scheme === 'https' || target.scheme === 'smtps'
  return new Promise<Socket | string>((resolve) => {
    const plain = connect(address, target.port)
    const socket = isTls ? secured(plain, target) : plain
    const end = (result: Socket | string) => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      // Whatever a dying socket still says, or one that nobody listens to yet, must not end the process.
      for (const each of [socket, plain]) {
        each.on('error', () => {})
        if (typeof result === 'string') each.destroy()
      }
      resolve(result)
    }
    const onError = (error: NodeJS.ErrnoException) => end(failureText(error))
    const onAbort = () => end('no connection in time')
    if (isTls) plain.on('error', onError)
    socket.on('error', onError)
    socket.once(isTls ? 'secureConnect' : 'connect', () => end(socket))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

/** The certificate must be the name's, not the address's. An IP has no server name (RFC 6066 §3). */
function secured(socket: Socket, { host, scheme }: Target): Socket {
  const protocols = scheme === 'https' ? { ALPNProtocols: ['http/1.1'] } : {}
  return connectTls({ socket, host, servername: isIP(host) === 0 ? host : '', ...protocols })
}

const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was reset'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ETIMEDOUT', 'the connection timed out'],
])

/** By table and code: texts of errors may say more than should be shown. */
export function failureText(error: NodeJS.ErrnoException): string {
  return FAILURES.get(error.code ?? '') ?? `the connection failed (${error.code ?? error.name})`
}
