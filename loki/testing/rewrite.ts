/** A query that sees only the entries that carry a label: so tests share a Loki without meeting one another. */
import type { Expr, LogExpr, MetricExpr } from '../logql/ast.ts'
import { createMatcher } from '../logql/matcher.ts'
import { parseQuery } from '../logql/parser.ts'
import { writeExpr } from '../logql/print.ts'

/** Every selector with one more matcher. Text that is no LogQL comes back as it is: Loki says what is wrong with it. */
export function selectOnly(query: string, name: string, value: string): string {
  let expr: Expr
  try {
    expr = parseQuery(query)
  } catch {
    return query
  }
  const narrow = (log: LogExpr): LogExpr => ({ ...log, matchers: [...log.matchers, createMatcher(name, '=', value)] })
  return writeExpr(expr.kind === 'log' ? narrow(expr) : mapLogs(expr, narrow))
}

function mapLogs(expr: MetricExpr, change: (log: LogExpr) => LogExpr): MetricExpr {
  switch (expr.kind) {
    case 'range':
      return { ...expr, log: change(expr.log) }
    case 'vector':
    case 'label_replace':
      return { ...expr, inner: mapLogs(expr.inner, change) }
    case 'binary':
      return { ...expr, left: mapLogs(expr.left, change), right: mapLogs(expr.right, change) }
    case 'number':
    case 'constant':
      return expr
  }
}
