/** longship normalize [FILE…|-]: one JSON record a line on stdout, in input order, and nothing else there. */

import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { hostname } from 'node:os'
import { createGunzip } from 'node:zlib'
import { Command } from 'commander'
import { fitLine } from '../batch/fit.ts'
import { writeRecord } from '../batch/line.ts'
import { LongshipError } from '../errors.ts'
import type { Format } from '../formats/format.ts'
import { byName, formats } from '../formats/index.ts'
import { createFramer, FRAMINGS, type Framing } from '../framing/index.ts'
import { Interpreter } from '../interpret.ts'
import { createRedactor } from '../redact/redact.ts'
import { originName } from '../sources/origin.ts'
import { suggestion } from '../suggest.ts'
import { fromMillis } from '../terms/instant.ts'
import { isZone } from '../terms/zone.ts'
import { parseArguments } from './arguments.ts'

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
  let failed = 0
  for (const path of args.length === 0 ? ['-'] : args) {
    try {
      await normalizeFile(path, options, format)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EPIPE' || code === undefined) throw error
      console.error(`longship: ${path}: ${readProblem(error as NodeJS.ErrnoException)}`)
      failed++
    }
  }
  return failed > 0 ? 1 : 0
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
    .option('--framing <kind>', `what wraps the lines: ${FRAMINGS.join(', ')}`, 'auto')
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
    `there is no format "${name}". Known: ${known.join(', ')}.${suggestion(name, known)}`,
  )
}

export function checkZone(name: string): void {
  if (!isZone(name))
    throw new LongshipError('usage', `"${name}" is no time zone. Use an IANA name such as UTC or Europe/Berlin.`)
}

async function normalizeFile(path: string, options: Options, format: Format | undefined): Promise<void> {
  const interpreter = new Interpreter({
    around: {
      service: options.service ?? (path === '-' ? 'stdin' : originName(path)),
      node: options.node,
      env: options.env,
      level: 'unknown',
      host: hostname(),
    },
    zone: options.timezone,
    format,
    redactor: options.redact ? createRedactor() : undefined,
    now: () => fromMillis(Date.now()),
  })
  const framer = createFramer({ framing: options.framing, multiline: options.multiline })
  let out = ''
  const sink = {
    event: ({ message, cut }: { message: Parameters<Interpreter['record']>[0]; cut: number }) => {
      const record = interpreter.record(message)
      if (cut > 0) record.fields.set('truncated_bytes', cut)
      out += `${fitLine(record, writeRecord).line}\n`
    },
  }
  const flush = async () => {
    const text = out
    out = ''
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
  }
  let offset = 0
  for await (const block of blocksOf(path)) {
    framer.push(block, offset, sink)
    offset += block.length
    await flush()
  }
  framer.end(sink)
  await flush()
}

const BLOCK_BYTES = 256 * 1024

function blocksOf(path: string): AsyncIterable<Uint8Array> {
  if (path === '-') return process.stdin
  const file = createReadStream(path, { highWaterMark: BLOCK_BYTES })
  if (!path.endsWith('.gz')) return file
  const plain = createGunzip()
  file.on('error', (error) => plain.destroy(error))
  return file.pipe(plain)
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'not readable: permission denied',
  EISDIR: 'is a directory; name its files, or a pattern such as dir/*.log',
  Z_DATA_ERROR: 'is not a gzip file, whatever its name says',
  Z_BUF_ERROR: 'the gzip file ends too early; what came before its end was read',
}

function readProblem(error: NodeJS.ErrnoException): string {
  return PROBLEMS[error.code ?? ''] ?? error.message
}
