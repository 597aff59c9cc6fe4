/** Lines of ours → entries of batches, read by the shipper's own readers: what a file would have become, it becomes. */
import { hostname } from 'node:os'
import type { Batch } from '../../shipper/batch/batch.ts'
import { BatchBuilder, type Progress } from '../../shipper/batch/builder.ts'
import { lineWriter } from '../../shipper/batch/line.ts'
import { createMemory, type DetectMemory } from '../../shipper/formats/detect.ts'
import { normalize, type Surroundings } from '../../shipper/normalize/normalize.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { fromMillis } from '../../shipper/terms/instant.ts'
import { read } from './readers.ts'

/** Loki takes up to 4 MiB; its default rate is 4 MB a second, and a batch is repeated whole. */
const MAX_BATCH_BYTES = 1024 * 1024
const MAX_BATCH_ENTRIES = 10_000
const LABELS = ['service', 'node', 'level', 'env']
const MAX_LABEL_VALUES = 200

export interface BatchMaker {
  /** Puts lines into batches; returns those that are full. A line that is no JSON object is kept whole, as a message. */
  add(lines: readonly string[], run: Progress): Batch[]
  /** The batch in hand. */
  take(): Batch[]
}

/** `labels`: beyond service, node, level and env; names of fields. */
export function createBatchMaker(labels: readonly string[] = []): BatchMaker {
  const builder = new BatchBuilder({
    maxBytes: MAX_BATCH_BYTES,
    maxEntries: MAX_BATCH_ENTRIES,
    labels: { allow: [...LABELS, ...labels], maxValues: MAX_LABEL_VALUES },
    write: lineWriter('json'),
  })
  const memory = createMemory()
  return {
    add(lines, run) {
      for (const line of lines) builder.add(recordOf(line, memory), run, 0)
      return builder.take(false)
    },
    take: () => builder.take(true),
  }
}

const AROUND: Surroundings = { service: 'unknown', node: undefined, env: undefined, level: 'unknown', host: hostname() }

/** As the shipper reads a line; secrets are out of it already. */
export function recordOf(line: string, memory: DetectMemory = createMemory()): LogRecord {
  const now = fromMillis(Date.now())
  const parsed = read({ head: line, rest: '', runtime: undefined }, { zone: 'UTC', now }, memory)
  return normalize(parsed, undefined, now, AROUND)
}
