/** Raw logs of a test → entries as `longship ship` would push them: same formats, labels, metadata, line, redaction. */

import type { Normalize, NormalizedEntry } from '../../../loki/testing/input.ts'
import { metadataOf } from '../../batch/builder.ts'
import { OriginClocks } from '../../batch/clock.ts'
import { fitLine } from '../../batch/fit.ts'
import { LabelGuard, PLAIN_LABELS } from '../../batch/labels.ts'
import { writeRecord } from '../../batch/line.ts'
import { createFramer, type FramedEvent } from '../../framing/index.ts'
import { Interpreter } from '../../interpret.ts'
import type { LogRecord } from '../../record.ts'
import { createRedactor } from '../../redact/redact.ts'
import { isZone } from '../../terms/zone.ts'
import { readLabels } from '../../wire/labels.ts'
import { checkZone, formatOf } from '../file-options.ts'

const NANOS = 1_000_000_000n
const MAX_LABEL_VALUES = 10_000

export const normalizeRaw: Normalize = async ({ text, service, node, env, format, timezone, now }) => {
  if (!isZone(timezone)) checkZone(timezone)
  const start = { seconds: Number(now / NANOS), nanos: Number(now % NANOS) }
  const interpreter = new Interpreter({
    around: { service: service ?? 'app', node, env, level: 'unknown', host: 'host' },
    zone: timezone,
    format: formatOf(format),
    redactor: createRedactor(),
    now: () => start,
  })
  const records: LogRecord[] = []
  const framer = createFramer({ framing: 'auto', multiline: true })
  const sink = { event: ({ message }: FramedEvent) => void records.push(interpreter.record(message)) }
  framer.push(Buffer.from(text), 0, sink)
  framer.end(sink)
  return entriesOf(records)
}

/** Lines without a time stand at that of the line before, or of the first line that has one; equal times a nanosecond apart. */
function entriesOf(records: readonly LogRecord[]): NormalizedEntry[] {
  const guard = new LabelGuard({ allow: PLAIN_LABELS, maxValues: MAX_LABEL_VALUES })
  const clocks = new OriginClocks()
  let time = records.find(({ timestamp_source }) => timestamp_source !== 'read')?.timestamp
  return records.map((record) => {
    if (record.timestamp_source !== 'read' || time === undefined) time = record.timestamp
    const { service, node, level, env } = record
    const labels = guard.labels(
      new Map([
        ['service', service],
        ['node', node],
        ['level', level],
        ['env', env ?? ''],
      ]),
    )
    const clock = clocks.of(labels.text)
    clock.next(time.seconds, time.nanos)
    return {
      labels: new Map(readLabels(labels.text) as [string, string][]),
      time: BigInt(clock.entrySeconds) * NANOS + BigInt(clock.entryNanos),
      line: String(fitLine(record, writeRecord).line),
      metadata: new Map(metadataOf(record, labels)),
    }
  })
}
