/** absent_over_time: 1 at the steps where nothing was found, in a series with the labels that the selector asks for with `=`. */
import type { LogExpr } from '../ast.ts'
import { createLabelSet, type LabelSet } from './labelset.ts'
import { createSeries, hasValues, type Series } from './matrix.ts'

export function absentSeries(log: LogExpr, found: readonly Series[], steps: number): Series[] {
  const series = createSeries(selectedLabels(log), steps)
  for (let i = 0; i < steps; i++) {
    if (found.some(({ has }) => has[i] === 1)) continue
    series.has[i] = 1
    series.values[i] = 1
  }
  return hasValues(series) ? [series] : []
}

/** A name that is asked for twice, or in another way than `=`, is left out. */
function selectedLabels(log: LogExpr): LabelSet {
  const labels = new Map<string, string>()
  const unclear = new Set<string>()
  for (const { name, op, value } of log.matchers) {
    if (name === '__name__') continue
    if (op === '=' && !labels.has(name)) labels.set(name, value)
    else unclear.add(name)
  }
  return createLabelSet([...labels].filter(([name, value]) => value !== '' && !unclear.has(name)))
}
