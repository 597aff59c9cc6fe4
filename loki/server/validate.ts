/**
 * Loki's checks of a push, in Loki's order, with its words (grafana/loki v3.7.6 pkg/distributor, pkg/validation and
 * pkg/ingester). The distributor's half looks at labels and entries; the ingester's half at streams.
 */

import type { Label } from '../../shipper/wire/labels.ts'
import type { PushedStream } from '../../shipper/wire/pushed.ts'
import type { Limits } from '../limits.ts'
import { writeSize } from '../logql/units.ts'
import { take } from './bucket.ts'
import type { Stream, Tenant } from './tenant.ts'

/** Loki's validation.ErrXxx reasons, as loki_discarded_samples_total names them. */
export type Reason =
  | 'line_too_long'
  | 'greater_than_max_sample_age'
  | 'too_far_in_future'
  | 'max_label_names_per_series'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'duplicate_label_names'
  | 'disallowed_structured_metadata'
  | 'structured_metadata_too_large'
  | 'structured_metadata_too_many'
  | 'missing_enforced_labels'
  | 'missing_labels'
  | 'invalid_labels'
  | 'rate_limited'
  | 'stream_limit'
  | 'per_stream_rate_limit'
  | 'too_far_behind'

export interface Refusal {
  readonly reason: Reason
  readonly message: string
}

/** A stream's labels against the limits; undefined when they pass. */
export function checkLabels(
  labels: readonly Label[],
  text: string,
  tenant: string,
  limits: Limits,
): Refusal | undefined {
  if (labels.length === 0)
    return { reason: 'missing_labels', message: 'error at least one label pair is required per stream' }
  // Loki does not count service_name, which its own discovery may have added.
  const counted = labels.length - (labels.some(([name]) => name === 'service_name') ? 1 : 0)
  if (counted > limits.max_label_names_per_series) {
    const message = `entry for stream '${text}' has ${counted} label names; limit ${limits.max_label_names_per_series}`
    return { reason: 'max_label_names_per_series', message }
  }
  let last = ''
  for (const [name, value] of labels) {
    if (Buffer.byteLength(name) > limits.max_label_name_length) {
      return { reason: 'label_name_too_long', message: `stream '${text}' has label name too long: '${name}'` }
    }
    if (Buffer.byteLength(value) > limits.max_label_value_length) {
      return { reason: 'label_value_too_long', message: `stream '${text}' has label value too long: '${value}'` }
    }
    if (name === last) {
      return { reason: 'duplicate_label_names', message: `stream '${text}' has duplicate label name: '${name}'` }
    }
    last = name
  }
  const missing = limits.enforced_labels.filter((wanted) => !labels.some(([name]) => name === wanted))
  if (missing.length === 0) return undefined
  const message = `missing required labels '${missing.join(',')}' for user '${tenant}' for stream '${text}' (policy: '')`
  return { reason: 'missing_enforced_labels', message }
}

/** The two ends of acceptable time, in milliseconds since 1970. */
export interface Window {
  readonly oldest: number
  readonly newest: number
}

export function acceptWindow(limits: Limits, now: number): Window {
  const oldest = limits.reject_old_samples ? now - limits.reject_old_samples_max_age : Number.NEGATIVE_INFINITY
  return { oldest, newest: now + limits.creation_grace_period }
}

/** One pushed entry against the limits; undefined when it passes. */
export function checkEntry(
  stream: PushedStream,
  index: number,
  text: string,
  limits: Limits,
  window: Window,
): Refusal | undefined {
  const seconds = stream.seconds[index]!
  const nanos = stream.nanos[index]!
  const ms = seconds * 1000 + nanos / 1e6
  if (ms < window.oldest) {
    const oldest = writeTime(Math.floor(window.oldest / 1000))
    const message = `entry for stream '${text}' has timestamp too old: ${writeTime(seconds)}, oldest acceptable timestamp is: ${oldest}`
    return { reason: 'greater_than_max_sample_age', message }
  }
  if (ms > window.newest) {
    return {
      reason: 'too_far_in_future',
      message: `entry for stream '${text}' has timestamp too new: ${writeTime(seconds)}`,
    }
  }
  const length = stream.ranges[4 * index + 1]! - stream.ranges[4 * index]!
  if (limits.max_line_size !== 0 && length > limits.max_line_size) {
    const message = `max entry size '${limits.max_line_size}' bytes exceeded for stream '${text}' while adding an entry with length '${length}' bytes`
    return { reason: 'line_too_long', message }
  }
  return stream.pairs[index]! === 0
    ? undefined
    : checkMetadata(stream.metadataSizes[index]!, stream.pairs[index]!, text, limits)
}

