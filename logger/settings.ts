/** Options and environment → settings: what createLogger was told wins over LOG_LEVEL, LOG_FORMAT, SERVICE_NAME, LOG_ENV. */
import { LongshipError } from '../shipper/errors.ts'
import { type LogLevel, parseLevel } from './levels.ts'

/** json: for production. console: for eyes, and still read by the shipper. evt: Go's log lines with evt: lines among them. */
export const LOG_FORMATS = ['json', 'console', 'evt'] as const

export type LogFormat = (typeof LOG_FORMATS)[number]

export interface Settings {
  readonly service: string
  readonly node: string | undefined
  readonly env: string | undefined
  readonly level: LogLevel
  readonly format: LogFormat
  readonly colour: boolean
  /** What was wrong in the environment, to be logged once: a service must start with a wrong LOG_LEVEL. */
  readonly warnings: readonly string[]
}

export interface SettingsOptions {
  readonly service?: string | undefined
  readonly node?: string | undefined
  readonly env?: string | undefined
  readonly level?: string | undefined
  readonly format?: LogFormat | undefined
  readonly colour?: boolean | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Throws LongshipError('config') for options that are wrong; what the environment has wrong becomes a warning. */
export function readSettings(options: SettingsOptions, env: Environment, isTerminal: boolean): Settings {
  const warnings: string[] = []
  const service = options.service ?? filled(env.SERVICE_NAME)
  if (service === undefined || service === '') {
    throw new LongshipError('config', 'createLogger needs a service: { service: "api" }, or SERVICE_NAME')
  }
  const formatByPlace = isTerminal && env.NODE_ENV !== 'production' ? 'console' : 'json'
  return {
    service,
    node: filled(options.node),
    env: options.env ?? filled(env.LOG_ENV),
    level: options.level === undefined ? levelOf(env.LOG_LEVEL, warnings) : parseLevel(options.level),
    format: options.format === undefined ? formatOf(env.LOG_FORMAT, formatByPlace, warnings) : checked(options.format),
    colour: options.colour ?? (isTerminal && !filled(env.NO_COLOR)),
    warnings,
  }
}

function levelOf(word: string | undefined, warnings: string[]): LogLevel {
  if (!filled(word)) return 'info'
  try {
    return parseLevel(word!)
  } catch (error) {
    warnings.push(`LOG_LEVEL: ${(error as Error).message} info is used.`)
    return 'info'
  }
}

function formatOf(word: string | undefined, fallback: LogFormat, warnings: string[]): LogFormat {
  if (!filled(word)) return fallback
  const known = LOG_FORMATS.find((format) => format === word!.toLowerCase())
  if (known === undefined) {
    warnings.push(`LOG_FORMAT must be ${LOG_FORMATS.join(', ')}, got ${JSON.stringify(word)}. ${fallback} is used.`)
  }
  return known ?? fallback
}

function checked(format: LogFormat): LogFormat {
  if (LOG_FORMATS.includes(format)) return format
  throw new LongshipError('config', `format must be ${LOG_FORMATS.join(', ')}, got ${JSON.stringify(format)}`)
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}
