/** What came of the checks of a test, of a test, of a file: what reports are written from. */
import type { Row } from './compare.ts'

export interface Check {
  /** `logql_expr_test[1]`: where it stands in its test. */
  readonly place: string
  readonly line: number
  /** What was asked: expr, at, alertname … in the order of the report. */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** Undefined when there was nothing to compare: `error` says why. */
  readonly rows: readonly Row[]
  readonly error: string | undefined
}

export interface TestOutcome {
  readonly name: string
  readonly line: number
  readonly checks: readonly Check[]
  /** Why the test could not run, or a rule not be evaluated. */
  readonly errors: readonly string[]
  readonly tookMs: number
}

export interface FileOutcome {
  /** As it was named. */
  readonly file: string
  readonly tests: readonly TestOutcome[]
  /** Why the file cannot be used: `file:line:column: path what`. */
  readonly problems: readonly string[]
}

export function isPassed(check: Check): boolean {
  return check.error === undefined && check.rows.every(({ isSame }) => isSame)
}

export function isTestPassed({ checks, errors }: TestOutcome): boolean {
  return errors.length === 0 && checks.every(isPassed)
}
