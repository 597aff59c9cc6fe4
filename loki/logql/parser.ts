/** LogQL's parser: text to a checked tree. Errors are worded and placed as Loki's (400). */

import type { Expr, VariantsExpr } from './ast.ts'
import { checkStages, logExprs } from './checks.ts'
import { parseError, QueryError } from './error.ts'
import { type Matcher, needsQuotes } from './matcher.ts'
import { writeExpr } from './print.ts'
import type { Node } from './syntax/nodes.ts'
import { parseTree } from './syntax/parse.ts'
import { checkDepth, checkTree } from './syntax/validate.ts'

/** Loki's maxInputSize, in bytes. */
const MAX_INPUT = 131_072

/** A query that can be run: parsed, and its stages checked. */
export function parseQuery(input: string): Expr {
  const expr = parseExpr(input)
  if (expr.kind === 'variants') throw new QueryError(400, 'multi variant queries are disabled for this instance')
  checkStages(expr)
  // Loki hands the query on as it writes it, and so reads back names in quotes, which LogQL does not know.
  for (const { matchers } of logExprs(expr)) {
    if (matchers.some(({ name }) => needsQuotes(name))) parseTree(writeExpr(expr))
  }
  return expr
}

/** A query as /loki/api/v1/format_query takes it: what only running it would tell stays untold. */
export function parseExpr(input: string): Expr | VariantsExpr {
  const tree = parseAll(input)
  checkTree(tree)
  return tree as Expr | VariantsExpr
}

/** A bare selector, as match[] takes it: {a="b"}. */
export function parseSelector(input: string): readonly Matcher[] {
  const tree = parseAll(input)
  checkTree(tree)
  if (tree.kind !== 'log' || tree.stages.length > 0) throw new QueryError(400, 'only label matchers are supported')
  return tree.matchers
}

function parseAll(input: string): Node {
  const size = Buffer.byteLength(input)
  if (size >= MAX_INPUT) throw parseError(`input size too long (${size} > ${MAX_INPUT})`)
  const tree = parseTree(input)
  checkDepth(tree)
  return tree
}
