/** Levels: the record's own, and the names of winston's, npm's and syslog's that count as one of them. */
import { LongshipError } from '../shipper/errors.ts'
import { didYouMean } from '../shipper/suggest.ts'
import { type Level, readLevel } from '../shipper/terms/level.ts'

/** What a line may have; the worst first. */
export const LOG_LEVELS = ['fatal', 'critical', 'error', 'warn', 'info', 'debug', 'trace'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** What winston's npm and syslog level sets, and winston-based code, call them. */
const OTHER_NAMES = ['emerg', 'alert', 'crit', 'warning', 'notice', 'http', 'verbose', 'silly'] as const

export const LEVEL_METHODS = [...LOG_LEVELS, ...OTHER_NAMES] as const

export type LevelMethod = (typeof LEVEL_METHODS)[number]

export interface KnownLevel {
  readonly level: LogLevel
  /** The word that was used, when it says more than the level does (notice, http, alert). */
  readonly original: string | undefined
}

const FALLBACK: KnownLevel = { level: 'info', original: undefined }

const known = new Map<string, KnownLevel>(LEVEL_METHODS.map((name) => [name, find(name) ?? FALLBACK]))

/** winston's own table: the number of a level and of all its other names is the same. */
export const WINSTON_LEVELS: Readonly<Record<string, number>> = Object.fromEntries(
  LEVEL_METHODS.map((name) => [name, LOG_LEVELS.indexOf(levelOf(name).level)]),
)

/** Never fails: a word that stands for no level is kept as the original of an info line. */
export function levelOf(name: string): KnownLevel {
  return known.get(name) ?? find(name) ?? { level: 'info', original: name.slice(0, 40) }
}

/** The level that an option or LOG_LEVEL names; throws LongshipError('config') for a word that stands for none. */
export function parseLevel(word: string): LogLevel {
  const found = find(word)
  if (found !== undefined) return found.level
  const known = `Known: ${LEVEL_METHODS.join(', ')}.`
  throw new LongshipError(
    'config',
    `level must be one of the known names, got ${JSON.stringify(word)}. ${known}${didYouMean(word, LEVEL_METHODS)}`,
  )
}

function find(word: string): KnownLevel | undefined {
  const match = readLevel(word)
  return match && isLogLevel(match.level) ? { level: match.level, original: match.exact ? undefined : word } : undefined
}

function isLogLevel(level: Level): level is LogLevel {
  return level !== 'unknown'
}
