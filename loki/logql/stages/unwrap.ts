/** `| unwrap name`: a label's value as a number. */
import type { Unwrap } from '../ast.ts'
import type { Row } from '../row.ts'
import { uncheckedStage } from './label.ts'
import { type Reading, readDuration, readFloat, readSize } from './values.ts'

/**
 * The number of an entry that has passed the pipeline; undefined when it has none, or when the filters behind unwrap drop it.
 * One that cannot be read counts as 0 and sets the row's error (SampleExtractionErr), which those filters may still drop.
 */
export function createUnwrap(unwrap: Unwrap): (row: Row) => number | undefined {
  const { name } = unwrap
  const read = READERS[unwrap.conversion ?? 'number']
  const filters = unwrap.filters.map(uncheckedStage)
  return (row) => {
    const text = row.get(name)
    if (text === undefined || text === '') return undefined
    const reading = read(text)
    if (typeof reading !== 'number') {
      row.error = 'SampleExtractionErr'
      row.details = reading.fault
    }
    let isKept = true
    // They are joined by `and`, which runs both sides.
    for (const filter of filters) isKept = filter(row) && isKept
    return isKept ? (typeof reading === 'number' ? reading : 0) : undefined
  }
}

function readSeconds(text: string): Reading {
  const nanos = readDuration(text)
  return typeof nanos === 'number' ? nanos / 1e9 : nanos
}

const READERS: Readonly<Record<'number' | 'bytes' | 'duration' | 'duration_seconds', (text: string) => Reading>> = {
  number: readFloat,
  bytes: readSize,
  duration: readSeconds,
  duration_seconds: readSeconds,
}
