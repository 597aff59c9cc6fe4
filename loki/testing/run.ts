/** Runs a test file: reads it and its rule files, gives every test its own Loki, and collects what came of the checks. */
import { dirname, isAbsolute, join } from 'node:path'
import { parseQuery } from '../logql/parser.ts'
import type { Ask } from '../server/ruler/rule.ts'
import { type RuleFile, readRuleFile } from '../server/ruler/rulefile.ts'
import { labelMap } from '../server/ruler/vector.ts'
import { type Problem, readYaml } from '../yaml/source.ts'
import { checkDashboard } from './dashboard.ts'
import { checkExpr, stepOf } from './exprtest.ts'
import { buildInput, type Normalize } from './input.ts'
import type { Check, FileOutcome, TestOutcome } from './outcome.ts'
import { checkRules, type RuleContext } from './ruletest.ts'
import { NANOS_PER_MS, type OpenTarget, type Target, type TestSpan, type TestStream } from './target.ts'
import { DEFAULT_START_MS, TEST_FILE, type Test, type TestFile } from './testfile.ts'

export interface RunOptions {
  readonly open: OpenTarget
  readonly normalize: Normalize
  readonly readFile: (path: string) => string
  /** Files of a pattern, sorted. */
  readonly glob: (pattern: string) => readonly string[]
  /** Each question costs: only rules that are asked about are evaluated. */
  readonly isRemote: boolean
  /** Tests whose names it takes. */
  readonly isWanted: (name: string) => boolean
  /** Milliseconds, for how long tests take. */
  readonly now: () => number
}

export async function runFile(file: string, options: RunOptions): Promise<FileOutcome> {
  const read = readTestFile(file, options)
  if (read.problems.length > 0 || read.content === undefined) return { file, tests: [], problems: read.problems }
  const tests: TestOutcome[] = []
  for (const [index, test] of read.content.tests.entries()) {
    const name = test.name || `test ${index + 1}`
    if (options.isWanted(name))
      tests.push(await runTest(test, name, { ...options, file, ...read, content: read.content }))
  }
  return { file, tests, problems: [] }
}

interface ReadFile {
  readonly content: TestFile | undefined
  readonly groups: RuleContext['groups']
  readonly problems: readonly string[]
}

function readTestFile(file: string, { readFile, glob }: RunOptions): ReadFile {
  let text: string
  try {
    text = readFile(file)
  } catch (error) {
    return { content: undefined, groups: [], problems: [`${file}: cannot be read: ${(error as Error).message}`] }
  }
  const source = readYaml(text)
  const content = source.root === undefined ? undefined : TEST_FILE.read(source.root)
  if (content === undefined || source.problems.length > 0) {
    return { content: undefined, groups: [], problems: source.problems.map((problem) => problemText(file, problem)) }
  }
  const problems: string[] = content.tests.flatMap((test) => misuse(test).map((what) => `${file}:${what}`))
  const groups: { file: string; group: RuleContext['groups'][0]['group'] }[] = []
  for (const pattern of content.rule_files) {
    const paths = glob(besides(file, pattern))
    if (paths.length === 0) problems.push(`${file}: rule_files: nothing matches ${JSON.stringify(pattern)}`)
    for (const path of paths) {
      const rules = readRules(path, readFile)
      problems.push(...rules.errors)
      groups.push(...rules.groups.map((group) => ({ file: path, group })))
    }
  }
  return { content, groups: ordered(groups, content.group_eval_order), problems }
}

function readRules(path: string, readFile: RunOptions['readFile']): RuleFile {
  try {
    return readRuleFile(readFile(path), path)
  } catch (error) {
    return { groups: [], errors: [`${path}: cannot be read: ${(error as Error).message}`] }
  }
}

function problemText(file: string, { line, column, path, message }: Problem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path} `}${message}`
}

/** What the schema cannot say. */
function misuse(test: Test): string[] {
  const raw = test.raw_lines.flatMap(({ text, file, place }) =>
    (text === undefined) === (file === undefined)
      ? [`${place.line}: ${place.path} needs exactly one of text and file`]
      : [],
  )
  const expected = [...test.logql_expr_test, ...test.dashboard_test].flatMap(({ exp_logs = [] }) => exp_logs)
  const logs = expected.flatMap((log) => {
    const given = (['line', 'lines', 'contains'] as const).filter((name) => log[name] !== undefined)
    const { line, path } = log.place
    return given.length > 1 ? [`${line}: ${path} has ${given.join(' and ')}: use one of them`] : []
  })
  return [...raw, ...logs]
}

