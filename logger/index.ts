/** What `import … from 'longship/logger'` gives. docs/logger.md shows it in use. */
export {
  bindContext,
  clearContext,
  context,
  correlationId,
  type Fields,
  messageId,
  requestId,
  withContext,
} from './context.ts'
export { CATALOGUE, type EventDefinition } from './events/catalogue.ts'
export type { EventFields, EventName } from './events/types.ts'
export type { LevelMethod, LogLevel } from './levels.ts'
export { createLogger, type Logger, type LoggerOptions, type LogMethod } from './logger.ts'
export type { SamplingRule } from './sampling.ts'
export type { LogFormat } from './settings.ts'
export type { FlushResult } from './transports/sink.ts'
export { type StdoutOptions, stdoutTransport } from './transports/stdout.ts'
