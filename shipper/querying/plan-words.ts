/** The parts of a query as text, and in words: what --explain shows of each. */
import type { BinaryExpr, Extraction, Grouping, LabelFilter, RangeExpr, StageExpr } from '../../loki/logql/ast.ts'
import { writeMatcher } from '../../loki/logql/matcher.ts'
import { quote } from '../../loki/logql/quote.ts'
import { writePrometheusDuration } from '../../loki/logql/units.ts'

export function stageText(stage: StageExpr): string {
  switch (stage.kind) {
    case 'line':
      return `${stage.op} ${stage.texts.map(({ isIp, text }) => (isIp ? `ip(${quote(text)})` : quote(text))).join(' or ')}`
    case 'label':
      return `| ${filterText(stage.filter)}`
    case 'json':
      return `| json${extractionsText(stage.expressions)}`
    case 'logfmt': {
      const flags = `${stage.isStrict ? ' --strict' : ''}${stage.keepsEmpty ? ' --keep-empty' : ''}`
      return `| logfmt${flags}${extractionsText(stage.expressions)}`
    }
    case 'pattern':
    case 'regexp':
      return `| ${stage.kind} ${quote(stage.pattern)}`
    case 'line_format':
      return `| line_format ${quote(stage.template)}`
    case 'label_format':
      return `| label_format ${stage.formats.map(({ name, isRename, value }) => `${name}=${isRename ? value : quote(value)}`).join(', ')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map(({ name, matcher }) => (matcher === undefined ? name : writeMatcher(matcher))).join(', ')}`
    default:
      return `| ${stage.kind}`
  }
}

const LINE_WORDS = {
  '|=': 'lines that contain it',
  '!=': 'lines that do not contain it',
  '|~': 'lines that match the regular expression',
  '!~': 'lines that do not match the regular expression',
  '|>': 'lines that match the pattern',
  '!>': 'lines that do not match the pattern',
}

const STAGE_WORDS = {
  label: 'entries whose labels pass',
  json: 'members of the JSON line become labels',
  logfmt: 'key=value pairs become labels',
  pattern: 'what stands at <names> becomes labels',
  regexp: 'named groups become labels',
  unpack: 'unpacks the line of Promtail’s pack stage',
  decolorize: 'takes colour codes out of the line',
  line_format: 'writes the line anew',
  label_format: 'renames labels, or writes them anew',
  drop: 'takes these labels away',
  keep: 'takes all other labels away',
}

export function stageWords(stage: StageExpr): string {
  return stage.kind === 'line' ? LINE_WORDS[stage.op] : STAGE_WORDS[stage.kind]
}

function extractionsText(expressions: readonly Extraction[]): string {
  if (expressions.length === 0) return ''
  return ` ${expressions.map(({ name, expression }) => (name === expression ? name : `${name}=${quote(expression)}`)).join(', ')}`
}

export function filterText(filter: LabelFilter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filterText(filter.left)} ${filter.kind} ${filterText(filter.right)})`
    case 'match':
      return writeMatcher(filter.matcher)
    case 'ip':
      return `${filter.name}${filter.op}ip(${quote(filter.pattern)})`
    case 'duration':
      return `${filter.name}${filter.op}${durationText(filter.value)}`
    case 'bytes':
      return `${filter.name}${filter.op}${filter.value}B`
    case 'number':
      return `${filter.name}${filter.op}${filter.value}`
  }
}

function durationText(ms: number): string {
  return Number.isInteger(ms) && ms >= 0 ? writePrometheusDuration(ms) : `${ms}ms`
}

export function groupingText(grouping: Grouping | undefined): string {
  if (grouping === undefined) return ''
  return ` ${grouping.isWithout ? 'without' : 'by'} (${grouping.labels.join(', ')})`
}

export function unwrapText({ name, conversion, filters }: NonNullable<RangeExpr['unwrap']>): string {
  const value = conversion === undefined ? name : `${conversion}(${name})`
  return `| unwrap ${value}${filters.map((filter) => ` | ${filterText(filter)}`).join('')}`
}

export function binaryText({ op, isBool, matching }: BinaryExpr): { readonly text: string; readonly words: string } {
  const { isOn, labels, card, include } = matching
  const on = isOn || labels.length > 0 ? ` ${isOn ? 'on' : 'ignoring'} (${labels.join(', ')})` : ''
  const group = card === 'many-to-one' ? ' group_left' : card === 'one-to-many' ? ' group_right' : ''
  const joined = group === '' ? '' : `${group} (${include.join(', ')})`
  const by =
    on === '' ? 'with the same labels' : `with the same ${isOn ? labels.join(', ') : `labels but ${labels.join(', ')}`}`
  return { text: `${op}${isBool ? ' bool' : ''}${on}${joined}`, words: `of series ${by}` }
}
