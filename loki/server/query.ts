/** The query endpoints: query_range and query. */
import type { Limits } from '../limits.ts'
import { answerJson } from './answer.ts'
import { runInstant, runRange } from './ask.ts'
import * as params from './params.ts'
import type { Tenant } from './tenant.ts'

export interface QueryRequest {
  readonly tenant: Tenant
  readonly params: params.Params
  readonly limits: Limits
  /** Milliseconds. */
  readonly now: number
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
  /** X-Loki-Response-Encoding-Flags: categorize-labels. */
  readonly isCategorized: boolean
}

/** Each answers JSON text, or throws a QueryError. */
export async function queryRange(request: QueryRequest): Promise<string> {
  const { step, ...range } = params.readRange(request.params, request.now)
  const query = request.params.get('query') ?? ''
  const { isCategorized } = request
  return answerJson(await runRange(request, { ...range, query, stepMs: step, isCategorized }), isCategorized)
}

export async function queryInstant(request: QueryRequest): Promise<string> {
  params.readLimit(request.params)
  const text = request.params.get('time') || undefined
  const time = text === undefined ? params.instantOf(request.now) : params.readTime(text)
  params.readIsBackward(request.params)
  return answerJson(await runInstant(request, { query: request.params.get('query') ?? '', time }), false)
}
