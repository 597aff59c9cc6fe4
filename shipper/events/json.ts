/** An event as the API, triggers and people see it. */
import { formatInstant } from '../terms/instant.ts'
import type { EventMetadata, EventName, EventSource, LogEvent, Severity } from './event.ts'

export interface EventJson {
  readonly seq: number
  /** RFC 3339 in UTC, nine digits of fraction. */
  readonly time: string
  readonly source: EventSource
  readonly event: EventName
  readonly severity: Severity
  readonly message: string
  readonly metadata: EventMetadata
}

export function eventJson({ seq, time, source, event, severity, message, metadata }: LogEvent): EventJson {
  return { seq, time: formatInstant(time), source, event, severity, message, metadata }
}
