/** An OTLP export of logs → entries: resource attributes say where a record comes from, its body is the line. */
import type { Entry, EntryPlace } from '../spool/entry.ts'
import { fromMillis, type Instant } from '../terms/instant.ts'
import { normalizeName } from '../wire/names.ts'
import { type Attribute, attributeText, type LogRecord, type ResourceLogs, type ScopeLogs } from '../wire/otlprecord.ts'
import { placeOf } from './place.ts'

/** The data model's SeverityNumber: four of each. */
const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** `now` in milliseconds is the time of records that have none. */
export function entriesOfOtlp(resources: readonly ResourceLogs[], now: number): Entry[] {
  return resources.flatMap(({ attributes, scopes }) => {
    const place = placeOf('otlp', pairsOf(attributes))
    return scopes.flatMap((scope) => scope.records.map((record) => entryOf(record, scope, place, now)))
  })
}

function entryOf(record: LogRecord, scope: ScopeLogs, place: EntryPlace, now: number): Entry {
  const metadata = pairsOf(record.attributes)
  const { severityNumber, severityText, traceId, spanId } = record
  const level = SEVERITIES[Math.floor((severityNumber - 1) / 4)] ?? severityText
  const own = { level, trace_id: traceId, span_id: spanId, logger: scope.name }
  for (const [name, value] of Object.entries(own)) if (value !== '') metadata.unshift([name, value])
  return { time: timeOf(record, now), place, metadata, text: attributeText(record.body) }
}

function timeOf({ time, observed }: LogRecord, now: number): Instant {
  const nanos = time > 0n ? time : observed
  if (nanos <= 0n) return fromMillis(now)
  return { seconds: Number(nanos / 1_000_000_000n), nanos: Number(nanos % 1_000_000_000n) }
}

/** Names as Loki writes them: http.method is http_method. One that has no letter or digit keeps nothing. */
function pairsOf(attributes: readonly Attribute[]): (readonly [string, string])[] {
  return attributes.flatMap(({ key, value }) => {
    const name = normalizeName(key.toWellFormed())
    return typeof name === 'string' ? [[name, attributeText(value)] as const] : []
  })
}
