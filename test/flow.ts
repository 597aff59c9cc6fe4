/** Runs bytes through one origin's flow, as the pipeline does, and gives back what would be pushed. */
import type { Batch } from '../shipper/batch/batch.ts'
import { BatchBuilder, newProgress } from '../shipper/batch/builder.ts'
import { writeRecord } from '../shipper/batch/line.ts'
import { byName } from '../shipper/formats/index.ts'
import { Interpreter } from '../shipper/interpret.ts'
import { Lane } from '../shipper/lanes/lane.ts'
import type { Surroundings } from '../shipper/normalize/normalize.ts'
import { OriginFlow } from '../shipper/origin-flow.ts'
import type { PatternWatch } from '../shipper/patterns/patterns.ts'
import { createRedactor } from '../shipper/redact/redact.ts'
import type { Watch } from '../shipper/scan/scanner.ts'
import { CORPUS_TIME } from './formats/corpus.ts'

export const AROUND: Surroundings = {
  service: 'app',
  node: undefined,
  env: undefined,
  level: 'unknown',
  host: 'host-1',
}

const redactor = createRedactor()
const NO_KEYS: ReadonlyMap<string, string> = new Map()

export interface FlowResult {
  readonly batches: Batch[]
  readonly flow: OriginFlow
  readonly lane: Lane
}

export function runFlow(
  bytes: Uint8Array,
  useLane: boolean,
  blockBytes = 64 * 1024,
  patterns?: PatternWatch,
  watch?: Watch,
): FlowResult {
  const builder = new BatchBuilder({
    maxBytes: 1024 * 1024,
    maxEntries: 10_000,
    labels: { allow: ['service', 'node', 'level', 'env'], maxValues: 200 },
    write: writeRecord,
  })
  const progress = newProgress({ id: 1, path: 'app.log', name: 'app' }, 0)
  const interpreter = new Interpreter({
    around: AROUND,
    zone: 'UTC',
    format: undefined,
    redactor,
    now: () => CORPUS_TIME.now,
  })
  const lane = new Lane({
    builder,
    around: AROUND,
    progress,
    isUtc: true,
    mayHoldSecret: redactor.mayHoldBytes,
    parse(text) {
      const parsed = interpreter.parse({ head: text, rest: '', runtime: undefined })
      return { parsed, rename: (byName(parsed.format) as { keys?: ReadonlyMap<string, string> }).keys ?? NO_KEYS }
    },
    write: (text) => writeRecord(interpreter.record({ head: text, rest: '', runtime: undefined })),
    patterns,
    watched: watch && {
      watch,
      see: (text, end) =>
        watch.see(interpreter.record({ head: text, rest: '', runtime: undefined }), text, { position: String(end) }),
    },
  })
  const framing = { framing: 'auto' as const, multiline: true }
  const way = { lane: useLane ? lane : undefined, patterns, watch, positionOf: String }
  const flow = new OriginFlow({ framing, interpreter, builder, progress, ...way })
  // As a reader may: each block in the memory of the one before.
  const memory = Buffer.alloc(Math.min(blockBytes, bytes.length))
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const length = Math.min(blockBytes, bytes.length - at)
    memory.set(bytes.subarray(at, at + length))
    flow.data(length === memory.length ? memory : memory.subarray(0, length), at)
    memory.fill(0)
  }
  flow.end()
  return { batches: builder.take(true), flow, lane }
}

/** Every entry as text, so that a difference can be read. */
export function entriesOf(batches: readonly Batch[]): string[] {
  return batches.flatMap(({ streams }) =>
    streams.flatMap(({ labels, bytes, ends }) =>
      Array.from(
        ends,
        (end, index) =>
          `${labels} ${Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1], end)).toString('latin1')}`,
      ),
    ),
  )
}
