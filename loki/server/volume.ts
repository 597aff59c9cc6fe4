/**
 * Answers index/volume and index/volume_range: bytes by series or by label (grafana/loki v3.7.6
 * pkg/ingester/instance.go GetVolume, pkg/querier/queryrange/volume.go).
 */

import { compareText, writeLabels } from '../../shipper/wire/labels.ts'
import { QueryError } from '../logql/error.ts'
import { createMatcher, type Matcher } from '../logql/matcher.ts'
import { parseSelector } from '../logql/parser.ts'
import { queryJson, valueText } from './answer.ts'
import { checkLength, lookBack } from './asklimits.ts'
import {
  instantOf,
  millisOf,
  readIsBackward,
  readOrderedBounds,
  readRange,
  readTime,
  readVolumeLimit,
} from './params.ts'
import type { QueryRequest } from './query.ts'
import { type Instant, selectStreams } from './scan.ts'
import { addBytes } from './sizes.ts'
import type { Stream } from './tenant.ts'

interface Asked {
  readonly matchers: readonly Matcher[]
  /** Labels whose values tell series apart; undefined for all of a stream. */
  readonly labels: ReadonlySet<string> | undefined
  readonly isByLabel: boolean
  /** Series at most, in each bucket. */
  readonly limit: number
}

export function volume(request: QueryRequest): string {
  const { params, now } = request
  const limit = readVolumeLimit(params)
  const time = params.get('time') || undefined
  if (time !== undefined) readTime(time)
  readIsBackward(params)
  const isByLabel = readIsByLabel(request)
  const { start, end } = readOrderedBounds(params, now)
  return answer(request, { ...readMatchers(request), isByLabel, limit }, start, end, 0)
}

export function volumeRange(request: QueryRequest): string {
  const { start, end, step, limit } = readRange(request.params, request.now, readVolumeLimit)
  const isByLabel = readIsByLabel(request)
  return answer(request, { ...readMatchers(request), isByLabel, limit }, start, end, step)
}

function readIsByLabel(request: QueryRequest): boolean {
  const by = request.params.get('aggregateBy') || 'series'
  if (by !== 'series' && by !== 'labels') throw new QueryError(400, 'invalid aggregation option')
  return by === 'labels'
}

function readMatchers(request: QueryRequest): Pick<Asked, 'matchers' | 'labels'> {
  const query = request.params.get('query') ?? ''
  const matchers = query === '{}' ? [] : [...parseSelector(query)]
  const targets = (request.params.get('targetLabels') ?? '').split(',').filter((name) => name !== '')
  const isByLabel = request.params.get('aggregateBy') === 'labels'
  if (targets.length === 0) {
    // By label, every label of the streams counts; by series, those that the selector names.
    const isAll = matchers.length === 0 || isByLabel
    return { matchers, labels: isAll ? undefined : new Set(matchers.map((matcher) => matcher.name)) }
  }
  for (const name of new Set(targets)) {
    if (!matchers.some((matcher) => matcher.name === name)) matchers.push(createMatcher(name, '=~', '.+'))
  }
  return { matchers, labels: new Set(targets) }
}

