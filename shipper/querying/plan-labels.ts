/** Which labels the operations of a metric query ask for: a parser below them need find no others. */
import type { LabelFilter, MetricExpr, StageExpr } from '../../loki/logql/ast.ts'

/** Of a vector or range aggregation, given what those above need; undefined: all labels. */
export function neededLabels(
  expr: Extract<MetricExpr, { kind: 'vector' | 'range' }>,
  above: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (expr.kind === 'vector') {
    if (/^(?:topk|bottomk|approx_topk|sort|sort_desc)$/.test(expr.op)) return above
    return expr.grouping === undefined ? new Set() : byLabels(expr.grouping)
  }
  const kept = expr.grouping === undefined ? above : byLabels(expr.grouping)
  if (kept === undefined) return undefined
  const names = new Set(kept)
  for (const stage of expr.log.stages) for (const name of usedBy(stage)) names.add(name)
  if (expr.unwrap !== undefined) {
    names.add(expr.unwrap.name)
    for (const filter of expr.unwrap.filters) for (const name of filterNames(filter)) names.add(name)
  }
  for (const name of names) if (name.startsWith('__')) names.delete(name)
  return names
}

function byLabels({ isWithout, labels }: { readonly isWithout: boolean; readonly labels: readonly string[] }) {
  return isWithout ? undefined : new Set(labels)
}

function usedBy(stage: StageExpr): string[] {
  if (stage.kind === 'label') return filterNames(stage.filter)
  if (stage.kind === 'label_format') return stage.formats.map(({ value, name }) => (/^\w+$/.test(value) ? value : name))
  return []
}

function filterNames(filter: LabelFilter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...filterNames(filter.left), ...filterNames(filter.right)]
    case 'match':
      return [filter.matcher.name]
    default:
      return [filter.name]
  }
}
