/** Writes results in Loki's JSON: streams, matrix, vector and scalar, with the statistics object that clients expect. */
import type { Labels, Point, QueryResult, ResultEntry, ResultStream } from '../logql/engine/result.ts'
import type { Answer } from './ask.ts'
import type { ScanStats } from './scan.ts'

/** `isCategorized`: entries show where their labels come from, as Grafana asks them to. */
export function answerJson({ result, stats, elapsedMs }: Answer, isCategorized: boolean): string {
  const entries = result.type === 'streams' ? result.streams.reduce((sum, { entries }) => sum + entries.length, 0) : 0
  return queryJson(result.type, resultJson(result, isCategorized), stats, elapsedMs, isCategorized, entries)
}

function resultJson(result: QueryResult, isCategorized: boolean): string {
  switch (result.type) {
    case 'streams':
      return list(result.streams, (stream) => streamJson(stream, isCategorized))
    case 'matrix':
      return list(
        result.series,
        ({ labels, points }) => `{"metric":${labelsJson(labels)},"values":${list(points, pointJson)}}`,
      )
    case 'vector':
      return list(result.samples, (sample) => `{"metric":${labelsJson(sample.labels)},"value":${pointJson(sample)}}`)
    case 'scalar':
      return `[${scalarTime(result.ms)},"${valueText(result.value)}"]`
  }
}

function list<Item>(items: readonly Item[], write: (item: Item) => string): string {
  return `[${items.map(write).join(',')}]`
}

/** Half a character in a stream's labels is a blank: Loki's marshaller says that Prometheus would refuse it. */
function streamJson({ labels, entries }: ResultStream, isCategorized: boolean): string {
  return `{"stream":${labelsJson(labels, withoutHalves)},"values":${list(entries, (entry) => entryJson(entry, isCategorized))}}`
}

function entryJson({ seconds, nanos, line, metadata, parsed }: ResultEntry, isCategorized: boolean): string {
  const categories = isCategorized ? `,${categoriesJson(metadata, parsed)}` : ''
  return `["${nanosText(seconds, nanos)}",${textJson(line)}${categories}]`
}

function categoriesJson(metadata: Labels, parsed: Labels): string {
  const parts: string[] = []
  if (metadata.size > 0) parts.push(`"structuredMetadata":${labelsJson(metadata)}`)
  if (parsed.size > 0) parts.push(`"parsed":${labelsJson(parsed)}`)
  return `{${parts.join(',')}}`
}

export function nanosText(seconds: number, nanos: number): string {
  if (seconds > 0) return seconds + String(nanos).padStart(9, '0')
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
}

function labelsJson(labels: Labels, change = (value: string) => value): string {
  let json = ''
  for (const [name, value] of labels)
    json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${textJson(change(value))}`
  return `{${json}}`
}

/** Bytes that templates cut out of characters are lone surrogates until here. */
export function textJson(text: string): string {
  return JSON.stringify(text.toWellFormed())
}

function withoutHalves(value: string): string {
  return value.replaceAll('\ufffd', ' ')
}

function pointJson({ ms, value }: Point): string {
  return `[${secondsText(ms)},"${valueText(value)}"]`
}

/** Go's strconv.FormatFloat(v, 'f', -1, 64), as Prometheus writes values. */
export function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = String(value)
  if (!text.includes('e')) return Object.is(value, -0) ? '-0' : text
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(100).replace(/0+$/, '')
}

/**
 * A scalar's time as Loki 3.7 writes it: milliseconds are taken for seconds on the way through its front end, and then
 * overflow 64 bits. Clients look at the value.
 */
function scalarTime(ms: number): string {
  return String(BigInt.asIntN(64, BigInt(Math.floor(ms)) * 1_000_000_000n) / 1_000_000n)
}

function secondsText(ms: number): string {
  return String(Math.round(ms) / 1000)
}

/** A query's whole answer. */
export function queryJson(
  type: string,
  result: string,
  stats: ScanStats,
  execMs: number,
  isCategorized: boolean,
  entries: number,
): string {
  const flags = isCategorized && type === 'streams' ? '"encodingFlags":["categorize-labels"],' : ''
  return `{"status":"success","data":{"resultType":"${type}",${flags}"result":${result},"stats":${statsJson(stats, execMs, entries)}}}\n`
}

const NO_CHUNKS =
  '"chunk":{"headChunkBytes":0,"headChunkLines":0,"decompressedBytes":0,"decompressedLines":0,"compressedBytes":0,"totalDuplicates":0,"postFilterLines":0,"headChunkStructuredMetadataBytes":0,"decompressedStructuredMetadataBytes":0},"chunkRefsFetchTime":0,"congestionControlLatency":0,"chunksDownloadTime":0,"totalChunksRef":0,"totalChunksDownloaded":0,"queryReferencedStructuredMetadata":false,"pipelineWrapperFilteredLines":0'

/** All of the store is memory here, as the ingester's part is in Loki: its lines are the ingester's head chunks. */
export function statsJson(stats: ScanStats, execMs: number, entries: number): string {
  const seconds = execMs / 1000
  const perSecond = (count: number) => (seconds > 0 ? Math.round(count / seconds) : 0)
  const summary = {
    bytesProcessedPerSecond: perSecond(stats.bytes),
    linesProcessedPerSecond: perSecond(stats.lines),
    totalBytesProcessed: stats.bytes,
    totalLinesProcessed: stats.lines,
    execTime: seconds,
    queueTime: 0,
    subqueries: 0,
    totalEntriesReturned: entries,
    splits: 0,
    shards: 0,
    totalPostFilterLines: entries,
    totalStructuredMetadataBytesProcessed: 0,
  }
  const head = NO_CHUNKS.replace(
    '"headChunkBytes":0,"headChunkLines":0',
    `"headChunkBytes":${stats.bytes},"headChunkLines":${stats.lines}`,
  )
  const cache =
    '{"entriesFound":0,"entriesRequested":0,"entriesStored":0,"bytesReceived":0,"bytesSent":0,"requests":0,"downloadTime":0,"queryLengthServed":0}'
  const caches = [
    'chunk',
    'index',
    'result',
    'statsResult',
    'volumeResult',
    'seriesResult',
    'labelResult',
    'instantMetricResult',
  ]
  return `{"summary":${JSON.stringify(summary)},"querier":{"store":{${NO_CHUNKS}}},"ingester":{"totalReached":1,"totalChunksMatched":${stats.blocks},"totalBatches":0,"totalLinesSent":${entries},"store":{${head}}},"cache":{${caches.map((name) => `"${name}":${cache}`).join(',')}},"index":{"totalChunks":0,"postFilterChunks":0,"shardsDuration":0}}`
}
