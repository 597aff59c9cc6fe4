/** longship patterns [FILE…|-]: what files are made of, by the miner of `ship` with scan.patterns, without a server. */
import { Command, Option } from 'commander'
import { LongshipError } from '../errors.ts'
import { createFramer, type FramedEvent, type Framer } from '../framing/index.ts'
import type { Interpreter } from '../interpret.ts'
import { textOf } from '../patterns/cluster.ts'
import { processSurroundings, type Screen, type Surroundings } from '../querying/screen.ts'
import { escapeInJson } from '../querying/width.ts'
import { createRedactor, type Redactor } from '../redact/redact.ts'
import { parseArguments } from './arguments.ts'
import { addFormatOptions, addFramingOptions, checkZone, type FileOptions, interpreterOf } from './file-options.ts'
import { patternJson, patternLines } from './mining/table.ts'
import { Tally } from './mining/tally.ts'
import { type Reading, readThrough } from './reading.ts'
import { LineNumbers } from './scanning/linenumbers.ts'

interface Options extends FileOptions {
  readonly output: 'text' | 'jsonl'
  readonly lines: boolean
  readonly limit?: string
  readonly maxPatterns: string
  readonly quiet: boolean
}

/** As scan.patterns.max_patterns has them. */
const DEFAULT_PATTERNS = 2000
const PATTERNS = { least: 10, most: 20_000 }

/** 0: all was read; 1: a file could not be; 2: wrong usage. */
export async function run(argv: string[], around: Surroundings = processSurroundings): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  checkZone(options.timezone)
  const limit = options.limit === undefined ? undefined : numberOf('--limit', options.limit, 1, 1e9)
  if (limit !== undefined && options.lines)
    throw new LongshipError('usage', '--limit is about patterns, --lines prints records: give one of them.')
  const tally = new Tally(numberOf('--max-patterns', options.maxPatterns, PATTERNS.least, PATTERNS.most))
  const screen = around.openScreen(options.quiet)
  const redactor = options.redact ? createRedactor() : undefined
  let isWhole = true
  for (const path of args.length === 0 ? ['-'] : args) {
    const isRead = await readThrough(
      path,
      (name, found) => new MinedFile({ ...options, path: found, name, redactor, tally, screen }),
    )
    if (!isRead) isWhole = false
  }
  const patterns = tally.patterns()
  if (!options.lines) await print(patterns.slice(0, limit), options, screen)
  await screen.flush()
  screen.note(summaryOf(tally, patterns.length, Math.min(limit ?? patterns.length, patterns.length)))
  return isWhole ? 0 : 1
}

function definition(): Command {
  const command = new Command('patterns')
    .description('Prints what log files are made of: a template for each kind of message, the most frequent first.')
    .argument('[FILE...]', 'log files or globs, also .gz; standard input without, or for "-"')
    .addOption(
      new Option('-o, --output <form>', 'text, or a pattern a line as JSON').choices(['text', 'jsonl']).default('text'),
    )
    .option('--lines', 'the pattern of each record instead, in input order, as JSON lines', false)
    .option('--limit <n>', 'the n most frequent only')
    .option('--max-patterns <n>', 'patterns that are kept: those not seen for longest go first', `${DEFAULT_PATTERNS}`)
    .option('--quiet', 'no summary on stderr', false)
  addFormatOptions(command).option('--service <name>', 'service of lines that name none (default: from the file name)')
  return addFramingOptions(command).addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  longship patterns app.log
  longship patterns 'logs/**/*.log' --limit 20
  kubectl logs deploy/api | longship patterns - -o jsonl
  longship patterns app.log --lines | jq -r .pattern_id

Patterns are a service's own: --service puts files that name none together. Ids are those that "longship ship" gives.
Exit codes: 0 done, 1 a file could not be read, 2 wrong usage. docs/scan.md explains patterns.`

function numberOf(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new LongshipError('usage', `${flag} must be a whole number from ${least} to ${most}, got "${text}".`)
}

async function print(patterns: ReturnType<Tally['patterns']>, { output }: Options, screen: Screen): Promise<void> {
  const lines = output === 'jsonl' ? patterns.map(patternJson) : patternLines(patterns, screen)
  for (const line of lines) {
    screen.line(line)
    await screen.flush()
  }
}

function summaryOf({ records, wordless, forgotten }: Tally, patterns: number, shown: number): string {
  const parts = [`${counted(patterns, 'pattern')} in ${counted(records, 'record')}`]
  if (shown < patterns) parts.push(`the first ${shown} shown`)
  if (wordless > 0) parts.push(`${counted(wordless, 'record')} without a word`)
  if (forgotten > 0) parts.push(`${counted(forgotten, 'pattern')} forgotten for want of room (--max-patterns)`)
  return parts.join(', ')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

interface MineOptions extends Options {
  readonly path: string
  /** What its service falls back to. */
  readonly name: string
  readonly redactor: Redactor | undefined
  readonly tally: Tally
  readonly screen: Screen
}

/** One file's records, each shown to the miner. */
class MinedFile implements Reading {
  private readonly options: MineOptions
  readonly framer: Framer
  private readonly interpreter: Interpreter
  private readonly numbers = new LineNumbers()

  constructor(options: MineOptions) {
    this.options = options
    this.framer = createFramer(options)
    this.interpreter = interpreterOf(options, options)
  }

  see(bytes: Uint8Array, offset: number): void {
    if (this.options.lines) this.numbers.see(bytes, offset)
  }

  event({ message, lines, end }: FramedEvent): void {
    const { tally, screen, path: file, lines: isByLine } = this.options
    const record = this.interpreter.record(message)
    const cluster = tally.add(record)
    if (!isByLine) return
    const { service, level } = record
    const line = this.numbers.firstOf(lines, end)
    const template = cluster === undefined ? null : textOf(cluster)
    const pattern_id = cluster?.id ?? null
    screen.line(escapeInJson(JSON.stringify({ file, line, service, level, pattern_id, template })))
  }

  flush(): Promise<void> {
    return this.options.screen.flush()
  }
}
