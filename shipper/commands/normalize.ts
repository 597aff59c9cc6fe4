/** longship normalize [FILE…|-]: one JSON record a line on stdout, in input order, and nothing else there. */

import { once } from 'node:events'
import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { fitLine } from '../batch/fit.ts'
import { writeRecord } from '../batch/line.ts'
import { LongshipError } from '../errors.ts'
import type { Format } from '../formats/format.ts'
import { byName, formats } from '../formats/index.ts'
import { createFramer, FRAMINGS, type FramedEvent, type Framer, type Framing } from '../framing/index.ts'
import { Interpreter } from '../interpret.ts'
import { createRedactor } from '../redact/redact.ts'
import { didYouMean } from '../suggest.ts'
import { fromMillis } from '../terms/instant.ts'
import { isZone } from '../terms/zone.ts'
import { parseArguments } from './arguments.ts'
import { type Reading, readThrough } from './reading.ts'

interface Options {
  readonly format: string
  readonly timezone: string
  readonly service?: string
  readonly node?: string
  readonly env?: string
  readonly framing: Framing
  readonly multiline: boolean
  readonly redact: boolean
}

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  const format = formatOf(options.format)
  checkZone(options.timezone)
  let isWhole = true
  for (const path of args.length === 0 ? ['-'] : args) {
    const isRead = await readThrough(path, (name) => new RecordWriter(options, format, name))
    if (!isRead) isWhole = false
  }
  return isWhole ? 0 : 1
}

function definition(): Command {
  return new Command('normalize')
    .description('Prints one JSON record a log line, in input order. Reads standard input without FILE, or for "-".')
    .argument('[FILE...]', 'log files, also .gz')
    .option('--format <name>', 'the one format that every line has, instead of finding it', 'auto')
    .option('--timezone <zone>', 'IANA zone of times that carry none', process.env.LONGSHIP_TIMEZONE ?? 'UTC')
    .option('--service <name>', 'service of lines that name none (default: from the file name)')
    .option('--node <name>', 'node of lines that name none (default: the host they name, or this one)')
    .option('--env <name>', 'environment of lines that name none')
    .addOption(new Option('--framing <kind>', 'what wraps the lines').choices(FRAMINGS).default('auto'))
    .option('--no-multiline', 'a line is a record: join no stack traces and continued lines')
    .option('--no-redact', 'leave secrets where they are')
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

/** One origin's events as lines of JSON on stdout. */
class RecordWriter implements Reading {
  readonly framer: Framer
  private readonly interpreter: Interpreter
  private text = ''

  constructor(options: Options, format: Format | undefined, name: string) {
    const { node, env, timezone, framing, multiline, redact } = options
    this.framer = createFramer({ framing, multiline })
    this.interpreter = new Interpreter({
      around: { service: options.service || name, node, env, level: 'unknown', host: hostname() },
      zone: timezone,
      format,
      redactor: redact ? createRedactor() : undefined,
      now: () => fromMillis(Date.now()),
    })
  }

  event({ message, cut }: FramedEvent): void {
    const record = this.interpreter.record(message)
    if (cut > 0) record.fields.set('truncated_bytes', cut)
    this.text += `${fitLine(record, writeRecord).line}\n`
  }

  /** Waits while the reader of stdout is slower than we are. */
  async flush(): Promise<void> {
    const { text } = this
    this.text = ''
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
  }
}
