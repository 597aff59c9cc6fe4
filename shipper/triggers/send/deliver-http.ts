/** An HTTP message to its service: signed, redirects checked, and the answer judged. */
import type { Allowed } from '../guard/address.ts'
import type { Guard } from '../guard/guard.ts'
import { HTTP_SCHEMES, readTarget, type Target } from '../guard/target.ts'
import type { HttpMessage, Shape } from '../shapes/shape.ts'
import type { TriggerSettings } from '../trigger.ts'
import { type HttpAnswer, post } from './http.ts'
import type { Outcome } from './outcome.ts'
import { SIGNATURE_HEADER, signatureOf } from './sign.ts'

export interface HttpWay {
  readonly guard: Guard
  readonly allowed: Allowed
  readonly now: () => number
  readonly userAgent: string
}

/**
 * Redirects are followed this often, when they keep method and body (307, 308) and stay with the server: what is sent,
 * its secrets with it, goes to whom it was meant for. Each is looked up and checked as the first address was.
 */
const MAX_REDIRECTS = 3

export async function deliverHttp(
  message: HttpMessage,
  settings: TriggerSettings,
  shape: Shape,
  deliveryId: string,
  way: HttpWay,
  signal: AbortSignal,
): Promise<Outcome> {
  const first = readTarget(message.url, HTTP_SCHEMES, way.allowed)
  if (!first.ok) return { kind: 'refused', error: `url ${first.fault}` }
  let { target } = first
  for (let hops = 0; ; hops++) {
    const headers = headersOf(message, settings, deliveryId, way)
    const reply = await post(target, headers, message.body, way.guard, signal)
    if (!reply.ok) return { kind: reply.isFinal ? 'refused' : 'retry', error: reply.fault }
    const { answer } = reply
    if (answer.status < 300 || answer.status > 399) return verdict(answer, target, shape, way.now())
    const next = followed(target, answer, way.allowed)
    const fault = typeof next === 'string' ? next : hops === MAX_REDIRECTS ? 'redirects without end' : undefined
    if (fault !== undefined) return { kind: 'refused', error: `${target.origin} ${fault}`, status: answer.status }
    target = next as Target
  }
}

/** Names as given, one of each; the trigger's own stand for ours of the same name, which are not secret. */
export function headersOf(
  { headers, body }: HttpMessage,
  { secret, headers: own = {} }: TriggerSettings,
  deliveryId: string,
  { now, userAgent }: Pick<HttpWay, 'now' | 'userAgent'>,
): Record<string, string> {
  const all = {
    'User-Agent': userAgent,
    'Content-Type': 'application/json',
    // The same in every attempt, so that a receiver can tell what it has seen.
    'X-Longship-Delivery': deliveryId,
    ...headers,
    ...(secret === undefined ? {} : { [SIGNATURE_HEADER]: signatureOf(secret, body, now()) }),
  }
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()))
  return Object.fromEntries([
    ...Object.entries(all).filter(([name]) => !taken.has(name.toLowerCase())),
    ...Object.entries(own),
  ])
}

/** Where a redirect leads, or why it is not followed. */
function followed(from: Target, { status, location }: HttpAnswer, allowed: Allowed): Target | string {
  if (location === undefined) return `answered ${status}`
  const base = `${from.origin}${from.path}`
  if (!URL.canParse(location, base)) return `answered ${status}, a redirect to no valid address`
  const read = readTarget(new URL(location, base).href, HTTP_SCHEMES, allowed)
  if (!read.ok) return `answered ${status}, a redirect that ${read.fault}`
  const to = read.target
  const isUpgrade = from.scheme === 'http' && from.port === 80 && to.scheme === 'https' && to.port === 443
  if (to.host !== from.host || (to.origin !== from.origin && !isUpgrade)) {
    return `answered ${status}, a redirect to another server (${to.origin}): give that address if it is right`
  }
  if (status !== 307 && status !== 308) return `answered ${status}, a redirect that drops what was sent`
  return to
}

/** 408, 425, 429 and what the server blames itself for pass; other refusals do not. */
function verdict(answer: HttpAnswer, target: Target, shape: Shape, nowMs: number): Outcome {
  const { status, body } = answer
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  const reason = shape.reason?.(body)
  const error = `${target.origin} answered ${status}${reason === undefined || reason === '' ? '' : `: ${reason}`}`
  if (status < 500 && status !== 408 && status !== 425 && status !== 429) return { kind: 'refused', error, status }
  const afterMs = retryAfterMs(answer.retryAfter, nowMs) ?? shape.waitMs?.(body)
  return { kind: 'retry', error, status, afterMs }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}(?:\.\d{1,6})?$/.test(value)) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
