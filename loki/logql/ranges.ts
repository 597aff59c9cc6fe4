/** The range functions inside an expression. */
import type { MetricExpr, RangeExpr } from './ast.ts'

/** From left to right. */
export function rangesOf(expr: MetricExpr): RangeExpr[] {
  switch (expr.kind) {
    case 'range':
      return [expr]
    case 'vector':
    case 'label_replace':
      return rangesOf(expr.inner)
    case 'binary':
      return [...rangesOf(expr.left), ...rangesOf(expr.right)]
    default:
      return []
  }
}
