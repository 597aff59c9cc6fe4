/** A query over several lines, as /loki/api/v1/format_query writes it (syntax.Prettify of Loki 3.7), its oddities too. */

import { quote } from '../../shipper/wire/quote.ts'
import type {
  BinaryExpr,
  Expr,
  Grouping,
  LabelReplaceExpr,
  LogExpr,
  LogRange,
  RangeExpr,
  StageExpr,
  VariantsExpr,
  VectorExpr,
} from './ast.ts'
import { writeShortest } from './numbers.ts'
import { writeExpr, writeMatchers, writeStage, writeUnwrap } from './print.ts'
import { writePrometheusDuration } from './units.ts'

/** What is longer, in bytes, is split. */
const MAX_LINE = 100

export function prettify(expr: Expr | VariantsExpr): string {
  return pretty(expr, 0)
}

function pretty(expr: Expr | VariantsExpr, level: number): string {
  if (expr.kind === 'variants') return prettyVariants(expr, level)
  const text = writeExpr(expr)
  if (!isLong(text) || expr.kind === 'number' || expr.kind === 'constant') return indent(level) + text
  switch (expr.kind) {
    case 'log':
      return prettyLog(expr, level)
    case 'range':
      return prettyRange(expr, level)
    case 'vector':
      return prettyVector(expr, level)
    case 'binary':
      return prettyBinary(expr, level)
    case 'label_replace':
      return prettyReplace(expr, level)
  }
}

function prettyLog({ matchers, stages }: LogExpr, level: number): string {
  const lines = [indent(level) + writeMatchers(matchers)]
  let chain: LineStage[] = []
  for (const stage of stages) {
    if (stage.kind === 'line') {
      chain.push(stage)
      continue
    }
    lines.push(...prettyLines(chain, level + 1))
    chain = []
    // Loki forgets to indent this one.
    lines.push(stage.kind === 'decolorize' ? writeStage(stage) : indent(level + 1) + writeStage(stage))
  }
  return [...lines, ...prettyLines(chain, level + 1)].join('\n')
}

type LineStage = Extract<StageExpr, { kind: 'line' }>

/** As many line filters as fit stand on the first line; of each behind them Loki forgets what stands after `or`. */
function prettyLines(chain: readonly LineStage[], level: number): string[] {
  if (chain.length === 0) return []
  const first: string[] = []
  let size = -1
  let fitting = 0
  for (const [index, stage] of chain.entries()) {
    const text = writeStage(stage)
    size += 1 + Buffer.byteLength(text)
    if (size > MAX_LINE) break
    first.push(text)
    fitting = index + 1
  }
  const rest = chain.slice(fitting).map(({ op, texts }) => writeStage({ kind: 'line', op, texts: texts.slice(0, 1) }))
  return [...(first.length === 0 ? [] : [first.join(' ')]), ...rest].map((line) => indent(level) + line)
}

function prettyLogRange({ log, unwrap, rangeMs, offsetMs }: LogRange, level: number): string {
  const unwrapped = unwrap === undefined ? [] : writeUnwrap(unwrap).map((line) => indent(level + 1) + line)
  const offset = offsetMs === 0 ? '' : ` offset ${writePrometheusDuration(offsetMs)}`
  return `${[pretty(log, level), ...unwrapped].join('\n')} [${writePrometheusDuration(rangeMs)}]${offset}`
}

function prettyRange(expr: RangeExpr, level: number): string {
  const parameter = Number.isNaN(expr.parameter) ? '' : `${indent(level + 1)}${writeShortest(expr.parameter)},\n`
  const range = prettyLogRange(expr, level + 1)
  return `${indent(level)}${expr.op}(\n${parameter}${range}\n${indent(level)})${prettyGrouping(expr.grouping)}`
}

function prettyVector({ op, inner, grouping, parameter }: VectorExpr, level: number): string {
  const k = parameter === 0 ? [] : [`${indent(level + 1)}${parameter}`]
  return `${indent(level)}${op}${prettyGrouping(grouping)}${prettyArguments([...k, pretty(inner, level + 1)], level)}`
}

function prettyReplace(expr: LabelReplaceExpr, level: number): string {
  const texts = [expr.target, expr.replacement, expr.source, expr.pattern].map(
    (text) => indent(level + 1) + quote(text),
  )
  return `${indent(level)}label_replace${prettyArguments([pretty(expr.inner, level + 1), ...texts], level)}`
}

function prettyArguments(written: readonly string[], level: number): string {
  return `(\n${written.join(',\n')}\n${indent(level)})`
}

function prettyVariants({ variants, of }: VariantsExpr, level: number): string {
  const written = variants.map((variant) => pretty(variant, level + 1))
  return `${indent(level)}variants${prettyArguments(written, level)} of (\n${prettyLogRange(of, level + 1)}${indent(level)}\n)`
}

function prettyBinary(expr: BinaryExpr, level: number): string {
  const operator = indent(level) + prettyOperator(expr)
  return [pretty(expr.left, level + 1), operator, pretty(expr.right, level + 1)].join('\n')
}

function prettyOperator({ op, isBool, matching }: BinaryExpr): string {
  const { card, isOn, labels, include } = matching
  const named = isBool ? `${op} bool` : op
  if (labels.length === 0) return named
  const group = card === 'many-to-one' ? 'group_left' : card === 'one-to-many' ? 'group_right' : ''
  const included = include.length === 0 ? group : `${group} (${include.join(', ')})`
  return `${named} ${isOn ? 'on' : 'ignoring'} (${labels.join(', ')}) ${included}`
}

function prettyGrouping(grouping: Grouping | undefined): string {
  if (grouping === undefined) return ''
  const { isWithout, labels } = grouping
  if (labels.length === 0) return isWithout ? ' without' : ''
  return ` ${isWithout ? 'without' : 'by'} (${labels.join(', ')})`
}

function isLong(text: string): boolean {
  return text.length > MAX_LINE || Buffer.byteLength(text) > MAX_LINE
}

function indent(level: number): string {
  return '  '.repeat(level)
}
