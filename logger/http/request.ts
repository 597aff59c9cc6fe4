/**
 * One HTTP request in the log, whatever the framework: its correlation id read or made, bound for all that is logged
 * within, given back in the answer, and http_request at its end. Adapters for frameworks call this.
 */
import type { Fields } from '../context.ts'
import { requestId } from '../context.ts'
import { rounded, ticks } from '../durations.ts'
import type { Logger } from '../logger.ts'

export interface HttpOptions {
  /** Read first to last; the first is also set on the answer. Default: x-correlation-id, x-request-id. */
  readonly headers?: readonly [string, ...string[]]
  /** False leaves ids of clients unread, for services that face the internet. Default true. */
  readonly trustsClient?: boolean
  /** Paths that are bound but not logged: health checks. Default: none. */
  readonly quiet?: (path: string) => boolean
}

/** What adapters need to know of a request. */
export interface Incoming {
  readonly method: string
  /** Path with or without query; the query is not logged, it may hold secrets. */
  readonly url: string
  header(name: string): string | readonly string[] | undefined
}

export interface Outgoing {
  setHeader(name: string, value: string): void
}

export interface Visit {
  /** To be bound around the handler. */
  readonly fields: Fields
  /** Logs http_request once. `aborted`: the client went before the answer was complete. */
  end(status: number, aborted?: boolean): void
  /** An error that the handler threw; goes into http_request. */
  fail(error: unknown): void
}

const HEADERS = ['x-correlation-id', 'x-request-id'] as const

/** Ids go into headers, labels of traces and file names of people: letters, digits, and what ids are joined with. */
const VALID_ID = /^[\w.:@/+=-]{1,128}$/

/** Never throws. */
export function startVisit(logger: Logger, incoming: Incoming, outgoing: Outgoing, options: HttpOptions = {}): Visit {
  const { headers = HEADERS, trustsClient = true, quiet } = options
  const trace = trustsClient ? parseTraceparent(incoming.header('traceparent')) : undefined
  const given = trustsClient ? firstId(incoming, headers) : undefined
  const correlation_id = given ?? trace?.trace_id ?? requestId()
  const path = pathOf(incoming.url)
  const fields = { correlation_id, method: incoming.method, path, ...trace }
  try {
    outgoing.setHeader(headers[0], correlation_id)
  } catch {
    // Sent already by something before us: the id is in the log all the same.
  }
  const startedAt = ticks()
  let thrown: unknown
  let isOver = false
  return {
    fields,
    fail(error) {
      thrown = error
    },
    end(status, aborted = false) {
      if (isOver || quiet?.(path) === true) return
      isOver = true
      const failed = thrown === undefined ? {} : { error: thrown }
      const duration_ms = rounded(ticks() - startedAt)
      const entry = { event: 'http_request', ...fields, status_code: status, duration_ms, ...failed }
      logger[levelOf(status, aborted)](aborted ? { ...entry, aborted: true } : entry)
    },
  }
}

const TRACEPARENT_CHARS = 55

/** W3C trace context: version-traceid-parentid-flags. Undefined for one that is not valid. */
export function parseTraceparent(
  header: string | readonly string[] | undefined,
): { readonly trace_id: string; readonly span_id: string } | undefined {
  if (typeof header !== 'string') return undefined
  const text = header.trim()
  // Only versions to come may say more.
  if (text.startsWith('00-') && text.length !== TRACEPARENT_CHARS) return undefined
  const match = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/.exec(text)
  return match === null ? undefined : { trace_id: match[1]!, span_id: match[2]! }
}

function firstId(incoming: Incoming, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = incoming.header(name.toLowerCase())
    const text = (typeof value === 'string' ? value : value?.[0])?.trim()
    if (text !== undefined && VALID_ID.test(text)) return text
  }
  return undefined
}

function pathOf(url: string): string {
  const query = url.search(/[?#]/)
  return (query < 0 ? url : url.slice(0, query)).slice(0, 2048)
}

function levelOf(status: number, aborted: boolean): 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error'
  return status >= 400 || aborted ? 'warn' : 'info'
}
