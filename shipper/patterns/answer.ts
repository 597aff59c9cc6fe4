/** The body of Loki's GET /loki/api/v1/patterns, out of what the miner has counted. */
import { LongshipError } from '../errors.ts'
import { durationMs } from '../terms/units.ts'
import { type Cluster, textOf } from './cluster.ts'
import { MINUTE_MS } from './counts.ts'
import { readSelector } from './selector.ts'

/** No more patterns of an answer, the most frequent first. */
const MAX_ANSWERED = 300
const HOUR_MS = 3_600_000

/** query: a selector; start, end: nanoseconds, seconds or RFC 3339; since, step: durations or seconds. Throws (code usage). */
export function answerPatterns(clusters: Iterable<Cluster>, params: URLSearchParams, nowMs: number): string {
  const selects = readSelector(params.get('query') ?? '')
  const endMs = readTime(params, 'end') ?? nowMs
  const startMs = readTime(params, 'start') ?? endMs - (readSpan(params, 'since') ?? HOUR_MS)
  const stepMs = Math.max(MINUTE_MS, Math.ceil((readSpan(params, 'step') ?? 0) / MINUTE_MS) * MINUTE_MS)
  const patterns = new Map<string, { text: string; level: string; counts: Map<number, number>; total: number }>()
  for (const cluster of clusters) {
    const { service, nodes, levels } = cluster
    for (const [index, level] of levels.entries()) {
      if (!selects({ service, level, nodes })) continue
      const text = textOf(cluster)
      const key = `${level} ${text}`
      let pattern = patterns.get(key)
      if (pattern === undefined) patterns.set(key, (pattern = { text, level, counts: new Map(), total: 0 }))
      for (const [minute, lines] of cluster.counts[index].entries()) {
        const ms = minute * MINUTE_MS
        if (ms + MINUTE_MS <= startMs || ms > endMs) continue
        const step = ms - (ms % stepMs)
        pattern.counts.set(step, (pattern.counts.get(step) ?? 0) + lines)
        pattern.total += lines
      }
    }
  }
  const found = [...patterns.values()]
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || (a.text < b.text ? -1 : 1))
    .slice(0, MAX_ANSWERED)
    .map(({ text, level, counts }) => ({
      pattern: text,
      level,
      samples: [...counts].sort((a, b) => a[0] - b[0]).map(([ms, lines]) => [ms / 1000, lines]),
    }))
  return `${JSON.stringify({ status: 'success', data: found })}\n`
}

/** Milliseconds since the epoch. */
function readTime(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  const number = Number(text)
  const ms = !Number.isFinite(number) ? Date.parse(text) : /^[+-]?\d{11,}$/.test(text) ? number / 1e6 : number * 1000
  if (!Number.isFinite(ms))
    throw new LongshipError(
      'usage',
      `${name} must be nanoseconds, seconds or RFC 3339, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  return ms
}

/** Milliseconds. */
function readSpan(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null || text === '') return undefined
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : SPAN.test(text) ? durationMs(text) : Number.NaN
  if (!(ms > 0))
    throw new LongshipError(
      'usage',
      `${name} must be a duration (30s, 5m) or seconds, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  return ms
}

const SPAN = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/
