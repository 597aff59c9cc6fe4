/** Reads what a tail asks (grafana/loki v3.7.6 pkg/loghttp/tail.go). */
import type { IncomingMessage } from 'node:http'
import { QueryError } from '../../logql/error.ts'
import { parseQuery } from '../../logql/parser.ts'
import { readForm, type Target } from '../form.ts'
import { withRegexp } from '../legacyquery.ts'
import { readBounds, readInteger, readLimit } from '../params.ts'
import type { Tenant } from '../tenant.ts'
import type { TailAsked } from './hub.ts'

export const TAIL_PATH = /^\/(loki\/api\/v1|api\/prom)\/tail$/

const MAX_DELAY_SECONDS = 5

/** What a tail asks, or a metric query, which is refused only when the websocket stands. Throws a QueryError. */
export async function readTail(
  request: IncomingMessage,
  target: Target,
  tenant: Tenant,
  now: number,
): Promise<TailAsked | { readonly refusal: string }> {
  const params = await readForm(request, target.query)
  parseQuery(params.get('query') ?? '')
  const expr = parseQuery(withRegexp(params.get('query') ?? '', params.get('regexp') ?? ''))
  const limit = readLimit(params)
  const { start } = readBounds(params, now)
  const delay = readInteger(params.get('delay_for'), 0)
  if (delay < 0 || delay > MAX_DELAY_SECONDS) {
    throw new QueryError(400, `delay_for can't be greater than ${MAX_DELAY_SECONDS}`)
  }
  if (expr.kind !== 'log') return { refusal: 'only log selector is supported' }
  const flags = String(request.headers['x-loki-response-encoding-flags'] ?? '').split(',')
  const isCategorized = flags.some((flag) => flag.trim() === 'categorize-labels')
  return {
    tenant,
    expr,
    start,
    limit,
    delayMs: delay * 1000,
    form: target.path.startsWith('/api/prom') ? 'legacy' : isCategorized ? 'categorized' : 'plain',
  }
}
