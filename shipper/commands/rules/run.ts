/** Runs the tests of a file of scan rules: each test has a scanner of its own, and a clock that its lines set. */
import { dirname, isAbsolute, join } from 'node:path'
import { pairUp, type Row } from '../../../loki/testing/compare.ts'
import type { Check, FileOutcome, TestOutcome } from '../../../loki/testing/outcome.ts'
import { readYaml } from '../../../loki/yaml/source.ts'
import { LongshipError } from '../../errors.ts'
import type { NewEvent } from '../../events/event.ts'
import { Interpreter, messageOf } from '../../interpret.ts'
import { createRedactor } from '../../redact/redact.ts'
import { messageOf as saidOf } from '../../scan/field.ts'
import { createScanner } from '../../scan/scanner.ts'
import type { Snapshot } from '../../scan/snapshot.ts'
import { fromMillis } from '../../terms/instant.ts'
import { rulesOf, snapshotOf } from '../scanning/rules.ts'
import { type ExpectedHit, RULES_FILE, type RulesFile, type RuleTestCase } from './testfile.ts'

export interface RulesOutcome extends FileOutcome {
  /** Names of rules that no test hits. */
  readonly untested: readonly string[]
}

/** `readFile` throws what the file system says. `now`: milliseconds, for how long tests take. */
export interface RunOptions {
  readonly readFile: (path: string) => string
  readonly now: () => number
}

export function runRulesFile(file: string, options: RunOptions): RulesOutcome {
  const broken = (problems: readonly string[]) => ({ file, tests: [], problems, untested: [] })
  let read: { readonly content: RulesFile; readonly snapshot: Snapshot } | readonly string[]
  try {
    read = readTests(file, options)
  } catch (error) {
    if (!(error instanceof LongshipError)) throw error
    return broken(error.message.split('\n'))
  }
  if (!('content' in read)) return broken(read)
  const { content, snapshot } = read
  const hit = new Set<string>()
  const tests = content.tests.map((test, index) => runTest(test, `test ${index + 1}`, snapshot, hit, options.now))
  const untested = snapshot.live.map(({ rule }) => rule.name).filter((name) => !hit.has(name))
  return { file, tests, problems: [], untested: [...new Set(untested)] }
}

/** The tests and the rules they are about, or what is wrong with the file. */
function readTests(file: string, { readFile }: RunOptions) {
  const text = readOrExplain(file, readFile)
  const source = readYaml(text)
  const content = source.root === undefined ? undefined : RULES_FILE.read(source.root)
  if (content === undefined || source.problems.length > 0) {
    return source.problems.map(({ line, column, path, message }) => `${file}:${line}:${column}: ${path} ${message}`)
  }
  if (content.rules === undefined && content.rule_files.length === 0) return [`${file}: needs rules, or rule_files`]
  const misused = content.tests.filter(({ line, lines }) => (line === undefined) === (lines === undefined))
  if (misused.length > 0) return misused.map(({ place }) => `${file}:${place.line}: ${place.path} needs line or lines`)
  const own = content.rules === undefined ? [] : rulesOf(text, file)
  const named = content.rule_files.map((name) => (isAbsolute(name) ? name : join(dirname(file), name)))
  const others = named.flatMap((path) => rulesOf(readOrExplain(path, readFile), path))
  return { content, snapshot: snapshotOf([...own, ...others]) }
}

function readOrExplain(path: string, readFile: RunOptions['readFile']): string {
  try {
    return readFile(path)
  } catch (error) {
    throw new LongshipError('file', `${path}: cannot be read: ${(error as Error).message}`)
  }
}

