/**
 * POST /collect for Grafana Faro's web SDK, as Alloy's faro.receiver answers it: 202 when lines are in the queue, 400, 401,
 * 413 or 429 when they never will be. Loki is asked later, by whoever takes the lines.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LongshipError } from '../../shipper/errors.ts'
import type { RedactConfig } from '../../shipper/redact/redact.ts'
import { decompress, readBody } from '../../shipper/wire/body.ts'
import { PushError } from '../../shipper/wire/pushed.ts'
import { secretCheck } from '../../shipper/wire/secret.ts'
import { levelOf } from '../levels.ts'
import { lineMaker } from '../line.ts'
import { LINE } from '../transports/sink.ts'
import { type FaroEntry, readPayload } from './payload.ts'
import { stackTexts } from './stack.ts'

export interface FaroOptions {
  /** Takes a line of JSON; must not throw. A transport's `take` of lokiTransport fits. */
  readonly take: (line: string) => void
  /** Asked for as x-api-key; without one everybody may send. */
  readonly apiKey?: string | undefined
  /** Origins whose pages may send, such as https://shop.example; '*': all. Default: none but the receiver's own. */
  readonly origins?: readonly string[]
  /** Folder of source maps. */
  readonly sourceMaps?: string | undefined
  /** Of a payload, packed and unpacked; default 5 MiB. */
  readonly maxBytes?: number
  /** Requests: so many a second, and so many at once; default 50 and 100. */
  readonly rate?: { readonly perSecond: number; readonly burst: number }
  readonly redact?: Partial<RedactConfig> | false
  readonly now?: () => number
}

/** True when the request was for the receiver; it answers by itself. Never throws. */
export type FaroReceiver = (request: IncomingMessage, response: ServerResponse) => boolean

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024
const DEFAULT_RATE = { perSecond: 50, burst: 100 }

/** What the SDK sends, and what its tracing instrumentation adds. */
const ALLOWED_HEADERS =
  'content-type, content-encoding, traceparent, tracestate, x-api-key, x-faro-session-id, x-scope-orgid, idempotency-key'
/** What the SDK reads of an answer. */
const EXPOSED_HEADERS = 'x-faro-session-status, retry-after'

/** A browser's clock is believed so far; beyond, the time is the receiver's. */
const MAX_BEHIND_MS = 60 * 60_000
const MAX_AHEAD_MS = 60_000

/**
 * Throws LongshipError('config') for origins and limits that cannot be used.
 * @example const receive = createFaroReceiver({ take: (line) => console.log(line), origins: ['https://shop.example'] })
 */
export function createFaroReceiver(options: FaroOptions): FaroReceiver {
  const { origins = [], now = Date.now, maxBytes = DEFAULT_MAX_BYTES } = options
  check(options)
  const admit = tokenBucket(options.rate ?? DEFAULT_RATE, now)
  const isKnownKey = secretCheck(options.apiKey)
  const seen = createMemory(now)
  const write = faroLineWriter(options, now)
  const stackText = stackTexts(options.sourceMaps)

  const collect = async (request: IncomingMessage): Promise<Answer> => {
    if (!admit()) return TOO_MANY
    if (!isKnownKey(request.headers['x-api-key'])) return { status: 401, text: 'api key not provided or incorrect' }
    const key = String(request.headers['idempotency-key'] ?? '').slice(0, MAX_KEY_CHARS)
    if (seen.has(key)) return ACCEPTED
    const body = await bodyOf(request, maxBytes)
    if (!Buffer.isBuffer(body)) return body
    const entries = readPayload(parse(body), stackText)
    if (entries === undefined)
      return { status: 400, text: 'the body must be a Faro payload: {"meta": {…}, "logs": […], …}' }
    if (entries === 'too_many') return TOO_LARGE
    // The same payload may have come twice at once: from here on nothing waits.
    if (seen.has(key)) return ACCEPTED
    for (const entry of entries) write(entry)
    if (key !== '') seen.add(key)
    return ACCEPTED
  }

  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]
    if (path !== '/collect') return false
    if (!allowOrigin(request, response, origins)) {
      send(response, { status: 403, text: 'this origin may not send here' }, request)
      return true
    }
    if (request.method === 'OPTIONS') send(response, { status: 204, text: '' })
    else if (request.method !== 'POST') send(response, { status: 405, text: 'POST a Faro payload' })
    else
      void collect(request).then(
        (answer) => send(response, answer, request),
        () => send(response, BROKEN, request),
      )
    return true
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

