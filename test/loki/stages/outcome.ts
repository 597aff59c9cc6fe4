/** What our stages make of a case, written as the corpora write it. */
import type { MetricExpr, RangeExpr } from '../../../loki/logql/ast.ts'
import { parseQuery } from '../../../loki/logql/parser.ts'
import type { Row } from '../../../loki/logql/row.ts'
import { createPipeline, type Demand } from '../../../loki/logql/stages/pipeline.ts'
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
    if (expr.kind === 'log') return logOutcome(createPipeline(expr.stages)(row), row, line, metadata)
    return metricOutcome(expr as MetricExpr, row)
  } catch (error) {
    return `! ${(error as Error).message.replace(/^parse error[^:]*: (?:stage '[\s\S]*' : )?/, '')}`
  }
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

function metricOutcome(expr: MetricExpr, row: Row): string {
  const range = (expr.kind === 'vector' ? expr.inner : expr) as RangeExpr
  const grouping =
    range.grouping ?? (expr.kind === 'vector' ? (expr.grouping ?? { isWithout: false, labels: [] }) : undefined)
  const { labels: groups = [], isWithout = false } = grouping ?? {}
  const hasNoLabels = grouping !== undefined && !isWithout && groups.length === 0
  const demand: Demand = { groups, isWithout, hasNoLabels, unwrap: range.unwrap }
  if (!createPipeline(range.log.stages, demand)(row)) return '-'
  let value: number | undefined = range.op.startsWith('bytes') ? row.lineLength() : 1
  if (range.unwrap !== undefined) value = createUnwrap(range.unwrap)(row)
  if (value === undefined) return '-'
  const labels = JSON.stringify(sorted(sampleLabels(row, demand)))
  return `# ${row.error === '' ? value : 'err'} ${labels}`
}

/** The labels that Loki gives a sample: of an errored entry all. */
function sampleLabels(row: Row, { groups, isWithout, hasNoLabels, unwrap }: Demand): Record<string, string> {
  const labels: Record<string, string> = {}
  const isByAll = unwrap !== undefined && (isWithout || groups.length === 0)
  const out = isByAll ? [...groups, unwrap.name] : isWithout ? groups : []
  if (row.error === '' && hasNoLabels) return labels
  if (row.error === '' && !isByAll && !isWithout && groups.length > 0) {
    for (const name of groups) {
      const value = row.getGrouped(name)
      if (value !== undefined) labels[name] = value
    }
    return labels
  }
  row.each((name, value) => {
    if (row.error !== '' || !out.includes(name)) labels[name] = value
  })
  // Details that `drop __error__` left are shown only where nothing is grouped away.
  if (row.error === '' && out.length > 0) return labels
  row.eachError((name, value) => {
    labels[name] = value
  })
  return labels
}
