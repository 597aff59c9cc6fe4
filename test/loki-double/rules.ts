/**
 * What Loki 3.7 does with a push that it could parse: the distributor's checks (all refusals told, grouped by text, the
 * rest goes on), then the ingester's (only the last stream's refusal is told, and instead of the distributor's).
 */
import { type Entry, labelText, type Stream } from './decode.ts'

export interface Limits {
  readonly maxLineSize: number
  readonly maxAgeMs: number
  readonly graceMs: number
  readonly maxLabelNames: number
  readonly maxLabelValue: number
  readonly maxMetadataBytes: number
  readonly maxMetadataCount: number
  readonly allowMetadata: boolean
  /** Half of max_chunk_age. */
  readonly windowMs: number
  readonly maxStreams: number
  /** Bytes a second and bucket size of the tenant; 0: no limit. */
  readonly rate: number
  readonly burst: number
  readonly perStreamBurst: number
  readonly maxGrpcBytes: number
}

export const DEFAULTS: Limits = {
  maxLineSize: 256 * 1024,
  maxAgeMs: 168 * 3600_000,
  graceMs: 600_000,
  maxLabelNames: 15,
  maxLabelValue: 2048,
  maxMetadataBytes: 64 * 1024,
  maxMetadataCount: 128,
  allowMetadata: true,
  windowMs: 3600_000,
  maxStreams: 5000,
  rate: 0,
  burst: 0,
  perStreamBurst: 0,
  maxGrpcBytes: 4 * 1024 * 1024,
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export interface Stored extends Entry {
  readonly stream: string
}

export function createIngester(limits: Limits, now: () => number) {
  const streams = new Map<string, { newest: bigint; perStream: number }>()
  const stored: Stored[] = []
  let tokens = limits.burst
  let filledAt = now()
  const push = (pushed: readonly Stream[]): Answer => {
    if (pushed.length === 0) return { status: 422, text: 'error at least one valid stream is required for ingestion' }
    const errors: string[] = []
    const valid: { key: string; entries: Entry[] }[] = []
    for (const { labels, entries } of pushed) {
      if (entries.length === 0) continue
      const key = labelText(labels)
      const bad = badLabels(key, labels, limits)
      if (bad !== undefined) {
        errors.push(bad)
        continue
      }
      const kept: Entry[] = []
      for (const entry of entries) {
        const refusal = badEntry(key, entry, limits, now())
        if (refusal?.startsWith('500 ')) return { status: 500, text: refusal.slice(4) }
        if (refusal !== undefined) errors.push(refusal)
        else kept.push(entry)
      }
      if (kept.length > 0) valid.push({ key, entries: kept })
    }
    const validation = errors.length === 0 ? { status: 204, text: '' } : { status: 400, text: grouped(errors) }
    const bytes = sizeOf(valid.flatMap(({ entries }) => entries))
    const lines = valid.reduce((count, { entries }) => count + entries.length, 0)
    if (limits.rate > 0) {
      tokens = Math.min(limits.burst, tokens + ((now() - filledAt) / 1000) * limits.rate)
      filledAt = now()
      if (bytes > tokens) {
        const text = `ingestion rate limit exceeded for user fake (limit: ${limits.rate} bytes/sec) while attempting to ingest '${lines}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`
        return { status: 429, text }
      }
      tokens -= bytes
    }
    const message = bytes + lines * 45
    if (message > limits.maxGrpcBytes) {
      const text = `rpc error: code = ResourceExhausted desc = grpc: received message larger than max (${message} vs. ${limits.maxGrpcBytes})`
      return { status: 500, text }
    }
    let last: Answer | undefined
    for (const { key, entries } of valid) last = append(key, entries)
    return last ?? validation
  }

  /** One stream at the ingester; undefined: all stored. */
  const append = (key: string, entries: readonly Entry[]): Answer | undefined => {
    if (!streams.has(key) && streams.size >= limits.maxStreams) {
      const text = `maximum active stream limit exceeded when trying to create stream ${key}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: 'fake'`
      return { status: 429, text }
    }
    const stream = streams.get(key) ?? { newest: 0n, perStream: limits.perStreamBurst }
    streams.set(key, stream)
    if (limits.perStreamBurst > 0 && sizeOf(entries) > stream.perStream) {
      const reason = `Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest for stream '${key}' totaling ${sizeOf(entries)}B, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`
      stream.perStream = limits.perStreamBurst
      return {
        status: 429,
        text: ignored(
          key,
          entries.map((entry) => [entry, reason]),
          entries.length,
        ),
      }
    }
    stream.perStream -= sizeOf(entries)
    const behind: [Entry, string][] = []
    for (const entry of entries) {
      const cutoff = stream.newest - BigInt(limits.windowMs) * 1_000_000n
      if (stream.newest > 0n && entry.ns < cutoff) {
        const reason = `entry too far behind, entry timestamp is: ${rfc3339(entry.ns)}, oldest acceptable timestamp is: ${rfc3339(cutoff)}`
        behind.push([entry, reason])
        continue
      }
      if (entry.ns > stream.newest) stream.newest = entry.ns
      stored.push({ ...entry, stream: key })
    }
    return behind.length === 0 ? undefined : { status: 400, text: ignored(key, behind, entries.length) }
  }
  return { push, stored, streams }
}

export function rfc3339(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString().replace(/\.\d+Z$/, 'Z')
}

function badLabels(key: string, labels: ReadonlyMap<string, string>, limits: Limits): string | undefined {
  const count = labels.size - (labels.has('service_name') ? 1 : 0)
  if (count > limits.maxLabelNames)
    return `entry for stream '${key}' has ${count} label names; limit ${limits.maxLabelNames}`
  for (const value of labels.values()) {
    if (Buffer.byteLength(value) > limits.maxLabelValue) return `stream '${key}' has label value too long: '${value}'`
  }
  return undefined
}

function badEntry(key: string, entry: Entry, limits: Limits, now: number): string | undefined {
  const oldest = BigInt(now - limits.maxAgeMs) * 1_000_000n
  if (entry.ns < oldest) {
    return `entry for stream '${key}' has timestamp too old: ${rfc3339(entry.ns)}, oldest acceptable timestamp is: ${rfc3339(oldest)}`
  }
  if (entry.ns > BigInt(now + limits.graceMs) * 1_000_000n) {
    return `entry for stream '${key}' has timestamp too new: ${rfc3339(entry.ns)}`
  }
  if (entry.lineBytes > limits.maxLineSize) {
    return `max entry size '${limits.maxLineSize}' bytes exceeded for stream '${key}' while adding an entry with length '${entry.lineBytes}' bytes`
  }
  if (entry.metadata.length === 0) return undefined
  if (!limits.allowMetadata) {
    return `stream '${key}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`
  }
  const bytes = entry.metadata.flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > limits.maxMetadataBytes) {
    return `stream '${key}' has structured metadata too large: '${bytes}' bytes, limit: '${limits.maxMetadataBytes}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`
  }
  if (entry.metadata.length > limits.maxMetadataCount) {
    return `stream '${key}' has too many structured metadata labels: '${entry.metadata.length}', limit: '${limits.maxMetadataCount}'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`
  }
  const odd = entry.metadata.find(([name]) => !/[a-zA-Z0-9]/.test(name))
  if (odd === undefined) return undefined
  return odd[0] === ''
    ? '500 label name is empty'
    : `500 normalization for label name "${odd[0]}" resulted in invalid name "_"`
}

/** util.GroupedErrors: by text, in Go's random map order, which is here a reversed one. */
function grouped(errors: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1)
  const isPlain = counts.size === 1 && errors.length === 1
  const texts = [...counts].map(([text, count]) => (isPlain ? text : `${count} errors like: ${text}`))
  return texts.reverse().join('; ')
}

const MAX_RETURNED = 10

function ignored(key: string, failed: readonly (readonly [Entry, string])[], total: number): string {
  const named = failed.slice(0, MAX_RETURNED).map(([{ ns }, reason]) => {
    const time = `${rfc3339(ns).replace('T', ' ').slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
    return `entry with timestamp ${time} +0000 UTC ignored, reason: '${reason}',\n`
  })
  return `${named.join('')}user 'fake', total ignored: ${failed.length} out of ${total} for stream: ${key}`
}

function sizeOf(entries: readonly Entry[]): number {
  let size = 0
  for (const { lineBytes, metadata } of entries) {
    size += lineBytes
    for (const [name, value] of metadata) size += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  return size
}
