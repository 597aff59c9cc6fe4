/** Checks of stages: those that Loki makes while it parses, and those that it makes when the query is to run. */
import type { Expr, LogExpr, StageExpr } from './ast.ts'
import { withoutLineFormats } from './engine/simplify.ts'
import { parseError, QueryError } from './error.ts'
import { writeStage } from './print.ts'
import { regexFault } from './regex.ts'
import { createStage } from './stages/index.ts'
import { orderStages } from './stages/order.ts'
import { parsePattern } from './stages/pattern.ts'
import { compileGroups } from './stages/regexp.ts'
import { NO_MATCHERS } from './syntax/validate.ts'

/** The stage regexp: Go's syntax, named groups, no name twice. */
export function checkRegexp(pattern: string): void {
  const fault = regexFault(pattern) ?? faultOf(() => compileGroups(pattern))
  if (fault === undefined) return
  // Go takes a name twice, and Loki then does not.
  const twice = /duplicate capture group name: `(.*)`$/s.exec(fault)?.[1]
  throw parseError(
    `invalid regexp parser: ${twice === undefined ? fault : `duplicate extracted label name '${twice}'`}`,
  )
}

/** The stage pattern. */
export function checkPattern(pattern: string): void {
  const fault = faultOf(() => parsePattern(pattern))
  if (fault !== undefined) throw parseError(`invalid pattern parser: ${fault}`)
}

/** What only running the query would tell: regular expressions of line filters, templates, paths. Throws Loki's parse error. */
export function checkStages(expr: Expr): void {
  checkNumbers(expr)
  for (const log of logExprs(expr)) {
    for (const stages of togetherAsRun(log.stages)) {
      const fault = stages
        .toReversed()
        .reduce<string | undefined>((found, stage) => found ?? stageFault(stage), undefined)
      if (fault !== undefined) throw stageError(stages, fault)
    }
  }
}

function stageError(stages: readonly StageExpr[], fault: string): QueryError {
  return parseError(`stage '${stages.map(writeStage).join(' ')}' : ${fault}`)
}

/** Stages in the order in which they run; line filters that stand together are one to Loki. */
function togetherAsRun(stages: readonly StageExpr[]): StageExpr[][] {
  const groups: StageExpr[][] = []
  for (const stage of orderStages(stages)) {
    const last = groups.at(-1)
    if (stage.kind === 'line' && last?.[0]?.kind === 'line') last.push(stage)
    else groups.push([stage])
  }
  return groups
}

function stageFault(stage: StageExpr): string | undefined {
  if (stage.kind === 'line' && stage.op.endsWith('~') && !(stage.texts.length === 1 && stage.texts[0]!.isIp)) {
    for (const { text } of stage.texts) {
      const fault = regexFault(text)
      if (fault !== undefined) return fault
    }
  }
  return faultOf(() => createStage(stage))
}

function faultOf(make: () => unknown): string | undefined {
  try {
    make()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Operations of Loki's that it spreads over shards, where a number is a query without matchers. */
const SHARDED: ReadonlySet<string> = new Set(['sum', 'avg', 'count'])

/** A number is no vector: Loki's parser takes sum(1), its engine does not. */
function checkNumbers(expr: Expr): void {
  for (const one of walk(expr)) {
    if (!('inner' in one) || one.inner.kind !== 'number') continue
    if (one.kind === 'vector' && SHARDED.has(one.op)) throw parseError(NO_MATCHERS)
    throw new QueryError(500, NO_EVALUATOR)
  }
}

const NO_EVALUATOR = 'unexpected expr type (*syntax.LiteralExpr) for Evaluator type (*logql.DefaultEvaluator)'

/** The selectors of a query from left to right, as they are run. */
export function* logExprs(expr: Expr): Generator<LogExpr> {
  for (const one of walk(expr)) {
    if (one.kind === 'log') yield one
    if (one.kind === 'range') yield withoutLineFormats(one)
  }
}

/** A tree's nodes from left to right, without recursion: a query may nest deep. */
function* walk(expr: Expr): Generator<Expr> {
  const open: Expr[] = [expr]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    yield one
    if (one.kind === 'binary') open.push(one.right, one.left)
    else if ('inner' in one) open.push(one.inner)
  }
}
