/** Checks of stages: those that Loki makes while it parses, and those that it makes when the query is to run. */
import { RE2JS } from 're2js'
import type { Expr, LogExpr, MetricExpr, StageExpr } from './ast.ts'
import { parseError, QueryError } from './error.ts'
import { compileRegex } from './matcher.ts'
import { writeStage } from './print.ts'

/** The stage regexp: Go's syntax, and at least one named group. */
export function checkRegexp(pattern: string): void {
  const fail = (why: string) => parseError(`invalid regexp parser: ${why}`)
  try {
    compileRegex(pattern)
  } catch (error) {
    throw error instanceof QueryError ? fail(error.reason) : error
  }
  const names = Object.keys(RE2JS.compile(pattern).namedGroups())
  if (names.length === 0) throw fail('at least one named capture must be supplied')
}

/** The stage pattern. */
export function checkPattern(_pattern: string): void {}

/** What only running the query would tell: regular expressions of line filters, templates, paths. Throws Loki's parse error. */
export function checkStages(expr: Expr): void {
  for (const log of logExprs(expr)) for (const stage of log.stages) checkStage(stage)
}

function checkStage(stage: StageExpr): void {
  try {
    if (stage.kind === 'line' && stage.op.endsWith('~')) for (const { text } of stage.texts) compileRegex(text)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    throw parseError(`stage '${writeStage(stage)}' : ${error.reason}`)
  }
}

/** The selectors of a query from left to right, without recursion: a query may nest deep. */
export function* logExprs(expr: Expr): Generator<LogExpr> {
  const open: (Expr | MetricExpr)[] = [expr]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.kind === 'log') yield one
    else if (one.kind === 'range') yield one.log
    else if (one.kind === 'binary') open.push(one.right, one.left)
    else if ('inner' in one) open.push(one.inner)
  }
}
