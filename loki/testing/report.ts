/** What people read: each file, its tests, and of every failed check what was expected beside what came. */
import { visible } from '../../shipper/terms/visible.ts'
import { type Check, type FileOutcome, isPassed, isTestPassed, type TestOutcome } from './outcome.ts'

/** Text → text in a colour; the same text where there are none. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

export interface ReportOptions {
  readonly paint: Paint
  /** Cells in a line; Infinity where nothing cuts. */
  readonly columns: number
  /** Without times, for comparing reports. */
  readonly isTimed: boolean
}

export function reportFile({ file, tests, problems }: FileOutcome, options: ReportOptions): string {
  const { paint } = options
  if (problems.length > 0) return `${paint.bad('error')} ${file}\n${problems.map((one) => `  ${one}\n`).join('')}`
  const lines = tests.map((test) => reportTest(file, test, options))
  return `${paint.bold(file)}\n${lines.join('')}`
}

function reportTest(file: string, test: TestOutcome, options: ReportOptions): string {
  const { paint, isTimed } = options
  const failed = test.checks.filter((check) => !isPassed(check))
  const isGood = isTestPassed(test)
  const count = `${test.checks.length} ${test.checks.length === 1 ? 'check' : 'checks'}`
  const took = isTimed ? `, ${Math.round(test.tookMs)} ms` : ''
  const head = `  ${isGood ? paint.good('pass') : paint.bad('FAIL')} ${test.name} ${paint.dim(`(${count}${took})`)}\n`
  const errors = test.errors.map((error) => `    ${paint.bad('error')} ${indented(error, 10)}\n`)
  return head + [...errors, ...failed.map((check) => reportCheck(file, check, options))].join('')
}

function reportCheck(file: string, check: Check, options: ReportOptions): string {
  const { paint } = options
  const width = Math.max(0, ...check.facts.map(([name]) => name.length))
  const facts = check.facts.map(
    ([name, value]) => `      ${paint.dim(name.padEnd(width))} ${indented(value, 7 + width)}\n`,
  )
  const error = check.error === undefined ? '' : `      ${paint.bad('error')} ${indented(check.error, 12)}\n`
  return `    ${check.place} ${paint.dim(`${file}:${check.line}`)}\n${facts.join('')}${error}${table(check, options)}\n`
}

function indented(text: string, columns: number): string {
  return text.trimEnd().replaceAll('\n', `\n${' '.repeat(columns)}`)
}

/** So wide is a side where nothing limits it; longer texts stand below one another. */
const MAX_SIDE = 100

function table({ rows }: Check, { paint, columns }: ReportOptions): string {
  if (rows.length === 0) return ''
  const shown = rows.map((row) => ({ ...row, expected: visible(row.expected), got: visible(row.got) }))
  const widest = Math.max('expected'.length, ...shown.map(({ expected }) => expected.length))
  const room = Math.min(MAX_SIDE, Math.floor((columns - 14) / 2))
  const isWide = widest <= room && shown.every(({ got }) => widest + got.length + 14 <= Math.max(columns, 2 * MAX_SIDE))
  if (!isWide) return below(shown, paint)
  const head = `        ${paint.dim(`${'expected'.padEnd(widest)} │ got`)}\n`
  const lines = shown.map(({ expected, got, isSame }) => {
    const text = `${expected.padEnd(widest)} │ ${got}`.trimEnd()
    return isSame ? `        ${paint.dim(text)}\n` : `      ${paint.bad('≠')} ${text}\n`
  })
  return head + lines.join('')
}

function below(rows: readonly { expected: string; got: string; isSame: boolean }[], paint: Paint): string {
  return rows
    .map(({ expected, got, isSame }) =>
      isSame
        ? `        both     ${paint.dim(expected)}\n`
        : `      ${paint.bad('≠')} expected ${expected || '(nothing)'}\n        got      ${got || '(nothing)'}\n`,
    )
    .join('')
}

/** The last line: `7 tests passed, 1 failed, 1 file cannot be used (23 checks)`. */
export function summary(files: readonly FileOutcome[], { paint, isTimed }: ReportOptions, tookMs: number): string {
  const tests = files.flatMap((file) => file.tests)
  const passed = tests.filter(isTestPassed).length
  const failed = tests.length - passed
  const broken = files.filter(({ problems }) => problems.length > 0).length
  const checks = tests.reduce((sum, test) => sum + test.checks.length, 0)
  const parts = [`${passed} ${passed === 1 ? 'test' : 'tests'} passed`, `${failed} failed`]
  if (broken > 0) parts.push(`${broken} ${broken === 1 ? 'file' : 'files'} cannot be used`)
  const text = `${parts.join(', ')} (${checks} ${checks === 1 ? 'check' : 'checks'}${isTimed ? `, ${Math.round(tookMs)} ms` : ''})`
  return failed + broken > 0 ? paint.bad(text) : paint.good(text)
}
