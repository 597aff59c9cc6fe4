/** The sample files of the five systems as records, with a clock and a host that stand still. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fitLine } from '../../shipper/batch/fit.ts'
import { writeRecord } from '../../shipper/batch/line.ts'
import { createFramer } from '../../shipper/framing/index.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'
import { originName } from '../../shipper/sources/origin.ts'

const SAMPLES = 'samples/systems'

export const SYSTEM_FILES: readonly string[] = readdirSync(SAMPLES).sort()

/** 2026-05-05T13:00:00Z */
const NOW = { seconds: 1_777_986_000, nanos: 0 }

export function recordsOf(...files: readonly string[]): LogRecord[] {
  return files.flatMap((file) => {
    const interpreter = new Interpreter({
      around: { service: originName(file), node: undefined, env: undefined, level: 'unknown', host: 'host-1' },
      zone: 'UTC',
      format: undefined,
      redactor: createRedactor(),
      now: () => NOW,
    })
    const records: LogRecord[] = []
    const sink = {
      event: ({ message }: { message: Parameters<Interpreter['record']>[0] }) =>
        void records.push(interpreter.record(message)),
    }
    const framer = createFramer({ framing: 'auto', multiline: true })
    framer.push(readFileSync(join(SAMPLES, file)), 0, sink)
    framer.end(sink)
    return records
  })
}

/** As it is pushed. */
export function lineOf(record: LogRecord): string {
  return fitLine(record, writeRecord).line
}

export function goldenPath(file: string): string {
  return `test/systems/golden/${file}.jsonl`
}

export function goldenOf(file: string): string {
  return recordsOf(file)
    .map((record) => `${lineOf(record)}\n`)
    .join('')
}
