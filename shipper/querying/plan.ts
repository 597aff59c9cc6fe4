/** --explain: what a query does, as a tree from the outermost operation to the streams, with what the engine makes cheap. */
import type { Expr, LogExpr, MetricExpr, RangeExpr, StageExpr } from '../../loki/logql/ast.ts'
import { QueryError } from '../../loki/logql/error.ts'
import { writeMatcher } from '../../loki/logql/matcher.ts'
import { parseQuery } from '../../loki/logql/parser.ts'
import { writeStage, writeUnwrap } from '../../loki/logql/print.ts'
import { rangesOf } from '../../loki/logql/ranges.ts'
import { writePrometheusDuration } from '../../loki/logql/units.ts'
import { RefusedQuery } from './loki.ts'
import { neededLabels } from './plan-labels.ts'
import { binaryText, groupingText, stageWords } from './plan-words.ts'
import type { Screen } from './screen.ts'
import { escapeControls, padEnd, widthOf } from './width.ts'

interface Node {
  readonly text: string
  /** What it does, for people. */
  readonly words: string
  readonly children: readonly Node[]
}

export interface Plan {
  readonly lines: readonly string[]
  readonly refused: RefusedQuery | undefined
}

export function explainPlan(query: string, colours: Screen['colours']): Plan {
  try {
    const rows = rowsOf(nodeOf(parseQuery(query)), '', '')
    const width = Math.min(MAX_TEXT_CELLS, Math.max(...rows.map(({ text }) => widthOf(text))))
    const lines = rows.map(({ text, words }) => `${padEnd(text, width)}  ${colours.dim(words)}`.trimEnd())
    return { lines, refused: undefined }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return { lines: [], refused: new RefusedQuery(error.status, error.message) }
  }
}

const MAX_TEXT_CELLS = 64

/** A metric query's shortest window in milliseconds; undefined for log queries, and for what does not parse. */
export function shortestWindow(query: string): number | undefined {
  try {
    const expr = parseQuery(query)
    const windows = expr.kind === 'log' ? [] : rangesOf(expr).map(({ rangeMs }) => rangeMs)
    return windows.length === 0 ? undefined : Math.min(...windows)
  } catch {
    // What is wrong with it, the Loki that is asked will say.
    return undefined
  }
}

function rowsOf({ text, words, children }: Node, head: string, below: string): { text: string; words: string }[] {
  const rows = [{ text: `${head}${escapeControls(text)}`, words }]
  for (const [index, child] of children.entries()) {
    const isLast = index === children.length - 1
    rows.push(...rowsOf(child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`))
  }
  return rows
}

function nodeOf(expr: Expr): Node {
  if (expr.kind === 'log') return logNode(expr, undefined)
  return metricNode(expr, undefined)
}

/** `needed`: labels that the operations above ask for; undefined: all. */
function metricNode(expr: MetricExpr, needed: ReadonlySet<string> | undefined): Node {
  switch (expr.kind) {
    case 'number':
      return { text: String(expr.value), words: 'a number', children: [] }
    case 'constant':
      return { text: `vector(${expr.value})`, words: 'one series without labels', children: [] }
    case 'binary': {
      const children = [metricNode(expr.left, undefined), metricNode(expr.right, undefined)]
      return { ...binaryText(expr), children }
    }
    case 'label_replace':
      return {
        text: `label_replace → ${expr.target}`,
        words: `sets ${expr.target} to ${JSON.stringify(expr.replacement)} where ${expr.source} matches ${JSON.stringify(expr.pattern)}`,
        children: [metricNode(expr.inner, undefined)],
      }
    case 'vector': {
      const parameter = Number.isNaN(expr.parameter) || !/k$/.test(expr.op) ? '' : `(${expr.parameter})`
      const inner = metricNode(expr.inner, neededLabels(expr, needed))
      return {
        text: `${expr.op}${parameter}${groupingText(expr.grouping)}`,
        words: 'at each step, over the series below',
        children: [inner],
      }
    }
    case 'range':
      return rangeNode(expr, needed)
  }
}

function rangeNode(expr: RangeExpr, needed: ReadonlySet<string> | undefined): Node {
  const { op, log, unwrap, rangeMs, offsetMs, grouping, parameter } = expr
  const window = writePrometheusDuration(rangeMs)
  const offset = offsetMs === 0 ? '' : ` offset ${offsetText(offsetMs)}`
  const quantile = op === 'quantile_over_time' ? `(${parameter})` : ''
  const of = unwrap === undefined ? 'the entries' : `the values of ${unwrap.name}`
  return {
    text: `${op}${quantile} [${window}]${offset}${groupingText(grouping)}`,
    words: `at each step, over ${of} of the ${window} before it`,
    children: [logNode(log, neededLabels(expr, needed), unwrap === undefined ? [] : [unwrapNode(unwrap)])],
  }
}

function offsetText(ms: number): string {
  return ms < 0 ? `-${writePrometheusDuration(-ms)}` : writePrometheusDuration(ms)
}

function unwrapNode(unwrap: NonNullable<RangeExpr['unwrap']>): Node {
  return { text: writeUnwrap(unwrap).join(' '), words: 'the label becomes the value', children: [] }
}

function logNode(
  { matchers, stages }: LogExpr,
  needed: ReadonlySet<string> | undefined,
  more: readonly Node[] = [],
): Node {
  let isOriginal = true
  const children = stages.map((stage) => {
    const node = stageNode(stage, isOriginal, needed)
    if (changesLine(stage)) isOriginal = false
    return node
  })
  return {
    text: `{${matchers.map(writeMatcher).join(', ')}}`,
    words: 'streams by the index of labels; their blocks by time',
    children: [...children, ...more],
  }
}

function changesLine({ kind }: StageExpr): boolean {
  return kind === 'line_format' || kind === 'decolorize' || kind === 'unpack'
}

const PARSERS: ReadonlySet<string> = new Set(['json', 'logfmt', 'regexp', 'pattern', 'unpack'])

function stageNode(stage: StageExpr, isOriginal: boolean, needed: ReadonlySet<string> | undefined): Node {
  const notes = [stageWords(stage)]
  if (isNeedle(stage) && isOriginal) notes.push('searched in the bytes of a block before any line is read')
  if (PARSERS.has(stage.kind) && needed !== undefined) {
    notes.push(needed.size === 0 ? 'no label of it is needed' : `stops when it has ${[...needed].sort().join(', ')}`)
  }
  return { text: writeStage(stage), words: notes.join('; '), children: [] }
}

function isNeedle(stage: StageExpr): boolean {
  return stage.kind === 'line' && stage.op === '|=' && stage.texts.every(({ isIp, text }) => !isIp && text !== '')
}
