/**
 * createLogger: a winston logger whose lines have the record's required fields, carry the context, and leave without
 * secrets. Its methods never throw into the program: what goes wrong in a log call becomes a line about that.
 */
import winston from 'winston'
import type { RedactConfig } from '../shipper/redact/redact.ts'
import type { Fields } from './context.ts'
import { watchCrashes } from './crash.ts'
import { type EventFields, eventLevel, eventMessage, isEventName } from './events/types.ts'
import { LEVEL_METHODS, type LevelMethod, levelOf, WINSTON_LEVELS } from './levels.ts'
import { failedLine, levelOfEntry, lineMaker, type MakeLine } from './line.ts'
import { createSampler, type Sampler, type SamplingRule } from './sampling.ts'
import { type LogFormat, readSettings, type Settings } from './settings.ts'
import { atExit } from './transports/exit.ts'
import { type FlushResult, MESSAGE, SinkTransport, TAKEN, type Taken } from './transports/sink.ts'
import { stdoutTransport } from './transports/stdout.ts'
import { reason, taken } from './write.ts'

export interface LoggerOptions {
  /** Default: SERVICE_NAME. */
  readonly service?: string
  /** The unit inside the service that logs; default: the child's component, else the service. */
  readonly node?: string
  /** Deployment environment, a label; default: LOG_ENV. */
  readonly env?: string
  /** Any name of winston's, npm's or syslog's levels; default: LOG_LEVEL, else info. */
  readonly level?: LevelMethod
  /** Default: LOG_FORMAT, else console on a terminal outside production, else json. */
  readonly format?: LogFormat
  /** Colours of the console format; default: on a terminal without NO_COLOR. */
  readonly colour?: boolean
  /** Default: standard output. Ours and any of winston's. */
  readonly transports?: readonly winston.transport[]
  /** As `redact:` of longship.yaml; false leaves secrets where they are. */
  readonly redact?: Partial<RedactConfig> | false
  readonly sampling?: readonly SamplingRule[]
  /** Fields of every line. */
  readonly fields?: Fields
  /** Logs what ends the process (an exception nobody caught) as fatal before it does; default true. */
  readonly crashes?: boolean
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number
}

/** A message, an error, or fields; behind a message fields, an error, or the values of its %s. */
export type LogMethod = (message: unknown, ...rest: unknown[]) => void

export type OwnMethods = { readonly [Method in LevelMethod]: LogMethod } & {
  log(level: string, message: unknown, ...rest: unknown[]): void
  log(entry: { readonly level: string; readonly message?: unknown }): void
  /**
   * A logger that adds these fields to each of its lines. A component is the line's node unless something names one.
   * @example const log = logger.child({ component: 'autosync' })
   */
  child(fields: Fields): Logger
  /**
   * Logs a named event, at the level that the catalogue (docs/EVENTS.md) gives it; info for names that are not in it.
   * @example logger.event('provision.start', { workspace_id: 'ws-1', sync: true })
   */
  event<Name extends string>(name: Name, fields?: EventFields<Name>): void
  /** Waits until every transport has delivered what it holds, at most timeoutMs (default 10 s). Never rejects. */
  flush(timeoutMs?: number): Promise<FlushResult>
  /** Delivers or spools what waits (at most timeoutMs, default 10 s), then ends. Later lines go to standard error. */
  close(timeoutMs?: number): Promise<FlushResult>
  isLevelEnabled(level: string): boolean
}

export type Logger = Omit<winston.Logger, keyof OwnMethods | 'levels'> & OwnMethods

/** What a logger and its children share. */
interface Core {
  readonly base: winston.Logger
  readonly settings: Settings
  readonly make: MakeLine
  readonly sampler: Sampler | undefined
  isClosed: boolean
  /** With sampling: says what was left out, for the last time. */
  stopSampling?: () => void
}

const DEFAULT_WAIT_MS = 10_000

/**
 * A logger for a service. Throws LongshipError('config') for wrong options; its methods never throw.
 * @example const logger = createLogger({ service: 'api' }); logger.info('listening', { port })
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const settings = readSettings(options, process.env, process.stdout.isTTY === true)
  const sampler = options.sampling === undefined ? undefined : createSampler(options.sampling)
  const make = lineMaker({ settings, redact: options.redact, sampler, now: options.now ?? Date.now })
  const base = winston.createLogger({
    levels: { ...WINSTON_LEVELS },
    level: settings.level,
    transports: [...(options.transports ?? [stdoutTransport()])],
    // Entries of our methods are finished; others come from libraries that write to winston's stream.
    format: {
      transform: (entry) =>
        (MESSAGE in entry
          ? entry
          : (make(levelOfEntry(entry), [], [{ ...entry, level: undefined }]) ?? false)) as never,
    },
  })
  // A transport that fails must not end the program by an 'error' that nobody listens for.
  base.on('error', () => {})
  const core: Core = { base, settings, make, sampler, isClosed: false }
  const logger = Object.assign(base, methodsOf(core, options.fields === undefined ? [] : [options.fields])) as Logger
  first ??= logger
  for (const warning of settings.warnings) logger.warn(warning)
  if (options.crashes !== false) watchCrashes(logger)
  if (sampler !== undefined) core.stopSampling = sayLeftOut(core)
  return logger
}

/** Rates are asked for minutes: what was left out is said that often, and before the process ends. */
const LEFT_OUT_EVERY_MS = 30_000

