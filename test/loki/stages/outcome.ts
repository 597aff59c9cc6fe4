/** What our stages make of a case, put together as the engine does, and written as the corpora write it. */
import type { LogExpr, RangeExpr } from '../../../loki/logql/ast.ts'
import { hintsOf, hintsOfLogs, type LabelNeeds, needsOf } from '../../../loki/logql/engine/needs.ts'
import { parseQuery } from '../../../loki/logql/parser.ts'
import type { Row, Stage } from '../../../loki/logql/row.ts'
import { createStage } from '../../../loki/logql/stages/index.ts'
import { orderStages } from '../../../loki/logql/stages/order.ts'
import { createUnwrap } from '../../../loki/logql/stages/unwrap.ts'
import { STREAM, type StageCase, sorted, writeLine } from './corpus.ts'
import { rowOf } from './rows.ts'

/** 2023-11-14T22:13:20.123456789Z */
const TIMESTAMP = 1_700_000_000_123_456_789n

export function outcomeOf({ query, metadata, line }: Pick<StageCase, 'query' | 'metadata' | 'line'>): string {
  const row = rowOf({ line, labels: STREAM, metadata, timestamp: TIMESTAMP })
  const isPipeline = /^[|!]/.test(query)
  try {
    const expr = parseQuery(isPipeline ? `{a="abc"} ${query}` : query)
    if (expr.kind === 'log') return logOutcome(pipelineOf(expr)(row), row, line, metadata)
    if (expr.kind === 'range') return sampleOutcome(expr, needsOf(expr, undefined), row)
    if (expr.kind !== 'vector' || expr.inner.kind !== 'range') throw new Error('no query of one range function')
    return sampleOutcome(expr.inner, needsOf(expr.inner, expr.grouping ?? { isWithout: false, labels: [] }), row)
  } catch (error) {
    return `! ${(error as Error).message.replace(/^parse error[^:]*: (?:stage '[\s\S]*' : )?/, '')}`
  }
}

export function pipelineOf(log: LogExpr, hints = hintsOfLogs(log)): Stage {
  const stages = orderStages(log.stages).map((stage) => createStage(stage, hints))
  return (row) => stages.every((stage) => stage(row))
}

function logOutcome(isKept: boolean, row: Row, line: string, metadata: Record<string, string>): string {
  if (!isKept) return '-'
  const by = { stream: {}, metadata: {}, parsed: {} } as Record<string, Record<string, string>>
  row.each((name, value, category) => {
    by[category]![name] = value
  })
  row.eachError((name, value) => {
    by.parsed![name] = value
  })
  const lines = row.line() === line ? [] : [writeLine('>', row.line())]
  lines.push(`= ${JSON.stringify(sorted(by.parsed!))}`)
  const rest = `${JSON.stringify(sorted(by.stream!))} ${JSON.stringify(sorted(by.metadata!))}`
  if (rest !== `${JSON.stringify(STREAM)} ${JSON.stringify(sorted(metadata))}`) lines.push(`~ ${rest}`)
  return lines.join('\n')
}

function sampleOutcome(range: RangeExpr, needs: LabelNeeds, row: Row): string {
  if (!pipelineOf(range.log, hintsOf(range, range.log, needs))(row)) return '-'
  let value: number | undefined = range.op.startsWith('bytes') ? row.lineLength() : 1
  if (range.unwrap !== undefined) value = createUnwrap(range.unwrap)(row)
  if (value === undefined) return '-'
  const labels = JSON.stringify(sorted(sampleLabels(row, needs)))
  return `# ${row.error === '' ? value : 'err'} ${labels}`
}

/** The labels that Loki gives a sample: of an errored entry all. */
function sampleLabels(row: Row, { groups, isWithout, hasNoLabels }: LabelNeeds): Record<string, string> {
  const labels: Record<string, string> = {}
  const isGrouped = row.error === '' && groups.length > 0
  if (row.error === '' && hasNoLabels) return labels
  if (isGrouped && !isWithout) {
    for (const name of groups) {
      const value = row.getGrouped(name)
      if (value !== undefined) labels[name] = value
    }
    return labels
  }
  row.each((name, value) => {
    if (!isGrouped || !groups.includes(name)) labels[name] = value
  })
  // Details that `drop __error__` left are shown only where nothing is grouped away.
  if (isGrouped) return labels
  row.eachError((name, value) => {
    labels[name] = value
  })
  return labels
}