function runTest(
  test: RuleTestCase,
  fallback: string,
  snapshot: Snapshot,
  hit: Set<string>,
  now: () => number,
): TestOutcome {
  const began = now()
  const { found, messages } = findHits(test, snapshot)
  for (const { event } of found) hit.add(event.metadata.rule_name ?? '')
  const rows = pairUp(test.hits, found, fits, isSameRule).map(({ expected, got }) => rowOf(expected, got))
  const facts: Check['facts'] = linesOf(test).flatMap(({ line }, i) => [
    [`line ${i + 1}`, line],
    // What most rules look at, where it is not all that one sees.
    ...(messages[i] === line ? [] : [[`message ${i + 1}`, messages[i]] as const]),
  ])
  const check: Check = { place: 'hits', line: test.place.line, facts, rows, error: undefined }
  return { name: test.name || fallback, line: test.place.line, checks: [check], errors: [], tookMs: now() - began }
}

function linesOf({ line, lines }: RuleTestCase) {
  return lines ?? [{ line: line ?? '', at: undefined, service: undefined, stream: undefined }]
}

interface Found {
  /** From 1. */
  readonly line: number
  readonly event: NewEvent
}

/** Tests are the same every day. */
const START_MS = Date.parse('2026-01-01T00:00:00Z')

/** What the lines set off, in order: the rules' cooldowns count, the token bucket does not. */
function findHits(test: RuleTestCase, snapshot: Snapshot): { found: Found[]; messages: string[] } {
  const found: Found[] = []
  const messages: string[] = []
  let nowMs = START_MS
  let line = 0
  const scanner = createScanner({
    rulebook: { snapshot },
    bucket: { burst: Number.MAX_SAFE_INTEGER, per_minute: 1 },
    emit: (event) => found.push({ line, event }),
    now: () => nowMs,
    isPatient: true,
  })
  const watch = scanner.watch('test')
  for (const { line: text, at, service, stream } of linesOf(test)) {
    line++
    if (at !== undefined) nowMs = START_MS + at
    const message = messageOf(text.replace(/\n$/, ''))
    const interpreter = interpreterFor(service ?? test.service, nowMs)
    const record = interpreter.record(message)
    const asRead = () => interpreter.textOf(record, message)
    messages.push(saidOf(record, asRead))
    watch.see(record, asRead, { stream: stream ?? test.stream })
  }
  return { found, messages }
}

/** Compiling its rules takes longer than all tests. */
const redactor = createRedactor()

/** A new one for each line: what a line before it said is not about the next. */
function interpreterFor(service: string, nowMs: number): Interpreter {
  return new Interpreter({
    around: { service, node: undefined, env: undefined, level: 'unknown', host: 'host' },
    zone: 'UTC',
    format: undefined,
    redactor,
    now: () => fromMillis(nowMs),
  })
}

function fits(expected: ExpectedHit, got: Found): boolean {
  return rowOf(expected, got).isSame
}

function isSameRule({ rule }: ExpectedHit, { event }: Found): boolean {
  return rule === event.metadata.rule_name
}

/** Only what a test says of a hit is compared. */
function rowOf(expected: ExpectedHit | undefined, found: Found | undefined): Row {
  const wanted = expected === undefined ? '' : describe(expected, expected)
  const got = found === undefined ? '' : describe(factsOf(found), expected ?? {})
  return { expected: wanted, got, isSame: wanted === got }
}

type Facts = Omit<ExpectedHit, 'place'>

function factsOf({ line, event }: Found): Facts {
  const { severity, message, metadata } = event
  const captures = new Map(Object.entries(metadata.captures ?? {}))
  return { rule: metadata.rule_name ?? '', line, severity, message, captures }
}

/** `rule severity line 2 {a="1"} "message"`, with what `said` names. */
function describe({ rule, line, severity, message, captures }: Facts, said: Partial<Facts>): string {
  const parts = [rule]
  if (said.severity !== undefined) parts.push(severity ?? '')
  if (said.line !== undefined) parts.push(`line ${line}`)
  if (said.captures !== undefined) {
    const asked = said.captures
    const sorted = [...(captures ?? [])].filter(([name]) => asked.has(name)).sort(([a], [b]) => (a < b ? -1 : 1))
    parts.push(`{${sorted.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`)
  }
  if (said.message !== undefined) parts.push(JSON.stringify(message))
  return parts.join(' ')
}
