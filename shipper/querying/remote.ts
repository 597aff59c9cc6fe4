/** A Loki over HTTP, with the credentials, tenant and certificates that `ship` would use. */
import type { LokiConfig } from '../config.ts'
import { endpointOf } from '../endpoint.ts'
import { LongshipError } from '../errors.ts'
import type { Reply } from '../push/classify.ts'
import { createClient } from '../push/client.ts'
import type { Endpoint } from '../push/endpoint.ts'
import { readAnswer } from './answer.ts'
import { type Loki, RefusedQuery } from './loki.ts'

/** Loki's own default of max_entries_limit_per_query. */
const BATCH = 5000
/** Loki refuses more. */
const MAX_POINTS = 11_000
/** V8 holds no text of 512 MiB; what people read is far below. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024
/** Gateways refuse long URLs (nginx: 8 KiB a header line). */
const MAX_URL_BYTES = 7000

export function openRemote(config: LokiConfig, timeoutMs: number, signal: AbortSignal): Loki {
  const endpoint = endpointOf(config, timeoutMs)
  const client = createClient(endpoint, { read: MAX_ANSWER_BYTES, drained: MAX_ANSWER_BYTES })
  const name = endpoint.base.href.replace(/\/$/, '')
  const get = (path: string, params: Readonly<Record<string, string>>) =>
    client.get(`loki/api/v1/${path}?${new URLSearchParams(params)}`, signal)
  const ask = async (path: string, params: Readonly<Record<string, string>>) =>
    bodyOf(await get(path, params), `${name}/loki/api/v1/${path}`, endpoint, params)
  const names = async (path: string, start: bigint, end: bigint) => {
    const reply = await get(path, { start: String(start), end: String(end) })
    return reply.kind === 'answer' && reply.status === 200 ? readNames(reply.body) : []
  }
  return {
    name,
    batch: BATCH,
    maxPoints: MAX_POINTS,
    span: undefined,
    async range({ query, start, end, limit, isForward, stepMs }) {
      const direction = isForward ? 'forward' : 'backward'
      const step: Record<string, string> = stepMs === undefined ? {} : { step: String(stepMs / 1000) }
      const params = { query, start: String(start), end: String(end), limit: String(limit), direction, ...step }
      return readAnswer(await ask('query_range', params), isForward)
    },
    async instant(query, time) {
      return readAnswer(await ask('query', { query, time: String(time) }), false)
    },
    labels: (start, end) => names('labels', start, end),
    values: (label, start, end) => names(`label/${encodeURIComponent(label)}/values`, start, end),
    close: async () => client.close(),
  }
}

function readNames(body: string): string[] {
  try {
    const { data } = JSON.parse(body) as { data?: unknown }
    return Array.isArray(data) ? data.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}

function bodyOf(reply: Reply, url: string, endpoint: Endpoint, params: Readonly<Record<string, string>>): string {
  if (reply.kind === 'failure') throw unreachable(reply.code, reply.message, url, endpoint, params)
  const { status, body, isCut } = reply
  if (isCut) {
    const message = `${url} answered more than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB. Ask for less: a shorter time, a smaller --limit or --batch.`
    throw new LongshipError('loki', message)
  }
  if (status === 200) return body
  const advice = ADVICE.get(status)
  if (status >= 300 && status < 400) {
    const to = reply.location === undefined ? '' : ` to ${reply.location}`
    throw new LongshipError('loki', `${url} redirects (${status})${to}. Give --addr the address where Loki itself is.`)
  }
  if (status === 404 || status === 401 || status === 403) {
    throw new LongshipError('loki', `${url} answered ${status}${saidText(body)}. ${advice}`)
  }
  throw new RefusedQuery(status, messageOf(body) || `HTTP status ${status} without a word`)
}

const ADVICE: ReadonlyMap<number, string> = new Map([
  [401, 'It wants credentials: LOKI_USERNAME and LOKI_PASSWORD, LOKI_BEARER_TOKEN, or a tenant (--tenant).'],
  [403, 'These credentials may not ask here: check user, token and tenant (--tenant).'],
  [404, 'Is this a Loki? --addr takes its base URL, such as http://127.0.0.1:3100.'],
])

function unreachable(
  code: string,
  message: string,
  url: string,
  { timeoutMs }: Endpoint,
  params: Readonly<Record<string, string>>,
): LongshipError {
  if (code === 'ABORTED') return new LongshipError('loki', 'stopped before Loki answered.')
  if (code === 'TIMEOUT') {
    const advice = 'Ask for a shorter time (--since), or wait longer (--timeout).'
    return new LongshipError('loki', `${url} gave no answer within ${timeoutMs / 1000} s. ${advice}`)
  }
  const length = new URLSearchParams(params).toString().length
  const long = length > MAX_URL_BYTES ? ` The query makes a URL of ${length} bytes: a proxy may refuse that.` : ''
  return new LongshipError('loki', `cannot ask ${url}: ${message}. Is Loki running there? (--addr, LOKI_URL)${long}`)
}

/** Loki's errors are plain text; those of gateways and of newer ones may be JSON or HTML. */
function messageOf(body: string): string {
  try {
    const json = JSON.parse(body) as { message?: unknown; error?: unknown }
    const said = json.message ?? json.error
    if (typeof said === 'string') return said.trim()
  } catch {}
  return body.trim().slice(0, MAX_MESSAGE_CHARS)
}

const MAX_MESSAGE_CHARS = 4000

function saidText(body: string): string {
  const said = messageOf(body)
  return said === '' || said.startsWith('<') ? '' : `: ${said.slice(0, 200)}`
}
