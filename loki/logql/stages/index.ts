/** Stage expressions → stages that run. One file a stage. */
import type { StageExpr } from '../ast.ts'
import { unsupported } from '../error.ts'
import type { Stage } from '../row.ts'
import { jsonStage } from './json.ts'
import { labelStage } from './label.ts'
import { lineStage } from './line.ts'
import { logfmtStage } from './logfmt.ts'

export function createStage(expr: StageExpr): Stage {
  switch (expr.kind) {
    case 'line':
      return lineStage(
        expr.op,
        expr.texts.map(({ text }) => text),
      )
    case 'json':
      return jsonStage()
    case 'logfmt':
      return logfmtStage(expr.isStrict, expr.keepsEmpty)
    case 'label':
      return labelStage(expr.filter)
    default:
      throw unsupported(`the stage ${expr.kind}`)
  }
}
