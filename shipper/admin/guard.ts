/** Who may ask, and how often: sites, tokens and rates, before anything else of a request is read. */
import type { IncomingMessage } from 'node:http'
import { secretCheck } from '../wire/secret.ts'
import { isForeign, isRebound } from '../wire/site.ts'
import { ProblemError } from './problem.ts'
import { createRate } from './rate.ts'

export interface GuardOptions {
  readonly token: string
  readonly requests_per_minute: number
  /** Milliseconds. */
  readonly now: () => number
}

/** Throws a ProblemError 400, 401, 403 or 429. `isPublic`: needs no token. */
export type Guard = (request: IncomingMessage, isPublic: boolean) => void

/** Wrong tokens of one address; a right one is never kept waiting for them. */
export const FAILURES_PER_MINUTE = 10
/** Of two of them, whoever stands in front may have looked at the other one. */
const SINGLE_HEADERS = ['host', 'authorization', 'content-type', 'origin', 'last-event-id']

export function createGuard({ token, requests_per_minute: perMinute, now }: GuardOptions): Guard {
  const isToken = secretCheck(token)
  // What strangers use up must not be missing to those who may: an address has a bucket of each kind.
  const known = createRate(perMinute, now)
  const strange = createRate(perMinute, now)
  const failed = createRate(Math.min(FAILURES_PER_MINUTE, perMinute), now)
  return (request, isPublic) => {
    const address = request.socket.remoteAddress ?? ''
    const given = bearerOf(request)
    // Always compared, so that a missing and a wrong token take the same time.
    const isKnown = isToken(given) && given !== undefined
    wait((isKnown ? known : strange).take(address))
    demandSingle(request)
    if (isForeign(request) || (!isKnown && isRebound(request))) {
      throw new ProblemError('foreign', 'Pages of other sites may not ask. Ask by the address that longship printed.')
    }
    if (isKnown || (isPublic && given === undefined)) return
    if (given !== undefined) wait(failed.take(address))
    throw unauthorized(given === undefined)
  }
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  const { authorization } = headers
  if (authorization === undefined) return undefined
  // RFC 9110 §11.1: the scheme's case does not matter.
  return /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
}

function wait(seconds: number | undefined): void {
  if (seconds === undefined) return
  throw new ProblemError('crowded', `Come again in ${seconds} s.`, [], { 'Retry-After': String(seconds) })
}

function demandSingle({ rawHeaders }: IncomingMessage): void {
  for (const name of SINGLE_HEADERS) {
    const count = rawHeaders.filter((each, i) => i % 2 === 0 && each.toLowerCase() === name).length
    if (count > 1) throw new ProblemError('invalid', `The header ${name} came ${count} times.`)
  }
}

/** RFC 6750 §3: an error code only for who said something. */
function unauthorized(isMissing: boolean): ProblemError {
  const challenge = `Bearer realm="longship"${isMissing ? '' : ', error="invalid_token"'}`
  const detail = isMissing ? 'Authorization: Bearer TOKEN is needed.' : 'This token is not the one.'
  return new ProblemError('unauthorized', detail, [], { 'WWW-Authenticate': challenge })
}
