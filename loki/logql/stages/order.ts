/** The order in which Loki runs a pipeline: line filters first, as far as what stands before them leaves the line alone. */
import type { StageExpr } from '../ast.ts'

export function orderStages(stages: readonly StageExpr[]): StageExpr[] {
  const ordered: StageExpr[] = []
  let lineFilters: StageExpr[] = []
  let others: StageExpr[] = []
  const flush = () => {
    ordered.push(...lineFilters, ...others)
    lineFilters = []
    others = []
  }
  for (const stage of stages) {
    if (stage.kind === 'line') lineFilters.push(stage)
    else if (stage.kind === 'label') {
      flush()
      ordered.push(stage)
    } else {
      others.push(stage)
      // decolorize changes the line too; Loki does not mind.
      if (stage.kind === 'line_format' || stage.kind === 'unpack') flush()
    }
  }
  flush()
  return ordered
}
