/** Writes results in Loki's JSON: streams, matrix, vector and scalar, with the statistics object that clients expect. */

import { compareText, writeLabels } from './labels.ts'
import type { FoundEntry } from './logquery.ts'
import type { MetricResult, Series } from './metricquery.ts'
import { millisOf } from './params.ts'
import type { Instant, ScanStats } from './scan.ts'

export function nanosText(seconds: number, nanos: number): string {
  if (seconds > 0) return seconds + String(nanos).padStart(9, '0')
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
}

function labelsJson(labels: ReadonlyMap<string, string>): string {
  let json = ''
  for (const [name, value] of labels)
    json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`
  return `{${json}}`
}

/** Entries grouped by labels; `isCategorized` is the response encoding flag categorize-labels that Grafana sends. */
export function streamsJson(entries: readonly FoundEntry[], isCategorized: boolean): string {
  const groups = new Map<string, { labels: string; values: string[] }>()
  for (const { seconds, nanos, line, labels } of entries) {
    const own = isCategorized ? labels.stream : labels.all
    const key = isCategorized ? writeLabels([...own]) : labels.text
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { labels: labelsJson(own), values: [] }))
    const categories = isCategorized ? `,${categoriesJson(labels.metadata, labels.parsed)}` : ''
    group.values.push(`["${nanosText(seconds, nanos)}",${JSON.stringify(line)}${categories}]`)
  }
  const sorted = [...groups].sort((a, b) => compareText(a[0], b[0]))
  return `[${sorted.map(([, { labels, values }]) => `{"stream":${labels},"values":[${values.join(',')}]}`).join(',')}]`
}

function categoriesJson(metadata: ReadonlyMap<string, string>, parsed: ReadonlyMap<string, string>): string {
  const parts: string[] = []
  if (metadata.size > 0) parts.push(`"structuredMetadata":${labelsJson(metadata)}`)
  if (parsed.size > 0) parts.push(`"parsed":${labelsJson(parsed)}`)
  return `{${parts.join(',')}}`
}

/** Go's strconv.FormatFloat(v, 'f', -1, 64), as Prometheus writes values. */
export function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = String(value)
  if (!text.includes('e')) return Object.is(value, -0) ? '-0' : text
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(100).replace(/0+$/, '')
}

function secondsText(ms: number): string {
  return String(Math.round(ms) / 1000)
}

export interface MetricAnswer {
  readonly type: 'matrix' | 'vector' | 'scalar'
  readonly json: string
}

export function rangeAnswer(result: MetricResult, start: Instant, stepMs: number, steps: number): MetricAnswer {
  const startMs = millisOf(start)
  if (result.kind === 'scalar') {
    const points = Array.from(
      { length: steps },
      (_, i) => `[${secondsText(startMs + i * stepMs)},"${valueText(result.value)}"]`,
    )
    return { type: 'matrix', json: `[{"metric":{},"values":[${points.join(',')}]}]` }
  }
  const rows = sortSeries(result.series).map((series) => {
    const points: string[] = []
    for (let i = 0; i < steps; i++) {
      if (series.has[i] === 1) points.push(`[${secondsText(startMs + i * stepMs)},"${valueText(series.values[i]!)}"]`)
    }
    return `{"metric":${labelsJson(series.labels)},"values":[${points.join(',')}]}`
  })
  return { type: 'matrix', json: `[${rows.join(',')}]` }
}

export function instantAnswer(result: MetricResult, time: Instant): MetricAnswer {
  const at = secondsText(millisOf(time))
  if (result.kind === 'scalar') return { type: 'scalar', json: `[${at},"${valueText(result.value)}"]` }
  const ordered = result.isOrdered ? result.series : sortSeries(result.series)
  const rows = ordered.map(
    (series) => `{"metric":${labelsJson(series.labels)},"value":[${at},"${valueText(series.values[0]!)}"]}`,
  )
  return { type: 'vector', json: `[${rows.join(',')}]` }
}

function sortSeries(series: readonly Series[]): Series[] {
  return [...series].sort((a, b) => compareText(writeLabels([...a.labels]), writeLabels([...b.labels])))
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

/** The step at which a range query's answer starts and how many steps there are. */
export function stepCount(start: Instant, end: Instant, stepMs: number): number {
  return Math.floor((millisOf(end) - millisOf(start)) / stepMs) + 1
}