const ACCEPTED: Answer = { status: 202, text: 'ok' }
const TOO_MANY: Answer = { status: 429, text: 'too many requests' }
const TOO_LARGE: Answer = { status: 413, text: 'the payload is too large' }
const UNREADABLE: Answer = { status: 400, text: 'the body is no gzip, or broke off' }
const BROKEN: Answer = { status: 500, text: 'internal error' }

function send(response: ServerResponse, { status, text }: Answer, request?: IncomingMessage): void {
  if (response.headersSent || response.destroyed) return
  const headers: Record<string, string> = { 'Content-Type': 'text/plain; charset=utf-8' }
  if (status === 429) headers['Retry-After'] = '1'
  // What is left of a body that is not wanted need not be read.
  if (request !== undefined && !request.complete) headers.Connection = 'close'
  response.writeHead(status, headers)
  response.end(text)
}

/** False for pages of origins that may not send: a stranger's page must not write into a log on somebody's machine. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, origins: readonly string[]): boolean {
  const { origin, host } = headers
  response.setHeader('Vary', 'Origin')
  if (origin === undefined) return true
  const isAny = origins.includes('*')
  if (!isAny && !origins.includes(origin)) return URL.canParse(origin) && new URL(origin).host === host
  response.setHeader('Access-Control-Allow-Origin', isAny ? '*' : origin)
  response.setHeader('Access-Control-Allow-Methods', 'POST, OPTIONS')
  response.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS)
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS)
  response.setHeader('Access-Control-Max-Age', '600')
  return true
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | Answer> {
  try {
    const body = await readBody(request, maxBytes)
    return request.headers['content-encoding'] === 'gzip' ? await decompress(body, 'gzip', maxBytes) : body
  } catch (error) {
    return error instanceof PushError && error.status === 413 ? TOO_LARGE : UNREADABLE
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** Entries as lines of ours: redacted, cut, with the browser's time where that can be believed. */
export function faroLineWriter(
  { take, redact }: Pick<FaroOptions, 'take' | 'redact'>,
  now: () => number,
): (entry: FaroEntry) => void {
  let at = 0
  const settings = {
    service: 'frontend',
    node: 'browser',
    env: undefined,
    level: 'trace',
    format: 'json',
    colour: false,
    warnings: [],
  } as const
  const make = lineMaker({ settings, redact, sampler: undefined, now: () => at })
  return ({ level, time, fields }) => {
    const received = now()
    const isBelieved = time !== undefined && time > received - MAX_BEHIND_MS && time < received + MAX_AHEAD_MS
    at = isBelieved ? time : received
    const kept = isBelieved || time === undefined ? fields : { ...fields, client_time: clientTime(time) }
    const line = make(levelOf(level), [], [kept])?.[LINE]
    if (line !== undefined) take(line)
  }
}

function clientTime(ms: number): string {
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(ms)
}

function tokenBucket({ perSecond, burst }: { readonly perSecond: number; readonly burst: number }, now: () => number) {
  let tokens = burst
  let filledAt = now()
  return (): boolean => {
    const time = now()
    tokens = Math.min(burst, tokens + (Math.max(0, time - filledAt) / 1000) * perSecond)
    filledAt = time
    if (tokens < 1) return false
    tokens--
    return true
  }
}

const REMEMBERED_KEYS = 10_000
const MAX_KEY_CHARS = 200
const REMEMBERED_MS = 10 * 60_000

/** Keys of payloads that were taken: the SDK sends one again when it did not hear the answer. */
function createMemory(now: () => number) {
  const keys = new Map<string, number>()
  return {
    has: (key: string) => (keys.get(key) ?? Number.NEGATIVE_INFINITY) > now() - REMEMBERED_MS,
    add(key: string) {
      if (keys.size >= REMEMBERED_KEYS) keys.delete(keys.keys().next().value!)
      keys.set(key, now())
    },
  }
}

function check({ origins = [], apiKey, rate = DEFAULT_RATE }: FaroOptions): void {
  for (const origin of origins) {
    if (origin === '*' || (URL.canParse(origin) && new URL(origin).origin === origin)) continue
    throw new LongshipError('config', `origins must be like https://shop.example or *, got ${JSON.stringify(origin)}`)
  }
  if (apiKey === '') throw new LongshipError('config', 'the api key must not be empty')
  if (!(rate.perSecond > 0 && rate.burst >= 1)) {
    throw new LongshipError(
      'config',
      `rate must be above 0 a second and at least 1 at once, got ${JSON.stringify(rate)}`,
    )
  }
}
