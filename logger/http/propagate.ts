/** The correlation id on its way out: into requests of fetch, and through queues. */
import { randomBytes } from 'node:crypto'
import { context, correlationId, type Fields, requestId, withContext } from '../context.ts'
import { activeTrace } from '../trace.ts'
import { readMember } from '../write.ts'

type Fetch = typeof globalThis.fetch

export interface FetchOptions {
  /** Only requests to these get the id; default: all. An id is no secret, but strangers need not see it. */
  readonly to?: (url: URL) => boolean
  readonly header?: string
}

/**
 * fetch that passes the correlation id (X-Correlation-ID) and the trace (traceparent) on. Headers that the request has
 * already stay. Outside of a context it is fetch itself.
 * @example const fetch = tracedFetch(globalThis.fetch)
 */
export function tracedFetch(fetch: Fetch = globalThis.fetch, options: FetchOptions = {}): Fetch {
  return (input, init) => {
    const carried = propagation(options.header)
    if (Object.keys(carried).length === 0 || !isWanted(input, options.to)) return fetch(input, init)
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    for (const [name, value] of Object.entries(carried)) if (!headers.has(name)) headers.set(name, value)
    return fetch(input, { ...init, headers })
  }
}

function isWanted(input: Parameters<Fetch>[0], to: FetchOptions['to']): boolean {
  if (to === undefined) return true
  try {
    return to(new URL(input instanceof Request ? input.url : String(input)))
  } catch {
    return false
  }
}

/** What a header may hold. An id with anything else stays behind: fetch throws for it, and a request is worth more. */
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/

/** Headers that carry the context in force, for http clients other than fetch. @example axios.get(url, { headers: propagation() }) */
export function propagation(header = 'x-correlation-id'): Record<string, string> {
  const id = correlationId()
  const traceparent = traceparentOf()
  return {
    ...(id === undefined || !HEADER_TEXT.test(id) ? {} : { [header]: id }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

/** The active span is the parent; without OpenTelemetry a parent of our own within the trace that came in. */
function traceparentOf(): string | undefined {
  const span = activeTrace()
  if (span !== undefined) return `00-${span.trace_id}-${span.span_id}-01`
  const { trace_id } = context()
  return typeof trace_id === 'string' && /^[0-9a-f]{32}$/.test(trace_id)
    ? `00-${trace_id}-${randomBytes(8).toString('hex')}-01`
    : undefined
}

/** What travels with a message: small, and none of it a secret. */
const CARRIED = ['correlation_id', 'trace_id', 'thread_id', 'job_id', 'workspace_id', 'user_id', 'project_id'] as const

/** In which member of a message the context travels. */
const ENVELOPE = '_context'

/** A message with the context in force, for a queue or channel. @example await redis.publish('graph', JSON.stringify(inject(message))) */
export function inject<T extends object>(message: T): T & { readonly [ENVELOPE]?: Fields } {
  const now = context()
  const carried = CARRIED.flatMap((name) => (now[name] === undefined ? [] : [[name, now[name]] as const]))
  return carried.length === 0 ? message : { ...message, [ENVELOPE]: Object.fromEntries(carried) }
}

/** Of a stranger's ids: no line breaks, no control characters, of a length that is for ids. */
const ONE_LINE = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,256}$/

/**
 * The context that a message brings; a new correlation id when it brings none. Never throws: messages are hostile.
 * @example await withContext(extract(message), () => handle(message))
 */
export function extract(message: unknown): Fields {
  const envelope = memberOf(message, ENVELOPE)
  const fields: Record<string, unknown> = {}
  for (const name of CARRIED) {
    const value = memberOf(envelope, name)
    if ((typeof value === 'string' && ONE_LINE.test(value)) || typeof value === 'number') fields[name] = value
  }
  fields.correlation_id ??= requestId()
  return fields
}

function memberOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? readMember(value, name) : undefined
}

/** Handles a message in the context that it brings. @example await received(message, () => handle(message)) */
export function received<T>(message: unknown, handle: () => T): T {
  return withContext(extract(message), handle)
}
