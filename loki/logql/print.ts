/** A query as Loki writes it (Go's Expr.String()): the canonical text, which parses to the same tree. */

import { quote } from '../../shipper/wire/quote.ts'
import type {
  BinaryExpr,
  Expr,
  Extraction,
  Grouping,
  LabelFilter,
  LogExpr,
  LogRange,
  MetricExpr,
  RangeExpr,
  StageExpr,
  Unwrap,
  VariantsExpr,
  VectorExpr,
} from './ast.ts'
import { type Matcher, writeMatcher } from './matcher.ts'
import { writeFixed, writePlain, writeShortest } from './numbers.ts'
import { isSearch } from './stages/textfilter.ts'
import { writeGoDuration, writeHumanBytes, writePrometheusDuration } from './units.ts'

export function writeExpr(expr: Expr | VariantsExpr): string {
  if (expr.kind === 'log') return writeLog(expr)
  if (expr.kind !== 'variants') return writeMetric(expr)
  return `variants(${expr.variants.map(writeExpr).join(', ')}) of (${writeLogRange(expr.of)})`
}

export function writeMatchers(matchers: readonly Matcher[]): string {
  return `{${matchers.map(writeMatcher).join(', ')}}`
}

function writeLog({ matchers, stages }: LogExpr): string {
  return [writeMatchers(matchers), ...stages.map(writeStage)].join(' ')
}

export function writeStage(stage: StageExpr): string {
  switch (stage.kind) {
    case 'line':
      return `${stage.op} ${stage.texts.map(({ isIp, text }) => (isIp ? `ip(${quote(text)})` : quote(text))).join(' or ')}`
    case 'label':
      return `| ${writeLabelFilter(stage.filter)}`
    case 'json':
      return `| json${stage.expressions.length === 0 ? '' : ` ${writeExtractions(stage.expressions)}`}`
    case 'logfmt':
      return [
        '| logfmt',
        ...(stage.isStrict ? ['--strict'] : []),
        ...(stage.keepsEmpty ? ['--keep-empty'] : []),
        ...(stage.expressions.length === 0 ? [] : [writeExtractions(stage.expressions)]),
      ].join(' ')
    case 'pattern':
    case 'regexp':
      return `| ${stage.kind} ${quote(stage.pattern)}`
    case 'line_format':
      return `| line_format ${quote(stage.template)}`
    case 'label_format':
      return `| label_format ${stage.formats
        .map(({ name, isRename, value }) => `${name}=${isRename ? value : quote(value)}`)
        .join(',')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels
        .map(({ name, matcher }) => (matcher === undefined ? name : writeMatcher(matcher)))
        .join(',')}`
    default:
      return `| ${stage.kind}`
  }
}

function writeExtractions(expressions: readonly Extraction[]): string {
  return expressions.map(({ name, expression }) => `${name}=${quote(expression)}`).join(',')
}

export function writeLabelFilter(filter: LabelFilter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `( ${writeLabelFilter(filter.left)} ${filter.kind === 'and' ? ',' : 'or'} ${writeLabelFilter(filter.right)} )`
    case 'match':
      return writeMatchFilter(filter.matcher)
    case 'ip':
      return `${filter.name}${filter.op}ip(${quote(filter.pattern)})`
    case 'number':
      return `${filter.name}${filter.op}${writePlain(filter.value)}`
    case 'duration':
      return `${filter.name}${filter.op}${writeGoDuration(filter.value)}`
    case 'bytes':
      return `${filter.name}${filter.op}${writeHumanBytes(filter.value)}`
  }
}

const GROUP_NAME = /\(\?P?<[^>]*>/g

/** Regular expressions that Loki does not turn into a search stand in backticks. */
function writeMatchFilter(matcher: Matcher): string {
  const { name, op, value } = matcher
  return op === '=~' && !value.includes('`') && !isSearch(value.replace(GROUP_NAME, '('))
    ? `${name}=~\`${value}\``
    : writeMatcher(matcher)
}

function writeMetric(expr: MetricExpr): string {
  switch (expr.kind) {
    case 'range':
      return writeRange(expr)
    case 'vector':
      return writeVector(expr)
    case 'binary':
      return `(${writeMetric(expr.left)} ${writeOperator(expr)} ${writeMetric(expr.right)})`
    case 'number':
      return writeShortest(expr.value)
    case 'constant':
      return `vector(${writeFixed(expr.value)})`
    case 'label_replace': {
      const texts = [expr.target, expr.replacement, expr.source, expr.pattern].map(quote)
      return `label_replace(${[writeMetric(expr.inner), ...texts].join(',')})`
    }
  }
}

function writeRange(expr: RangeExpr): string {
  const parameter = Number.isNaN(expr.parameter) ? '' : `${writePlain(expr.parameter)},`
  return `${expr.op}(${parameter}${writeLogRange(expr)})${expr.grouping === undefined ? '' : writeGrouping(expr.grouping)}`
}

function writeLogRange({ log, unwrap, rangeMs, offsetMs }: LogRange): string {
  const offset = offsetMs === 0 ? '' : ` offset ${writeGoDuration(offsetMs)}`
  const unwrapped = unwrap === undefined ? '' : ` ${writeUnwrap(unwrap).join(' ')}`
  return `${writeLog(log)}${unwrapped}[${writePrometheusDuration(rangeMs)}]${offset}`
}

/** The unwrap and each filter behind it. */
export function writeUnwrap({ name, conversion, filters }: Unwrap): string[] {
  const unwrap = conversion === undefined ? `| unwrap ${name}` : `| unwrap ${conversion}(${name})`
  return [unwrap, ...filters.map((filter) => `| ${writeLabelFilter(filter)}`)]
}

function writeGrouping({ isWithout, labels }: Grouping): string {
  return ` ${isWithout ? 'without' : 'by'} (${labels.join(',')})`
}

function writeVector({ op, inner, grouping, parameter }: VectorExpr): string {
  const isPlain = grouping === undefined || (!grouping.isWithout && grouping.labels.length === 0)
  const k = parameter === 0 ? '' : `${parameter},`
  return `${op}${isPlain ? '' : writeGrouping(grouping)}(${k}${writeMetric(inner)})`
}

function writeOperator({ op, isBool, matching }: BinaryExpr): string {
  const { card, isOn, labels, include } = matching
  const named = isBool ? `${op} bool` : op
  if (!isOn && labels.length === 0) return named
  const group = card === 'many-to-one' ? 'group_left' : card === 'one-to-many' ? 'group_right' : ''
  const included = include.length === 0 ? group : `${group} (${include.join(',')})`
  return `${named} ${isOn ? 'on' : 'ignoring'} (${labels.join(',')}) ${included}`
}
