/** Which of a container's streams a record came by, and which of them a rule hears. */
import type { LogRecord } from '../record.ts'
import type { Rule } from './rule.ts'

export type Stream = 'stdout' | 'stderr'

/** Of no known stream is stdout, as a terminal's is. `told`: by the container's runtime; senders say it in a field. */
export function streamOf(record: LogRecord, told: Stream | undefined): Stream {
  return (told ?? record.fields.get('stream')) === 'stderr' ? 'stderr' : 'stdout'
}

export function hears({ streams }: Rule, stream: Stream): boolean {
  return streams === 'both' || streams === stream
}
