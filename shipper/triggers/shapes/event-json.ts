/** An event as receivers of a webhook get it. */
import type { LogEvent } from '../../events/event.ts'
import { formatInstant } from '../../terms/instant.ts'

/** Without the key, which is the log's own. Times are RFC 3339 in UTC with nanoseconds. */
export function eventBody({ seq, time, source, event, severity, message, metadata }: LogEvent): object {
  return { seq, time: formatInstant(time), source, event, severity, message: message.toWellFormed(), metadata }
}
