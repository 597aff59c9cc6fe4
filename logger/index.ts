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
export { goDuration } from './durations.ts'
export { CATALOGUE, type EventDefinition } from './events/catalogue.ts'
export type { EventFields, EventName } from './events/types.ts'
export { createFaroReceiver, type FaroOptions, type FaroReceiver } from './faro/receiver.ts'
export {
  expressErrors,
  expressMiddleware,
  type FastifyLike,
  fastifyLogging,
  httpHandler,
  type KoaLike,
  koaMiddleware,
} from './http/middleware.ts'
export { extract, type FetchOptions, inject, propagation, received, tracedFetch } from './http/propagate.ts'
export type { HttpOptions } from './http/request.ts'
export type { LevelMethod, LogLevel } from './levels.ts'
export { createLogger, type Logger, type LoggerOptions, type LogMethod } from './logger.ts'
export { type Cycle, type Loop, type LoopOptions, startLoop } from './loop.ts'
export { logNodeExecution, logToolExecution } from './node.ts'
export {
  createOperationLogger,
  OperationContext,
  OperationLogger,
  type OperationLoggerOptions,
} from './operations/operation.ts'
export { type RetryOptions, retry } from './operations/retry.ts'
export { type Advice, StepContext } from './operations/step.ts'
export type { SamplingRule } from './sampling.ts'
export type { LogFormat } from './settings.ts'
export { type LokiOptions, lokiTransport, type QueueOptions } from './transports/loki.ts'
export type { FlushResult } from './transports/sink.ts'
export { type StdoutOptions, stdoutTransport } from './transports/stdout.ts'
export { type WinstonLoki, type WinstonLokiOptions, winstonLokiTransport } from './transports/winston-loki.ts'