/** Buckets are aligned to the step and named by their last millisecond; the last one ends where the question does. */
function answer(request: QueryRequest, asked: Asked, from: Instant, to: Instant, stepMs: number): string {
  const began = performance.now()
  const { limits, now } = request
  if (!limits.volume_enabled) throw new QueryError(404, 'not found')
  const { start, end } = lookBack(from, to, limits, now)
  checkLength(start, end, limits)
  const startMs = Math.floor(millisOf(start))
  const endMs = Math.ceil(millisOf(end))
  const width = stepMs === 0 ? endMs - startMs + 1 : stepMs
  const firstMs = stepMs === 0 ? startMs : Math.floor(startMs / stepMs) * stepMs
  const count = stepMs === 0 ? 1 : Math.max(1, Math.ceil((endMs - firstMs) / stepMs))
  const times = Array.from({ length: count }, (_, i) =>
    i === count - 1 ? millisOf(end) : firstMs + (i + 1) * width - 1,
  )
  const totals = new Map<string, { labels: readonly (readonly [string, string])[]; buckets: Float64Array }>()
  for (const stream of selectStreams(request.tenant, asked.matchers)) {
    const buckets = bytesOf(stream, instantOf(startMs), instantOf(endMs), firstMs, width, count)
    if (!buckets.some((bytes) => bytes > 0)) continue
    for (const labels of namesOf(stream, asked)) {
      const key = writeLabels(labels)
      const known = totals.get(key)
      if (known === undefined && totals.size >= limits.volume_max_series) throw tooMany(limits.volume_max_series)
      if (known === undefined) totals.set(key, { labels, buckets: buckets.slice() })
      else for (let i = 0; i < count; i++) known.buckets[i]! += buckets[i]!
    }
  }
  cut([...totals.values()], asked.limit, count)
  const rows = [...totals.values()].map(({ labels, buckets }) => ({
    name: asked.isByLabel ? labels[0]![0] : writeLabels(labels),
    metric: JSON.stringify(Object.fromEntries(labels)),
    points: [...buckets].flatMap((bytes, i) => (bytes > 0 ? [{ ms: times[i]!, bytes }] : [])),
  }))
  return write(rows, performance.now() - began)
}

function tooMany(limit: number): QueryError {
  return new QueryError(500, `the query hit the max number of series limit (limit: ${limit} series)`)
}

function bytesOf(
  stream: Stream,
  start: Instant,
  end: Instant,
  firstMs: number,
  stepMs: number,
  count: number,
): Float64Array {
  const buckets = new Float64Array(count)
  for (const block of stream.blocks) addBytes(buckets, block, start, end, firstMs, stepMs)
  return buckets
}

/** What a stream's bytes are counted under: its labels that were asked for, together or each one. */
function namesOf(stream: Stream, { labels, isByLabel }: Asked): (readonly (readonly [string, string])[])[] {
  const wanted = stream.labels.filter(([name]) => labels === undefined || labels.has(name))
  return isByLabel ? wanted.map(([name]) => [[name, ''] as const]) : [wanted]
}

/** Leaves the largest `limit` in each bucket. */
function cut(
  rows: readonly { buckets: Float64Array; labels: readonly (readonly [string, string])[] }[],
  limit: number,
  count: number,
): void {
  if (rows.length <= limit) return
  for (let i = 0; i < count; i++) {
    const order = [...rows].sort(
      (a, b) => b.buckets[i]! - a.buckets[i]! || compareText(writeLabels(a.labels), writeLabels(b.labels)),
    )
    for (const row of order.slice(limit)) row.buckets[i] = 0
  }
}

interface Row {
  readonly name: string
  readonly metric: string
  readonly points: readonly { readonly ms: number; readonly bytes: number }[]
}

/** The largest first. A matrix when any of them has more than one point, as in Loki. */
function write(all: readonly Row[], elapsedMs: number): string {
  const rows = all.filter((row) => row.points.length > 0)
  rows.sort((a, b) => b.points[0]!.bytes - a.points[0]!.bytes || compareText(a.name, b.name))
  const isMatrix = rows.some((row) => row.points.length > 1)
  const json = rows.map(({ metric, points }) => {
    const texts = points.map(({ ms, bytes }) => `[${Math.floor(ms) / 1000},"${valueText(bytes)}"]`)
    return isMatrix ? `{"metric":${metric},"values":[${texts.join(',')}]}` : `{"metric":${metric},"value":${texts[0]}}`
  })
  const stats = { lines: 0, bytes: 0, blocks: 0 }
  return queryJson(isMatrix ? 'matrix' : 'vector', `[${json.join(',')}]`, stats, elapsedMs, false, 0)
}
