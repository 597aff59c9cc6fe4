/** longship scan FILE… --rules FILE: what rules find in files, a line a hit; in a pipeline it can be what fails it. */
import { Command, Option } from 'commander'
import { LongshipError } from '../errors.ts'
import { SEVERITIES, type Severity } from '../events/event.ts'
import { createFramer, type FramedEvent, type Framer } from '../framing/index.ts'
import type { Interpreter } from '../interpret.ts'
import { processSurroundings, type Surroundings } from '../querying/screen.ts'
import { createRedactor, type Redactor } from '../redact/redact.ts'
import type { Rule } from '../scan/rule.ts'
import { createScanner, type Scanner, slowMessage, type Watch } from '../scan/scanner.ts'
import type { Snapshot } from '../scan/snapshot.ts'
import { didYouMean } from '../suggest.ts'
import { parseArguments } from './arguments.ts'
import { addFormatOptions, addFramingOptions, checkZone, type FileOptions, interpreterOf } from './file-options.ts'
import { type Reading, readThrough } from './reading.ts'
import { Hits } from './scanning/hits.ts'
import { LineNumbers } from './scanning/linenumbers.ts'
import { Overlooked } from './scanning/overlooked.ts'
import { readRules } from './scanning/rules.ts'

interface Options extends FileOptions {
  readonly rules: readonly string[]
  readonly failOn?: string
  readonly output: 'text' | 'jsonl'
  readonly quiet: boolean
  readonly cooldown: boolean
  readonly stream?: 'stdout' | 'stderr'
}

/** 0: nothing at or above --fail-on; 1: something was, or a file could not be read; 2: wrong usage or rules. */
export async function run(argv: string[], around: Surroundings = processSurroundings): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  checkZone(options.timezone)
  const failOn = severityOf(options.failOn)
  const screen = around.openScreen(options.quiet)
  const hits = new Hits(options.output, screen)
  const snapshot = readRules(options.rules)
  const overlooked = new Overlooked(snapshot)
  let isWhole = true
  const onSlow = ({ id }: Rule) => {
    isWhole = false
    screen.note(`${slowMessage(id)}.`)
  }
  const scanner = scannerOf(options.cooldown ? snapshot : withoutCooldowns(snapshot), hits, onSlow)
  const redactor = options.redact ? createRedactor() : undefined
  for (const path of args.length === 0 ? ['-'] : args) {
    const isRead = await readThrough(
      path,
      (name, found) => new ScannedFile({ ...options, path: found, name, redactor, scanner, overlooked, hits }),
    )
    if (!isRead) isWhole = false
  }
  await screen.flush()
  screen.note(hits.summary(snapshot.live.length))
  for (const name of overlooked.silent(hits.rules)) {
    screen.note(
      `rule ${JSON.stringify(name)} finds nothing in messages, and something in whole lines: on: line looks there`,
    )
  }
  return isWhole && (failOn === undefined || hits.atLeast(failOn) === 0) ? 0 : 1
}

function definition(): Command {
  const command = new Command('scan')
    .description('Prints what rules find in log files. Reads standard input without FILE, or for "-".')
    .argument('[FILE...]', 'log files or globs, also .gz')
    .requiredOption(
      '--rules <file>',
      'a file of rules, a folder of them, or a longship.yaml; may be given again',
      collected,
    )
    .option('--fail-on <severity>', `exit with 1 when a hit is so loud or louder: ${SEVERITIES.join(', ')}`)
    .addOption(
      new Option('-o, --output <form>', 'text, or an event a line as JSON').choices(['text', 'jsonl']).default('text'),
    )
    .option('--quiet', 'no summary on stderr', false)
    .option('--cooldown', "keep rules' cooldowns, by the times of the records (default: every hit is shown)", false)
  addFormatOptions(command)
    .option('--service <name>', 'service of lines that name none, the workload of rules (default: from the file name)')
    .addOption(new Option('--stream <name>', 'stream of lines that say none').choices(['stdout', 'stderr']))
  return addFramingOptions(command).addHelpText('after', EXAMPLES)
}

function collected(file: string, before: readonly string[] = []): readonly string[] {
  return [...before, file]
}

const EXAMPLES = `
Examples:
  longship scan app.log --rules rules.yaml
  longship scan 'logs/**/*.log' --rules rules/ --fail-on error
  kubectl logs deploy/api | longship scan - --rules rules.yaml -o jsonl

Exit codes: 0 nothing at or above --fail-on, 1 something was (or a file could not be read, or a rule was given up on
a line), 2 wrong usage or rules.
docs/scan.md explains rules.`

function severityOf(name: string | undefined): Severity | undefined {
  if (name === undefined || SEVERITIES.includes(name as Severity)) return name as Severity | undefined
  const known = SEVERITIES.join(', ')
  throw new LongshipError('usage', `--fail-on must not be "${name}". Known: ${known}.${didYouMean(name, SEVERITIES)}`)
}

/** Files are looked at after the fact: who asks wants each hit, not one a minute. */
function withoutCooldowns(snapshot: Snapshot): Snapshot {
  const live = snapshot.live.map((each) => ({ ...each, rule: { ...each.rule, cooldown_ms: 0 } }))
  return { ...snapshot, live }
}

function scannerOf(snapshot: Snapshot, hits: Hits, onSlow: (rule: Rule) => void): Scanner {
  return createScanner({
    rulebook: { snapshot },
    bucket: { burst: Number.MAX_SAFE_INTEGER, per_minute: 1 },
    emit: (event) => hits.add(event),
    now: () => hits.timeMs,
    onSlow,
    isPatient: true,
  })
}

interface ScanOptions extends Options {
  readonly path: string
  /** What its service falls back to. */
  readonly name: string
  readonly redactor: Redactor | undefined
  readonly scanner: Scanner
  readonly overlooked: Overlooked
  readonly hits: Hits
}

/** One file's records, each shown to the scanner. */
class ScannedFile implements Reading {
  private readonly options: ScanOptions
  readonly framer: Framer
  private readonly interpreter: Interpreter
  private readonly numbers = new LineNumbers()
  private readonly watch: Watch

  constructor(options: ScanOptions) {
    const { path, scanner, framing, multiline } = options
    this.options = options
    this.framer = createFramer({ framing, multiline })
    this.watch = scanner.watch(path)
    this.interpreter = interpreterOf(options, options)
  }

  see(bytes: Uint8Array, offset: number): void {
    this.numbers.see(bytes, offset)
  }

  end(): void {
    this.watch.end()
  }

  event({ message, lines, end }: FramedEvent): void {
    const { runtime } = message
    const { hits, stream } = this.options
    const record = this.interpreter.record(message)
    hits.line = this.numbers.firstOf(lines, end)
    hits.timeMs = record.timestamp.seconds * 1000 + Math.floor(record.timestamp.nanos / 1e6)
    const text = () => this.interpreter.textOf(record, message)
    const seen = { stream: runtime?.stream ?? stream }
    this.watch.see(record, text, seen)
    this.options.overlooked.see(record, text, seen)
  }

  flush(): Promise<void> {
    return this.options.hits.flush()
  }
}