/** Returns what says it for the last time. */
function sayLeftOut(core: Core): () => void {
  const say = () => {
    for (const { event, level, count } of core.sampler?.drain() ?? []) {
      emit(core, level, [], [`${count} lines left out by sampling`, { event, sample_count: count }])
    }
  }
  const timer = setInterval(say, LEFT_OUT_EVERY_MS)
  timer.unref()
  const forget = atExit({ isBusy: false, spoolNow: say, flush: () => Promise.resolve() })
  return () => {
    clearInterval(timer)
    forget()
    say()
  }
}

let first: Logger | undefined

/** The logger that was created first: what helpers use that were given none. Without any, one for SERVICE_NAME is made. */
export function defaultLogger(): Logger {
  return first ?? createLogger({ service: process.env.SERVICE_NAME || 'app' })
}

/** A child shares its parent's stream, transports and level, and has methods of its own. */
function childOf(core: Core, bound: readonly Fields[]): Logger {
  const { base } = core
  const child = Object.create(base, {
    level: { get: () => base.level, set: (level: string) => void (base.level = level) },
    silent: { get: () => base.silent, set: (silent: boolean) => void (base.silent = silent) },
  })
  return Object.assign(child as object, methodsOf(core, bound)) as Logger
}

function methodsOf(core: Core, bound: readonly Fields[]): OwnMethods {
  const write = (name: string, args: readonly unknown[]) => {
    if (core.base.isLevelEnabled(name) || core.isClosed) emit(core, name, bound, args)
  }
  const methods: Record<string, unknown> = {
    log(level: unknown, ...args: unknown[]) {
      if (typeof level === 'string') write(known(level), args)
      else if (level !== null && typeof level === 'object') {
        const { member, rest } = taken(level, 'level')
        write(known(member), [rest])
      }
    },
    child: (fields: Fields) => childOf(core, [...bound, fields]),
    event(name: string, fields?: Fields) {
      const message = isEventName(name) ? eventMessage(name) : reason(name)
      const head = { event: isEventName(name) ? name : undefined, message }
      if (fields === null || typeof fields !== 'object') return write(eventLevel(name), [head, fields])
      // A field called event would take the name away.
      const { member, rest } = taken(fields, 'event')
      write(eventLevel(name), member === undefined ? [head, fields] : [{ ...head, event_original: member }, rest])
    },
    flush: (timeoutMs = DEFAULT_WAIT_MS) => forAll(core, (sink) => sink.flush(timeoutMs)),
    close: (timeoutMs = DEFAULT_WAIT_MS) => close(core, timeoutMs),
  }
  for (const name of LEVEL_METHODS) methods[name] = (...args: unknown[]) => write(name, args)
  return methods as unknown as OwnMethods
}

function known(level: unknown): string {
  return typeof level === 'string' && Object.hasOwn(WINSTON_LEVELS, level) ? level : levelOf(reason(level)).level
}

/** Never throws: not for what is logged, and not for what a transport does with it. */
function emit(core: Core, level: string, bound: readonly Fields[], args: readonly unknown[]): void {
  let entry: Taken | undefined
  try {
    entry = core.make(levelOf(level), bound, args)
  } catch (error) {
    entry = failedLine(core.settings, reason(error))
  }
  if (entry === undefined) return
  try {
    hand(core, entry)
  } catch (error) {
    process.stderr.write(`longship logger: a transport failed: ${reason(error)}\n${entry[MESSAGE]}\n`)
  }
}

/** Ours at once, the others through winston's stream. */
function hand({ base, isClosed }: Core, entry: Taken): void {
  if (isClosed) {
    process.stderr.write(`${entry[MESSAGE]}\n`)
    return
  }
  let hasOthers = false
  for (const transport of base.transports) {
    if (!(transport instanceof SinkTransport)) hasOthers = true
    else if (takes(transport, base, entry)) transport.take(entry)
  }
  if (!hasOthers) return
  entry[TAKEN] = true
  base.write(entry)
}

function takes({ level, silent }: winston.transport, base: winston.Logger, entry: Taken): boolean {
  if (silent === true || base.silent) return false
  return (WINSTON_LEVELS[level ?? base.level] ?? 0) >= (WINSTON_LEVELS[String(entry.level)] ?? 0)
}

async function forAll(core: Core, ask: (sink: SinkTransport) => Promise<FlushResult>): Promise<FlushResult> {
  const sinks = core.base.transports.filter((transport) => transport instanceof SinkTransport)
  const results = await Promise.all(sinks.map(ask))
  const total = (of: keyof FlushResult) => results.reduce((sum, result) => sum + result[of], 0)
  return { pending: total('pending'), lost: total('lost') }
}

async function close(core: Core, timeoutMs: number): Promise<FlushResult> {
  core.stopSampling?.()
  const result = await forAll(core, (sink) => sink.finish(timeoutMs))
  core.isClosed = true
  await new Promise<void>((resolve) => {
    core.base.once('finish', () => resolve())
    setTimeout(resolve, timeoutMs).unref()
    core.base.end()
  })
  return result
}