function ordered<T extends { group: { name: string } }>(groups: readonly T[], order: readonly string[]): T[] {
  const rank = (one: T) => (order.includes(one.group.name) ? order.indexOf(one.group.name) : -1)
  return [...groups].sort((a, b) => rank(a) - rank(b))
}

/** A path named in a file counts from there. */
export function besides(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path)
}

interface TestContext extends RunOptions, ReadFile {
  readonly file: string
  readonly content: TestFile
}

async function runTest(test: Test, name: string, context: TestContext): Promise<TestOutcome> {
  const began = context.now()
  const outcome = (checks: readonly Check[], errors: readonly string[]): TestOutcome => ({
    name,
    line: test.place.line,
    checks,
    errors,
    tookMs: context.now() - began,
  })
  let target: Target | undefined
  try {
    const startMs = test.start_timestamp ?? DEFAULT_START_MS
    const start = BigInt(startMs) * NANOS_PER_MS
    const intervalMs = test.interval ?? context.content.evaluation_interval
    const readFile = (path: string) => context.readFile(besides(context.file, path))
    const streams = await buildInput({ test, start, intervalMs, normalize: context.normalize, readFile })
    target = await context.open(spanOf(test, streams, start, intervalMs))
    await target.push(streams)
    const isFuzzy = context.content.fuzzy_compare
    const asking = { target, streams, start, intervalMs, isFuzzy }
    const checks: Check[] = []
    for (const [index, one] of test.logql_expr_test.entries()) {
      checks.push(await checkExpr(asking, one.expr, one, `logql_expr_test[${index}]`, one.place.line))
    }
    for (const [index, one] of test.dashboard_test.entries()) {
      checks.push(await checkDashboard(asking, one, `dashboard_test[${index}]`, readFile))
    }
    const ask = askOf(target)
    const evaluationIntervalMs = context.content.evaluation_interval
    const rules = await checkRules({
      test,
      groups: askedGroups(test, context),
      startMs,
      evaluationIntervalMs,
      ask,
      isFuzzy,
    })
    return outcome(
      [...checks, ...rules.checks].sort((a, b) => a.line - b.line),
      rules.errors,
    )
  } catch (error) {
    return outcome([], [(error as Error).message])
  } finally {
    await target?.close()
  }
}

/** A rule that nobody asks about is evaluated too, for its errors, where that costs little. */
function askedGroups(test: Test, { groups, isRemote }: TestContext): RuleContext['groups'] {
  if (!isRemote) return groups
  const names = new Set([
    ...test.alert_rule_test.map(({ alertname }) => alertname),
    ...test.recording_rule_test.map(({ record }) => record),
  ])
  return groups.map(({ file, group }) => ({
    file,
    group: { ...group, rules: group.rules.filter(({ name }) => names.has(name)) },
  }))
}

function askOf(target: Target): Ask {
  return async (expr, atMs) => {
    try {
      if (parseQuery(expr).kind === 'log') throw new Error('rule result is not a vector or scalar')
      const answer = await target.instant(expr, BigInt(atMs) * NANOS_PER_MS)
      if (answer.kind === 'streams') throw new Error('rule result is not a vector or scalar')
      return answer.series.map(({ labels, samples }) => ({ labels: labelMap(labels), value: samples[0]!.value }))
    } catch (error) {
      throw new Error(`rule evaluation failed: ${(error as Error).message}`)
    }
  }
}

function spanOf(test: Test, streams: readonly TestStream[], start: bigint, intervalMs: number): TestSpan {
  const asked = [...test.logql_expr_test, ...test.dashboard_test, ...test.alert_rule_test, ...test.recording_rule_test]
  const offsets = asked.map((one) => ('end' in one ? (one.end ?? one.eval_time) : one.eval_time) ?? 0)
  const times = streams.flatMap(({ entries }) => entries.map(({ time }) => time))
  const latest = [...offsets.map((ms) => start + BigInt(ms) * NANOS_PER_MS), ...times].reduce(
    (a, b) => (a > b ? a : b),
    start,
  )
  const ranges = [...test.logql_expr_test, ...test.dashboard_test].filter(({ end }) => end !== undefined)
  return { latest, stepsMs: ranges.map((one) => stepOf(one, intervalMs)) }
}
