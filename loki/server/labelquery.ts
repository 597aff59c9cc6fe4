/** Answers which labels, label values and series there are: those of streams with entries in the asked time. */

import { compareText } from '../../shipper/wire/labels.ts'
import { QueryError } from '../logql/error.ts'
import type { Matcher } from '../logql/matcher.ts'
import { parseSelector } from '../logql/parser.ts'
import { writePrometheusDuration } from '../logql/units.ts'
import { checkLength, lookBack } from './asklimits.ts'
import { millisOf, readBounds } from './params.ts'
import type { QueryRequest } from './query.ts'
import { hasEntriesIn, selectStreams } from './scan.ts'
import type { Stream } from './tenant.ts'

/** Streams that have entries in the asked time: an hour up to now unless told otherwise. */
export function streamsIn(request: QueryRequest, matchers: readonly Matcher[]): Stream[] {
  const { limits, now } = request
  const asked = readBounds(request.params, now)
  if (millisOf(asked.end) < millisOf(asked.start)) {
    const lookback = writePrometheusDuration(limits.max_query_lookback)
    throw new QueryError(400, `this data is no longer available, it is past now - max_query_lookback (${lookback})`)
  }
  const { start, end } = lookBack(asked.start, asked.end, limits, now)
  checkLength(start, end, limits)
  // Loki's index knows whole chunks, not entries: the end counts in.
  const behind = { seconds: end.seconds, nanos: end.nanos + 1 }
  return selectStreams(request.tenant, matchers).filter((stream) => hasEntriesIn(stream, start, behind))
}

export function selectorOf(request: QueryRequest): readonly Matcher[] {
  const query = request.params.get('query') ?? ''
  return query === '' ? [] : parseSelector(query)
}

export function labelNames(request: QueryRequest): string {
  const names = new Set<string>()
  for (const stream of streamsIn(request, selectorOf(request))) for (const [name] of stream.labels) names.add(name)
  return listJson([...names])
}

export function labelValues(request: QueryRequest, name: string): string {
  const values = new Set<string>()
  for (const stream of streamsIn(request, selectorOf(request))) {
    for (const label of stream.labels) if (label[0] === name) values.add(label[1])
  }
  return listJson([...values])
}

function listJson(texts: string[]): string {
  // Loki leaves `data` out when there is nothing.
  const data = texts.length === 0 ? '' : `,"data":${JSON.stringify(texts.sort(compareText))}`
  return `{"status":"success"${data}}\n`
}

export function series(request: QueryRequest): string {
  const all = [...request.params.getAll('match[]'), ...request.params.getAll('match')]
  const texts = [...new Set(all)].filter((text, _, list) => list.length !== 1 || text.replaceAll(' ', '') !== '{}')
  const groups = texts.length === 0 ? [[]] : texts.map((text) => matchersOf(text))
  const found = new Map<string, Stream>()
  for (const group of groups) for (const stream of streamsIn(request, group)) found.set(stream.text, stream)
  const streams = [...found.values()].sort((a, b) => compareText(a.text, b.text))
  return `{"status":"success","data":[${streams.map((stream) => JSON.stringify(Object.fromEntries(stream.labels))).join(',')}]}\n`
}

function matchersOf(text: string): readonly Matcher[] {
  if (text.replaceAll(' ', '') === '{}') throw new QueryError(400, '0 matchers in group: {}')
  return parseSelector(text)
}
