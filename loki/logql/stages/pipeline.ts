/** A whole pipeline as one stage, with the hints that Loki gives its parsers. */
import type { LabelFilter, StageExpr, Unwrap } from '../ast.ts'
import type { Stage } from '../row.ts'
import { createHints, type Hints } from './hints.ts'
import { createStage, labelsOf } from './index.ts'
import { hintFilterOf, namesOf } from './label.ts'
import { orderStages } from './order.ts'

/** What comes behind the pipeline and so says which labels are needed. */
export interface Demand {
  /** Of the range function, else of the `sum` (and what else Loki pushes down) around it. */
  readonly groups: readonly string[]
  readonly isWithout: boolean
  /** by (), or absent_over_time: no label is needed for the answer. */
  readonly hasNoLabels: boolean
  readonly unwrap: Unwrap | undefined
}

/** Of log queries, and of metric queries over all labels: everything. */
export const ALL_LABELS: Demand = { groups: [], isWithout: false, hasNoLabels: false, unwrap: undefined }

/** Throws what createStage throws. The order is Loki's (orderStages). */
export function createPipeline(stages: readonly StageExpr[], demand: Demand = ALL_LABELS): Stage {
  const ordered = orderStages(stages)
  const hints = hintsFor(ordered, demand)
  const list = ordered.map((stage) => createStage(stage, hints))
  const [first, second] = list
  if (first === undefined) return () => true
  if (second === undefined) return first
  return (row) => {
    for (const stage of list) if (!stage(row)) return false
    return true
  }
}

/** Loki's NewParserHint. */
export function hintsFor(stages: readonly StageExpr[], demand: Demand): Hints {
  const { unwrap } = demand
  const filters: LabelFilter[] = stages.flatMap((stage) => (stage.kind === 'label' ? [stage.filter] : []))
  const behind = unwrap?.filters ?? []
  // Several filters behind unwrap are one that joins them, and that is no hint.
  const asked = behind.length === 1 ? [...filters, ...behind] : filters
  const hintFilters = asked.flatMap((filter) => hintFilterOf(filter) ?? [])
  // An unwrap without groups groups by all labels but its own.
  const isWithout = demand.isWithout || (unwrap !== undefined && demand.groups.length === 0)
  const groups = unwrap !== undefined && isWithout ? [...demand.groups, unwrap.name] : demand.groups
  const required = [
    ...stages.flatMap(labelsOf),
    ...behind.flatMap(namesOf),
    ...groups,
    ...(unwrap === undefined ? [] : [unwrap.name]),
  ]
  if (demand.hasNoLabels) return createHints(required, required.length === 0, required.length > 0 ? hintFilters : [])
  if (isWithout || groups.length === 0) return createHints([], false, hintFilters)
  return createHints(required, false, [])
}
