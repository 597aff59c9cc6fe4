/** longship test [FILE…]: unit tests of LogQL, alert rules and dashboards; docs/testing.md explains the files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Command } from 'commander'
import { globSync } from 'tinyglobby'
import { openEmbedded } from '../../loki/testing/embedded.ts'
import { junitXml } from '../../loki/testing/junit.ts'
import { type FileOutcome, isTestPassed } from '../../loki/testing/outcome.ts'
import { type ReportOptions, reportFile, summary } from '../../loki/testing/report.ts'
import { type RunOptions, runFile } from '../../loki/testing/run.ts'
import type { OpenTarget } from '../../loki/testing/target.ts'
import { LongshipError } from '../errors.ts'
import { addLokiOptions, configOf, type SourceFlags } from '../querying/flags.ts'
import { openScreen } from '../querying/screen.ts'
import { stopOnSignal } from '../querying/stop.ts'
import { readLength } from '../querying/times.ts'
import { statOf } from '../terms/stat.ts'
import { parseArguments } from './arguments.ts'
import { normalizeRaw } from './testing/rawlines.ts'
import { watchFiles } from './testing/watch.ts'

interface Options extends SourceFlags {
  readonly run?: string
  readonly junit?: string
  readonly color: boolean
  readonly watch: boolean
}

export async function run(argv: string[]): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  const signal = stopOnSignal()
  const again = async () => runAll(filesOf(args), options, signal)
  if (!options.watch) return (await again()).exitCode
  return watchFiles(again, signal)
}

function definition(): Command {
  const command = new Command('test')
    .description('Unit tests of LogQL queries, alert rules and dashboards, on the embedded engine or a real Loki.')
    .argument('[FILE...]', 'test files, folders or globs (default: every *.test.yaml below this folder)')
    .option('--run <pattern>', 'only tests whose names hold this, or match it as a regular expression')
    .option('--junit <file>', "write the outcome as JUnit's XML")
    .option('--watch', 'run again when a file changes', false)
    .option('--no-color', 'no colours')
  return addLokiOptions(command).addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  longship test
  longship test alerts/checkout.test.yaml --run 'error rate'
  longship test --addr http://loki:3100     the same files against a real Loki
  longship test --junit report.xml          for CI

Exit codes: 0 all passed, 1 a test failed, 2 a file cannot be read, or wrong usage.
docs/testing.md explains the files; schema/test.schema.json describes them to editors.`

const DEFAULT_GLOB = '**/*.test.{yaml,yml}'

/** Relative to this folder, each once, in order. */
function filesOf(args: readonly string[]): string[] {
  const files = (args.length === 0 ? [DEFAULT_GLOB] : args).flatMap((arg) => {
    const isFolder = statOf(arg)?.isDirectory() === true
    const found = isFolder ? glob(`${arg.replace(/\/+$/, '')}/${DEFAULT_GLOB}`) : glob(arg)
    // A name without wildcards that is not there is reported where it is read.
    return found.length > 0 || isFolder || /[*?{[]/.test(arg) ? found : [arg]
  })
  if (files.length > 0) return [...new Set(files)]
  throw new LongshipError('usage', `no test file matches ${args.join(' ') || DEFAULT_GLOB}. See docs/testing.md.`)
}

function glob(pattern: string): string[] {
  const options = { ignore: ['**/node_modules/**'], expandDirectories: false, absolute: true }
  return globSync(pattern, options).map(shortest).sort()
}

/** From here where that is below here. */
function shortest(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

export interface Outcome {
  readonly exitCode: number
  /** What was read: a change of one of these may change the outcome. */
  readonly files: readonly string[]
}

async function runAll(files: readonly string[], options: Options, signal: AbortSignal): Promise<Outcome> {
  const screen = openScreen({ env: process.env, isQuiet: false })
  const report = reportOptions(options, screen)
  const began = performance.now()
  const read = new Set<string>(files)
  const running = await runOptions(options, signal, read)
  const outcomes: FileOutcome[] = []
  for (const file of files) {
    if (signal.aborted) break
    const outcome = await runFile(file, running)
    outcomes.push(outcome)
    if (outcome.tests.length === 0 && outcome.problems.length === 0) continue
    for (const line of reportFile(outcome, report).trimEnd().split('\n')) screen.line(line)
    await screen.flush()
  }
  if (options.run !== undefined && outcomes.every(({ tests, problems }) => tests.length + problems.length === 0)) {
    throw new LongshipError('usage', `no test is called ${JSON.stringify(options.run)}.`)
  }
  screen.line(summary(outcomes, report, performance.now() - began))
  await screen.flush()
  if (options.junit !== undefined) writeReport(options.junit, outcomes)
  return { exitCode: signal.aborted ? 1 : exitCodeOf(outcomes), files: [...read] }
}

function exitCodeOf(outcomes: readonly FileOutcome[]): number {
  if (outcomes.some(({ problems }) => problems.length > 0)) return 2
  return outcomes.every(({ tests }) => tests.every(isTestPassed)) ? 0 : 1
}

async function runOptions(options: Options, signal: AbortSignal, read: Set<string>): Promise<RunOptions> {
  return {
    open: await openerOf(options, signal),
    normalize: normalizeRaw,
    isRemote: options.addr !== undefined,
    readFile(path) {
      read.add(path)
      return readFileSync(path, 'utf8')
    },
    glob,
    isWanted: wanted(options.run),
    now: () => performance.now(),
  }
}

async function openerOf(options: Options, signal: AbortSignal): Promise<OpenTarget> {
  if (options.addr === undefined) return openEmbedded
  const { remoteTargets } = await import('./testing/remote.ts')
  const config = configOf({ ...options, file: [], multiline: true, redact: true }, process.env)
  return remoteTargets(config, Math.ceil(readLength('--timeout', options.timeout)), signal)
}

function wanted(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true
  let expression: RegExp | undefined
  try {
    expression = new RegExp(pattern, 'i')
  } catch {}
  return (name) => name.includes(pattern) || expression?.test(name) === true
}

function reportOptions({ color }: Options, screen: ReturnType<typeof openScreen>): ReportOptions {
  const { green, red, dim, bold } = screen.colours
  const plain = (text: string) => text
  const paint = color ? { good: green, bad: red, dim, bold } : { good: plain, bad: plain, dim: plain, bold: plain }
  return { paint, columns: screen.columns, isTimed: true }
}

function writeReport(path: string, outcomes: readonly FileOutcome[]): void {
  try {
    writeFileSync(path, junitXml(outcomes))
  } catch (error) {
    throw new LongshipError('file', `cannot write ${path}: ${(error as Error).message}`)
  }
}
