/** longship rules test FILE…: unit tests of scan rules; docs/scan.md explains the files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { globSync } from 'tinyglobby'
import { junitXml } from '../../loki/testing/junit.ts'
import { isTestPassed } from '../../loki/testing/outcome.ts'
import { type ReportOptions, reportFile, summary } from '../../loki/testing/report.ts'
import { LongshipError } from '../errors.ts'
import { processSurroundings, type Screen, type Surroundings } from '../querying/screen.ts'
import { parseArguments } from './arguments.ts'
import { type RulesOutcome, runRulesFile } from './rules/run.ts'

interface Options {
  readonly junit?: string
  readonly strict: boolean
  readonly color: boolean
}

/** 0: all passed; 1: a test failed, or with --strict a rule has none; 2: a file cannot be used, or wrong usage. */
export async function run(argv: string[], around: Surroundings = processSurroundings): Promise<number> {
  const parsed = parseArguments<Options>(definition(), argv)
  if (parsed === undefined) return 0
  const { args, options } = parsed
  const screen = around.openScreen(false)
  const report = reportOptions(options, screen)
  const began = performance.now()
  const outcomes = filesOf(args.slice(1)).map((file) =>
    runRulesFile(file, { readFile: (path) => readFileSync(path, 'utf8'), now: () => performance.now() }),
  )
  for (const outcome of outcomes) {
    for (const line of reportFile(outcome, report).trimEnd().split('\n')) screen.line(line)
    if (outcome.untested.length > 0) screen.line(`  ${report.paint.dim('no test hits')} ${outcome.untested.join(', ')}`)
  }
  screen.line(summary(outcomes, report, performance.now() - began))
  await screen.flush()
  if (options.junit !== undefined) writeReport(options.junit, outcomes)
  return exitCodeOf(outcomes, options.strict)
}

function definition(): Command {
  return new Command('rules')
    .description('Runs the tests that stand in files of scan rules.')
    .addArgument(new Argument('<action>', 'test runs the tests').choices(['test']))
    .argument('<FILE...>', 'rule files with tests, or globs')
    .option('--strict', 'a rule that no test hits is a failure', false)
    .option('--junit <file>', "write the outcome as JUnit's XML")
    .option('--no-color', 'no colours')
    .addHelpText('after', EXAMPLES)
}

const EXAMPLES = `
Examples:
  longship rules test rules.yaml
  longship rules test 'rules/*.yaml' --strict --junit report.xml     for CI

Exit codes: 0 all passed, 1 a test failed, 2 a file cannot be used, or wrong usage.
docs/scan.md explains the files; schema/scan-rules.schema.json describes them to editors.`

function filesOf(args: readonly string[]): string[] {
  const files = args.flatMap((arg) => (/[*?{[]/.test(arg) ? globSync(arg, { expandDirectories: false }).sort() : [arg]))
  if (files.length > 0) return [...new Set(files)]
  throw new LongshipError('usage', `no file of rules matches ${args.join(' ')}. See docs/scan.md.`)
}

function exitCodeOf(outcomes: readonly RulesOutcome[], isStrict: boolean): number {
  if (outcomes.some(({ problems }) => problems.length > 0)) return 2
  if (isStrict && outcomes.some(({ untested }) => untested.length > 0)) return 1
  return outcomes.every(({ tests }) => tests.every(isTestPassed)) ? 0 : 1
}

function reportOptions({ color }: Options, screen: Screen): ReportOptions {
  const { green, red, dim, bold } = screen.colours
  const plain = (text: string) => text
  const paint = color ? { good: green, bad: red, dim, bold } : { good: plain, bad: plain, dim: plain, bold: plain }
  return { paint, columns: screen.columns, isTimed: screen.isTerminal }
}

function writeReport(path: string, outcomes: readonly RulesOutcome[]): void {
  try {
    writeFileSync(path, junitXml(outcomes))
  } catch (error) {
    throw new LongshipError('file', `cannot write ${path}: ${(error as Error).message}`)
  }
}
