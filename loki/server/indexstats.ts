/** Answers index/stats: how many streams, chunks, bytes and entries a selector selects. */
import { blockMemory } from './block.ts'
import { selectorOf } from './labelquery.ts'
import { readBounds } from './params.ts'
import type { QueryRequest } from './query.ts'
import { hasEntriesIn, selectStreams } from './scan.ts'

export function indexStats(request: QueryRequest): string {
  const { start, end } = readBounds(request.params, request.now)
  const behind = { seconds: end.seconds, nanos: end.nanos + 1 }
  const matchers = selectorOf(request)
  const totals = { streams: 0, chunks: 0, bytes: 0, entries: 0 }
  for (const stream of selectStreams(request.tenant, matchers)) {
    const blocks = stream.blocks.filter((block) => hasEntriesIn({ ...stream, blocks: [block] }, start, behind))
    if (blocks.length > 0) totals.streams++
    totals.chunks += blocks.length
    for (const block of blocks) {
      totals.bytes += Math.min(block.used, blockMemory(block))
      totals.entries += block.count
    }
  }
  return `${JSON.stringify(totals)}\n`
}
