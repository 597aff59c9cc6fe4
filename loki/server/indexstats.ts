/** Answers index/stats: how many streams, chunks, bytes and entries a selector selects. */
import { parseSelector } from '../logql/parser.ts'
import { checkLength, lookBack } from './asklimits.ts'
import { instantOf, readRange } from './params.ts'
import type { QueryRequest } from './query.ts'
import { selectStreams } from './scan.ts'
import { sizeIn, toMilliseconds } from './sizes.ts'

export function indexStats(request: QueryRequest): string {
  const asked = readRange(request.params, request.now)
  const matchers = parseSelector(request.params.get('query') ?? '')
  const { start, end } = lookBack(asked.start, asked.end, request.limits, request.now)
  checkLength(start, end, request.limits)
  const { fromMs, throughMs } = toMilliseconds(start, end)
  const totals = { streams: 0, chunks: 0, bytes: 0, entries: 0 }
  for (const stream of selectStreams(request.tenant, matchers)) {
    const sizes = stream.blocks
      .map((block) => sizeIn(block, instantOf(fromMs), instantOf(throughMs)))
      .filter(({ entries }) => entries > 0)
    if (sizes.length > 0) totals.streams++
    totals.chunks += sizes.length
    for (const { bytes, entries } of sizes) {
      totals.bytes += bytes
      totals.entries += entries
    }
  }
  return `${JSON.stringify(totals)}\n`
}
