/** Answers /api/prom/query: log queries as Loki answered them before its v1 API, with labels as one text. */

import { writeLabels } from '../../shipper/wire/labels.ts'
import type { ResultEntry, ResultStream } from '../logql/engine/result.ts'
import { QueryError } from '../logql/error.ts'
import { parseQuery } from '../logql/parser.ts'
import { writeExpr } from '../logql/print.ts'
import { statsJson } from './answer.ts'
import { runRange } from './ask.ts'
import { readRange } from './params.ts'
import type { QueryRequest } from './query.ts'

export async function legacyQuery(request: QueryRequest): Promise<string> {
  const { params, now } = request
  const { step: stepMs, ...range } = readRange(params, now)
  const query = withRegexp(params.get('query') ?? '', params.get('regexp') ?? '')
  const expr = parseQuery(query)
  if (expr.kind !== 'log') {
    const message = 'legacy endpoints only support streams result type'
    throw new QueryError(400, `rpc error: code = Code(400) desc = ${message}`)
  }
  const { result, stats, elapsedMs } = await runRange(request, { ...range, query: expr, stepMs })
  const streams = result.type === 'streams' ? result.streams : []
  const count = streams.reduce((sum, { entries }) => sum + entries.length, 0)
  return `{"streams":[${streams.map(writeLegacyStream).join(',')}],"stats":${statsJson(stats, elapsedMs, count)}}\n`
}

/** Log queries had their filter in a parameter of its own. */
export function withRegexp(query: string, regexp: string): string {
  if (regexp === '') return query
  const expr = parseQuery(query)
  if (expr.kind !== 'log') throw new QueryError(400, 'only log selector is supported')
  const filter = { kind: 'line', op: '|~', texts: [{ isIp: false, text: regexp }] } as const
  return writeExpr({ ...expr, stages: [...expr.stages, filter] })
}

export function writeLegacyStream({ labels, entries }: ResultStream): string {
  return `{"labels":${JSON.stringify(writeLabels([...labels]))},"entries":[${entries.map(writeEntry).join(',')}]}`
}

function writeEntry(entry: ResultEntry): string {
  return `{"ts":"${writeRfc3339(entry.seconds, entry.nanos)}","line":${JSON.stringify(entry.line)}}`
}

/** Go's time.RFC3339Nano. */
export function writeRfc3339(seconds: number, nanos: number): string {
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${new Date(seconds * 1000).toISOString().slice(0, -5)}${fraction}Z`
}
