/** Rows for tests: an entry of one's own, without a store. */
import { createRow, type MovingRow } from '../../../loki/logql/row.ts'

export interface Entry {
  line: string
  labels?: Readonly<Record<string, string>>
  metadata?: Readonly<Record<string, string>>
  timestamp?: bigint
}

export function rowOf(entry: Entry): MovingRow {
  const labels = new Map(Object.entries(entry.labels ?? {}))
  const metadata = new Map(Object.entries(entry.metadata ?? {}))
  return createRow({
    line: () => entry.line,
    lineLength: () => Buffer.byteLength(entry.line),
    timestamp: () => entry.timestamp ?? 0n,
    streamLabel: (name) => labels.get(name),
    eachStreamLabel: (visit) => {
      for (const [name, value] of labels) visit(name, value)
    },
    metadata: (name) => metadata.get(name),
    eachMetadata: (visit) => {
      for (const [name, value] of metadata) visit(name, value)
    },
  })
}
