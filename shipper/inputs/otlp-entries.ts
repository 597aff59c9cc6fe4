/** An OTLP export of logs → entries: resource attributes say where a record comes from, its body is the line. */

import type { Known } from '../record.ts'
import type { Entry, EntryPlace } from '../spool/entry.ts'
import { fromMillis, type Instant } from '../terms/instant.ts'
import { readLevel } from '../terms/level.ts'
import { normalizeName } from '../wire/names.ts'
import { type Attribute, attributeText, type LogRecord, type ResourceLogs } from '../wire/otlprecord.ts'
import { placeOf } from './place.ts'

/** The data model's SeverityNumber: four of each. */
const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** `now` in milliseconds is the time of records that have none. */
export function entriesOfOtlp(resources: readonly ResourceLogs[], now: number): Entry[] {
  return resources.flatMap(({ attributes, scopes }) => {
    const place = placeOf('otlp', pairsOf(attributes))
    return scopes.flatMap((scope) => {
      const about = [['scope_version', scope.version] as const, ...pairsOf(scope.attributes)].filter(isSaid)
      return scope.records.map((record) => entryOf(record, scope.name, about, place, now))
    })
  })
}

function entryOf(record: LogRecord, logger: string, scope: Known, place: EntryPlace, now: number): Entry {
  const { severityNumber, severityText, traceId, spanId, eventName } = record
  const level = SEVERITIES[Math.floor((severityNumber - 1) / 4)]
  const own = [
    ['event', eventName],
    ['logger', logger],
    ['span_id', idOf(spanId)],
    ['trace_id', idOf(traceId)],
    ['level', level ?? severityText],
    // CRITICAL beside 21, which is fatal: what the program called it.
    ['severity_text', level === undefined || readLevel(severityText)?.level === level ? '' : severityText],
  ] as const
  const metadata = [...own.filter(isSaid), ...pairsOf(record.attributes), ...scope]
  return { time: timeOf(record, now), place, metadata, text: attributeText(record.body) }
}

function isSaid([, value]: Known[number]): boolean {
  return value !== ''
}

/** Nothing but zeroes is none. */
function idOf(hex: string): string {
  return /[^0]/.test(hex) ? hex : ''
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
