/** How log files are read, the same in `normalize`, `scan` and `patterns`: the options, and what makes records of what is framed. */
import { hostname } from 'node:os'
import { type Command, Option } from 'commander'
import { LongshipError } from '../errors.ts'
import type { Format } from '../formats/format.ts'
import { byName, formats } from '../formats/index.ts'
import { FRAMINGS, type Framing } from '../framing/index.ts'
import { Interpreter } from '../interpret.ts'
import type { Redactor } from '../redact/redact.ts'
import { didYouMean } from '../suggest.ts'
import { fromMillis } from '../terms/instant.ts'
import { isZone } from '../terms/zone.ts'

export interface FileOptions {
  readonly format: string
  readonly timezone: string
  readonly service?: string
  readonly framing: Framing
  readonly multiline: boolean
  readonly redact: boolean
}

/** What is known of one origin beside its lines. */
export interface Known {
  /** What its service falls back to. */
  readonly name: string
  readonly node?: string | undefined
  readonly env?: string | undefined
  /** Undefined: secrets stay where they are. */
  readonly redactor: Redactor | undefined
}

export function addFormatOptions(command: Command): Command {
  return command
    .option('--format <name>', 'the one format that every line has, instead of finding it', 'auto')
    .option('--timezone <zone>', 'IANA zone of times that carry none', process.env.LONGSHIP_TIMEZONE ?? 'UTC')
}

export function addFramingOptions(command: Command): Command {
  return command
    .addOption(new Option('--framing <kind>', 'what wraps the lines').choices(FRAMINGS).default('auto'))
    .option('--no-multiline', 'a line is a record: join no stack traces and continued lines')
    .option('--no-redact', 'leave secrets where they are')
}

/** One origin's. Throws LongshipError (code usage) for a format that is none. */
export function interpreterOf(options: FileOptions, { name, node, env, redactor }: Known): Interpreter {
  return new Interpreter({
    around: { service: options.service || name, node, env, level: 'unknown', host: hostname() },
    zone: options.timezone,
    format: formatOf(options.format),
    redactor,
    now: () => fromMillis(Date.now()),
  })
}

/** The format of that name, undefined for auto. */
export function formatOf(name: string): Format | undefined {
  if (name === 'auto') return undefined
  const format = byName(name)
  if (format !== undefined) return format
  const known = ['auto', ...formats.map((each) => each.name)]
  throw new LongshipError(
    'usage',
    `there is no format "${name}". Known: ${known.join(', ')}.${didYouMean(name, known)}`,
  )
}

export function checkZone(name: string): void {
  if (!isZone(name))
    throw new LongshipError('usage', `"${name}" is no time zone. Use an IANA name such as UTC or Europe/Berlin.`)
}
