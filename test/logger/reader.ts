/** A logger that writes into memory, and what the shipper makes of its lines: framing, detection, normalizer, redaction. */

import { createLogger, type Logger, type LoggerOptions } from '../../logger/index.ts'
import { SinkTransport } from '../../logger/transports/sink.ts'
import { writeRecord } from '../../shipper/batch/line.ts'
import { createFramer } from '../../shipper/framing/index.ts'
import { Interpreter } from '../../shipper/interpret.ts'
import type { LogRecord } from '../../shipper/record.ts'
import { createRedactor } from '../../shipper/redact/redact.ts'

/** 2026-05-05T12:30:11.123Z */
export const NOW_MS = 1_777_984_211_123

export interface Memory {
  readonly logger: Logger
  /** In the logger's format. */
  readonly lines: string[]
  /** As the shipper reads the output, in its written form. */
  records(): Record<string, unknown>[]
}

export function memoryLogger(options: LoggerOptions = {}): Memory {
  const lines: string[] = []
  const transports = [new SinkTransport({ take: (_line, text) => void lines.push(text) })]
  const given = {
    service: 'api',
    format: 'json',
    level: 'trace',
    crashes: false,
    now: () => NOW_MS,
    ...options,
  } as const
  const logger = createLogger({ transports, ...given })
  return { logger, lines, records: () => readBack(lines.join('\n')).map(written) }
}

export function readBack(text: string): LogRecord[] {
  const interpreter = new Interpreter({
    around: { service: 'from-source', node: undefined, env: undefined, level: 'unknown', host: 'host-1' },
    zone: 'UTC',
    format: undefined,
    redactor: createRedactor(),
    now: () => ({ seconds: 0, nanos: 0 }),
  })
  const records: LogRecord[] = []
  const sink = {
    event: ({ message }: { message: Parameters<Interpreter['record']>[0] }) =>
      void records.push(interpreter.record(message)),
  }
  const framer = createFramer({ framing: 'auto', multiline: true })
  framer.push(Buffer.from(`${text}\n`), 0, sink)
  framer.end(sink)
  return records
}

export function written(record: LogRecord): Record<string, unknown> {
  return JSON.parse(writeRecord(record)) as Record<string, unknown>
}

/** Without what says only how it was written. */
export function meaning({ format: _format, ...record }: Record<string, unknown>): Record<string, unknown> {
  return record
}
