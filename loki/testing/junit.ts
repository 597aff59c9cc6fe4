/** The outcome as JUnit's XML, which CI systems show: a file is a suite, a test is a case. */
import { type Check, type FileOutcome, isPassed, isTestPassed, type TestOutcome } from './outcome.ts'

export function junitXml(files: readonly FileOutcome[]): string {
  const suites = files.map(suite)
  const totals = files.flatMap(({ tests }) => tests)
  const failures = totals.filter((test) => !isTestPassed(test)).length
  const errors = files.filter(({ problems }) => problems.length > 0).length
  const head = `<testsuites tests="${totals.length + errors}" failures="${failures}" errors="${errors}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`
}

function suite({ file, tests, problems }: FileOutcome): string {
  const failures = tests.filter((test) => !isTestPassed(test)).length
  const took = seconds(tests.reduce((sum, { tookMs }) => sum + tookMs, 0))
  const broken = problems.length > 0 ? 1 : 0
  const cases =
    broken === 1
      ? `    <testcase name="file" classname="${escaped(file)}">\n      <error message="the file cannot be used">${content(problems.join('\n'))}</error>\n    </testcase>\n`
      : tests.map((test) => testCase(file, test)).join('')
  const counts = `tests="${tests.length + broken}" failures="${failures}" errors="${broken}" time="${took}"`
  return `  <testsuite name="${escaped(file)}" ${counts}>\n${cases}  </testsuite>\n`
}

function testCase(file: string, test: TestOutcome): string {
  const attributes = `name="${escaped(test.name)}" classname="${escaped(file)}" file="${escaped(file)}" line="${test.line}" time="${seconds(test.tookMs)}"`
  if (isTestPassed(test)) return `    <testcase ${attributes}/>\n`
  const failed = test.checks.filter((check) => !isPassed(check))
  const [first] = failed
  const message = first === undefined ? (test.errors[0] ?? '') : `${first.place} at line ${first.line}`
  const text = [...test.errors, ...failed.map((check) => checkText(file, check))].join('\n\n')
  return `    <testcase ${attributes}>\n      <failure message="${escaped(message)}">${content(text)}</failure>\n    </testcase>\n`
}

function checkText(file: string, check: Check): string {
  const facts = check.facts.map(([name, value]) => `${name}: ${value}`)
  const rows = check.rows.map(({ expected, got, isSame }) =>
    isSame ? `  both: ${expected}` : `  expected: ${expected}\n  got: ${got}`,
  )
  const error = check.error === undefined ? [] : [`error: ${check.error}`]
  return [`${check.place} ${file}:${check.line}`, ...facts, ...error, ...rows].join('\n')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['\n', '&#10;'],
  ['\t', '&#9;'],
])

/** Text between tags: lines stay lines. */
function content(text: string): string {
  return text.split('\n').map(escaped).join('\n')
}

/** XML 1.0 has no way to write other control characters. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"'\n\t]/g, (char) => ENTITIES.get(char)!)
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
}
