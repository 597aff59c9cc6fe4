/** The parts of a query in words: what --explain says of each. */
import type { BinaryExpr, Grouping, StageExpr } from '../../loki/logql/ast.ts'

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

export function groupingText(grouping: Grouping | undefined): string {
  if (grouping === undefined) return ''
  return ` ${grouping.isWithout ? 'without' : 'by'} (${grouping.labels.join(', ')})`
}

export function binaryText({ op, isBool, matching, left, right }: BinaryExpr): {
  readonly text: string
  readonly words: string
} {
  const { isOn, labels, card, include } = matching
  const on = isOn || labels.length > 0 ? ` ${isOn ? 'on' : 'ignoring'} (${labels.join(', ')})` : ''
  const group = card === 'many-to-one' ? ' group_left' : card === 'one-to-many' ? ' group_right' : ''
  const joined = group === '' ? '' : `${group} (${include.join(', ')})`
  const isScalar = left.kind === 'number' || right.kind === 'number'
  const by =
    on === '' ? 'with the same labels' : `with the same ${isOn ? labels.join(', ') : `labels but ${labels.join(', ')}`}`
  return {
    text: `${op}${isBool ? ' bool' : ''}${on}${joined}`,
    words: isScalar ? 'of each value and the number' : `of series ${by}`,
  }
}
