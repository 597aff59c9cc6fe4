/** What can be said of a pipeline without running it. */
import type { LogExpr, RangeExpr, StageExpr } from '../ast.ts'

type StageKind = StageExpr['kind']

/** Stages that read the line: what a line_format made of it matters to those. */
const READERS: ReadonlySet<StageKind> = new Set(['line', 'json', 'logfmt', 'pattern', 'regexp', 'unpack'])

/**
 * Takes out line_format where nothing behind it reads the line and the function does not count bytes, as Loki does
 * (pkg/logql/optimize.go): a template that would fail then does not.
 */
export function withoutLineFormats(expr: RangeExpr): LogExpr {
  const { log, op } = expr
  if (op === 'bytes_over_time' || op === 'bytes_rate') return log
  const lastReader = log.stages.findLastIndex((stage) => READERS.has(stage.kind))
  const stages = log.stages.filter((stage, index) => stage.kind !== 'line_format' || index < lastReader)
  return stages.length === log.stages.length ? log : { ...log, stages }
}

/** Stages that leave labels as they are. */
const FILTERS: ReadonlySet<StageKind> = new Set(['line', 'label', 'line_format', 'decolorize'])

/** Whether entries may have labels that neither their stream nor their metadata have. */
export function setsLabels(log: LogExpr): boolean {
  return !log.stages.every((stage) => FILTERS.has(stage.kind))
}
