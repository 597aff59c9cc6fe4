/** OpenTelemetry logs as Loki takes them at /otlp/v1/logs (grafana/loki v3.7.6 pkg/loghttp/push/otlp.go). */

import { appendText, byteBuffer } from '../../shipper/wire/bytes.ts'
import { isLabelName, type Label, sortLabels, writeLabels } from '../../shipper/wire/labels.ts'
import { type Names, normalizeName } from '../../shipper/wire/names.ts'
import {
  type Attribute,
  type AttributeValue,
  attributeText,
  type LogRecord,
  type ResourceLogs,
} from '../../shipper/wire/otlprecord.ts'
import {
  addEntry,
  addPair,
  addStream,
  createPush,
  type Push,
  PushError,
  type PushedStream,
} from '../../shipper/wire/pushed.ts'
import type { Limits } from '../limits.ts'

/** Resource attributes that become labels: Loki's default_resource_attributes_as_index_labels. */
const LABEL_ATTRIBUTES: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.instance.id',
  'deployment.environment',
  'deployment.environment.name',
  'cloud.region',
  'cloud.availability_zone',
  'k8s.cluster.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.container.name',
  'container.name',
  'k8s.replicaset.name',
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
])

type Pair = readonly [name: string, value: string]

/** Makes a push of what was exported. `now` in milliseconds stands in for a record without any time. */
export function otlpPush(resources: readonly ResourceLogs[], names: Names, limits: Limits, now: number): Push {
  const push = createPush()
  if (!resources.some((resource) => resource.scopes.some((scope) => scope.records.length > 0))) return push
  const lines = byteBuffer(64 * 1024)
  const streams = new Map<string, PushedStream>()
  for (const resource of resources) {
    const { labels, metadata } = resourceLabels(resource.attributes, limits)
    const text = writeLabels(sortLabels(labels))
    let stream = streams.get(text)
    if (stream === undefined) streams.set(text, (stream = addStream(push, text, lines.bytes)))
    for (const scope of resource.scopes) {
      const shared = [...metadata, ...scopePairs(scope)]
      for (const record of scope.records) {
        const lineStart = lines.used
        appendText(lines, attributeText(record.body).toWellFormed())
        const metadataStart = stream.metadata.used
        let size = 0
        const pairs = dedupe([...recordPairs(record), ...shared])
        for (const [name, value] of pairs) size += addPair(stream.metadata, names, name, value.toWellFormed())
        const { seconds, nanos } = recordTime(record, now)
        addEntry(stream, seconds, nanos, lineStart, lines.used, metadataStart, pairs.size, size)
      }
    }
  }
  for (const stream of push.streams) stream.lines = lines.bytes
  return push
}

function dedupe(pairs: readonly Pair[]): Map<string, string> {
  const unique = new Map<string, string>()
  for (const [name, value] of pairs) if (!unique.has(name)) unique.set(name, value)
  return unique
}

function resourceLabels(attributes: readonly Attribute[], limits: Limits): { labels: Label[]; metadata: Pair[] } {
  const labels = new Map<string, string>()
  const metadata: Pair[] = []
  const discover = limits.discover_service_name
  let named = attributes.some(({ key, value }) => key === 'service.name' && attributeText(value) !== '')
  for (const { key, value } of attributes) {
    const pairs = attributePairs(key, value, '')
    if (!LABEL_ATTRIBUTES.has(key)) {
      metadata.push(...pairs)
      continue
    }
    for (const [name, text] of pairs) {
      labels.set(name, text)
      if (!named && discover.includes(name)) {
        labels.set('service_name', text)
        named = true
      }
    }
  }
  if (!named && discover.length > 0) labels.set('service_name', 'unknown_service')
  return { labels: [...labels].filter(([name]) => isLabelName(name)), metadata }
}

function scopePairs(scope: ResourceLogs['scopes'][number]): Pair[] {
  const pairs = scope.attributes.flatMap(({ key, value }) => attributePairs(key, value, ''))
  if (scope.name !== '') pairs.push(['scope_name', scope.name])
  if (scope.version !== '') pairs.push(['scope_version', scope.version])
  if (scope.dropped !== 0) pairs.push(['scope_dropped_attributes_count', String(scope.dropped)])
  return pairs
}

function recordPairs(record: LogRecord): Pair[] {
  const pairs = record.attributes.flatMap(({ key, value }) => attributePairs(key, value, ''))
  if (record.time !== 0n && record.observed !== 0n) pairs.push(['observed_timestamp', String(record.observed)])
  if (record.severityNumber !== 0) pairs.push(['severity_number', String(record.severityNumber)])
  if (record.severityText !== '') pairs.push(['severity_text', record.severityText])
  if (record.dropped !== 0) pairs.push(['dropped_attributes_count', String(record.dropped)])
  if (record.flags !== 0) pairs.push(['flags', String(record.flags)])
  if (!/^0*$/.test(record.traceId)) pairs.push(['trace_id', record.traceId])
  if (!/^0*$/.test(record.spanId)) pairs.push(['span_id', record.spanId])
  return pairs
}

function recordTime(record: LogRecord, now: number): { seconds: number; nanos: number } {
  const time = record.time !== 0n ? record.time : record.observed !== 0n ? record.observed : BigInt(now) * 1_000_000n
  // As Go's int64(uint64) does; such a time is far out of any window.
  const nanos = BigInt.asIntN(64, time)
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  return { seconds: Number((nanos - rest) / 1_000_000_000n), nanos: Number(rest) }
}

/** A map becomes one pair a member, its names joined by _. */
function attributePairs(key: string, value: AttributeValue, prefix: string): Pair[] {
  const name = normalizeName((prefix === '' ? key : `${prefix}_${key}`).toWellFormed())
  if (typeof name !== 'string') throw new PushError(400, `symbolizer lookup: ${name.error}`)
  if (!(value instanceof Map)) return [[name, attributeText(value)]]
  return [...value].flatMap(([member, inner]) => attributePairs(member, inner, name))
}
