/** A timeline's record as one line of JSON. */
import { nanosText } from './times.ts'
import type { TraceRecord } from './trace-records.ts'

/** `id`: the one that was looked for. */
export function recordJson(record: TraceRecord, id: string): string {
  const { entry, offsetMs, gapMs, service, node, level, event, message, error, isError, durationMs, ids } = record
  const foundAs = [...ids].filter(([, value]) => value === id).map(([name]) => name)
  const said = {
    timestamp: nanosText(entry.time),
    offset_ms: offsetMs,
    gap_ms: gapMs,
    service,
    node,
    level,
    event,
    message,
    error,
    is_error: isError,
    duration_ms: durationMs ?? null,
    found_as: foundAs.length === 0 ? ['line'] : foundAs,
    line: entry.line,
  }
  const labels = [...entry.labels].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return `${JSON.stringify(said).slice(0, -1)},"labels":{${labels.join(',')}}}`
}