function checkMetadata(size: number, pairs: number, text: string, limits: Limits): Refusal | undefined {
  if (!limits.allow_structured_metadata) {
    const message = `stream '${text}' includes structured metadata, but this feature is disallowed. Please see \`limits_config.allow_structured_metadata\` or contact your Loki administrator to enable it`
    return { reason: 'disallowed_structured_metadata', message }
  }
  const maxSize = limits.max_structured_metadata_size
  if (maxSize !== 0 && size > maxSize) {
    const message = `stream '${text}' has structured metadata too large: '${size}' bytes, limit: '${maxSize}' bytes. Please see \`limits_config.max_structured_metadata_size\` or contact your Loki administrator to increase it`
    return { reason: 'structured_metadata_too_large', message }
  }
  const maxPairs = limits.max_structured_metadata_entries_count
  if (maxPairs === 0 || pairs <= maxPairs) return undefined
  const message = `stream '${text}' has too many structured metadata labels: '${pairs}', limit: '${maxPairs}'. Please see \`limits_config.max_structured_metadata_entries_count\` or contact your Loki administrator to increase it`
  return { reason: 'structured_metadata_too_many', message }
}

/** The tenant's ingestion rate for a whole push; the refusal's message when it is over. */
export function checkRate(
  tenant: Tenant,
  entries: number,
  bytes: number,
  limits: Limits,
  now: number,
): Refusal | undefined {
  const rate = limits.ingestion_rate_mb * 1024 * 1024
  if (take(tenant.bucket, bytes, rate, limits.ingestion_burst_size_mb * 1024 * 1024, now)) return undefined
  const message = `ingestion rate limit exceeded for user ${tenant.id} (limit: ${Math.floor(rate)} bytes/sec) while attempting to ingest '${entries}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased`
  return { reason: 'rate_limited', message }
}

export function streamLimitMessage(text: string, tenant: string): string {
  return `maximum active stream limit exceeded when trying to create stream ${text}, reduce the number of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the limit can be increased, user: '${tenant}'`
}

/** How Loki shards a hot stream (limits_config.shard_streams); each shard has its own rate. */
export interface Sharding {
  readonly enabled: boolean
  /** Bytes a second that one shard is meant to take. */
  readonly desiredRate: number
}

/** Whether a stream may take so many bytes now: all or none of a push, as Loki with shard_streams does it. */
export function allowStream(stream: Stream, bytes: number, limits: Limits, sharding: Sharding, now: number): boolean {
  const elapsed = now - stream.rate.since
  const rate = elapsed > 2000 ? 0 : stream.rate.bytes / Math.max(1, elapsed / 1000)
  const shards = sharding.enabled ? Math.max(1, Math.ceil((rate + bytes) / sharding.desiredRate)) : 1
  if (elapsed > 1000) stream.rate = { bytes: 0, since: now }
  stream.rate.bytes += bytes
  return take(
    stream.bucket,
    bytes,
    limits.per_stream_rate_limit * shards,
    limits.per_stream_rate_limit_burst * shards,
    now,
  )
}

export function streamRateMessage(text: string, limits: Limits, bytes: number): string {
  return `Per stream rate limit exceeded (limit: ${writeSize(limits.per_stream_rate_limit)}/sec) while attempting to ingest for stream '${text}' totaling ${writeSize(bytes)}, consider splitting a stream via additional labels or contact your Loki administrator to see if the limit can be increased`
}

export function tooFarBehindMessage(seconds: number, cutoffSeconds: number): string {
  return `entry too far behind, entry timestamp is: ${writeTime(seconds)}, oldest acceptable timestamp is: ${writeTime(cutoffSeconds)}`
}

/** RFC 3339 to the second, as Loki's messages have it. */
export function writeTime(seconds: number): string {
  const ms = seconds * 1000
  return Math.abs(ms) > 8.64e15 ? String(seconds) : `${new Date(ms).toISOString().slice(0, -5)}Z`
}

/** Go's time.Time.String(), which names entries in the ingester's answer. */
export function writeGoTime(seconds: number, nanos: number): string {
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${fraction} +0000 UTC`
}
