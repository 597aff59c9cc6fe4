/** The selector and the stages behind it. */

import type { Extraction, LabelFormat, LineOp, LineText, LogExpr, NamedOrMatched, StageExpr } from '../ast.ts'
import { checkPattern, checkRegexp } from '../checks.ts'
import { createMatcher, type Matcher } from '../matcher.ts'
import { list, type Rule, rule, take } from './rule.ts'

const log = (matchers: Matcher[], stages: StageExpr[] = []): LogExpr => ({ kind: 'log', matchers, stages })

const selectorRules: readonly Rule[] = [
  rule('log: selector', (matchers: Matcher[]) => log(matchers)),
  rule('log: selector stages', log),
  ...take(1, 'log: OPEN_PARENTHESIS log CLOSE_PARENTHESIS'),
  ...take(1, 'selector: OPEN_BRACE matchers CLOSE_BRACE', 'selector: OPEN_BRACE matchers error'),
  rule('selector: OPEN_BRACE CLOSE_BRACE', () => []),
  ...list('matchers', 'matcher'),
  rule('matcher: IDENTIFIER EQ STRING', (name: string, _op: string, value: string) => createMatcher(name, '=', value)),
  rule('matcher: IDENTIFIER NEQ STRING', (name: string, _op: string, value: string) =>
    createMatcher(name, '!=', value),
  ),
  rule('matcher: IDENTIFIER RE STRING', (name: string, _op: string, value: string) => createMatcher(name, '=~', value)),
  rule('matcher: IDENTIFIER NRE STRING', (name: string, _op: string, value: string) =>
    createMatcher(name, '!~', value),
  ),
]

type LineStage = Extract<StageExpr, { kind: 'line' }>

const LINE_OPS: readonly (readonly [terminal: string, op: LineOp])[] = [
  ['PIPE_MATCH', '|~'],
  ['PIPE_EXACT', '|='],
  ['PIPE_PATTERN', '|>'],
  ['NRE', '!~'],
  ['NEQ', '!='],
  ['NPA', '!>'],
]

const plain = (text: string): LineText => ({ isIp: false, text })
const line = (op: LineOp, text: LineText): LineStage[] => [{ kind: 'line', op, texts: [text] }]

/**
 * Chained `or`: none of several is one stage for each. Loki keeps of a positive chain the first text and what comes last:
 * `|= "a" or ip("b") or "c"` forgets ip("b").
 */
function orLine(stages: LineStage[], texts: readonly LineText[]): LineStage[] {
  const { op, texts: before } = stages[0]!
  if (op.startsWith('|')) return [{ kind: 'line', op, texts: [before[0]!, ...texts] }]
  for (const text of texts) stages.push({ kind: 'line', op, texts: [text] })
  return stages
}

/** Pushed in the order given, so that chains of any length cost their length. */
function append<T>(some: T[], more: readonly T[]): T[] {
  for (const one of more) some.push(one)
  return some
}

/** An `or` chain is parsed from its end: it is held backwards until it is whole. */
const lineRules: readonly Rule[] = [
  ...LINE_OPS.map(([terminal, op]) => rule(`filter: ${terminal}`, () => op)),
  ...take(0, 'filterOp: IP'),
  rule('orFilter: STRING', (text: string) => [plain(text)]),
  rule('orFilter: STRING OR orFilter', (text: string, _or: string, texts: LineText[]) => append(texts, [plain(text)])),
  rule('orFilter: filterOp OPEN_PARENTHESIS STRING CLOSE_PARENTHESIS', (_ip: string, _open: string, text: string) => [
    { isIp: true, text },
  ]),
  rule('lineFilter: filter STRING', (op: LineOp, text: string) => line(op, plain(text))),
  rule(
    'lineFilter: filter filterOp OPEN_PARENTHESIS STRING CLOSE_PARENTHESIS',
    (op: LineOp, _ip: string, _open: string, text: string) => line(op, { isIp: true, text }),
  ),
  rule('lineFilter: lineFilter OR orFilter', (stages: LineStage[], _or: string, texts: LineText[]) =>
    orLine(stages, texts.reverse()),
  ),
  ...take(0, 'lineFilters: lineFilter'),
  rule('lineFilters: lineFilters lineFilter', (stages: LineStage[], more: LineStage[]) => append(stages, more)),
]

const logfmt = (flags: readonly string[], expressions: Extraction[]): StageExpr => ({
  kind: 'logfmt',
  isStrict: flags.includes('--strict'),
  keepsEmpty: flags.includes('--keep-empty'),
  expressions,
})

const parserRules: readonly Rule[] = [
  rule('flags: FUNCTION_FLAG', (flag: string) => [flag]),
  rule('flags: flags FUNCTION_FLAG', (flags: string[], flag: string) => append(flags, [flag])),
  rule('logfmtParser: LOGFMT', () => logfmt([], [])),
  rule('logfmtParser: LOGFMT flags', (_logfmt: string, flags: string[]) => logfmt(flags, [])),
  rule('lineParser: JSON', () => ({ kind: 'json', expressions: [] })),
  rule('lineParser: REGEXP STRING', (_regexp: string, pattern: string) => {
    checkRegexp(pattern)
    return { kind: 'regexp', pattern }
  }),
  rule('lineParser: UNPACK', () => ({ kind: 'unpack' })),
  rule('lineParser: PATTERN STRING', (_pattern: string, pattern: string) => {
    checkPattern(pattern)
    return { kind: 'pattern', pattern }
  }),
  rule('jsonExpressions: JSON extractions', (_json: string, expressions: Extraction[]) => ({
    kind: 'json',
    expressions,
  })),
  rule('logfmtExpressions: LOGFMT flags extractions', (_logfmt: string, flags: string[], expressions: Extraction[]) =>
    logfmt(flags, expressions),
  ),
  rule('logfmtExpressions: LOGFMT extractions', (_logfmt: string, expressions: Extraction[]) =>
    logfmt([], expressions),
  ),
  rule('extraction: IDENTIFIER EQ STRING', (name: string, _eq: string, expression: string) => ({ name, expression })),
  rule('extraction: IDENTIFIER', (name: string) => ({ name, expression: name })),
  ...list('extractions', 'extraction'),
]

const formatRules: readonly Rule[] = [
  rule('lineFormat: LINE_FMT STRING', (_format: string, template: string) => ({ kind: 'line_format', template })),
  rule('decolorize: DECOLORIZE', () => ({ kind: 'decolorize' })),
  rule('format: IDENTIFIER EQ IDENTIFIER', (name: string, _eq: string, value: string) => ({
    name,
    isRename: true,
    value,
  })),
  rule('format: IDENTIFIER EQ STRING', (name: string, _eq: string, value: string) => ({
    name,
    isRename: false,
    value,
  })),
  ...list('formats', 'format'),
  ...take(0, 'formats: formats COMMA error'),
  rule('labelFormat: LABEL_FMT formats', (_format: string, formats: LabelFormat[]) => ({
    kind: 'label_format',
    formats,
  })),
  rule('named: IDENTIFIER', (name: string): NamedOrMatched => ({ name, matcher: undefined })),
  rule('named: matcher', (matcher: Matcher): NamedOrMatched => ({ name: matcher.name, matcher })),
  ...list('names', 'named'),
  rule('drop: DROP names', (_drop: string, labels: NamedOrMatched[]) => ({ kind: 'drop', labels })),
  rule('keep: KEEP names', (_keep: string, labels: NamedOrMatched[]) => ({ kind: 'keep', labels })),
]

const STAGES = [
  'logfmtParser',
  'lineParser',
  'jsonExpressions',
  'logfmtExpressions',
  'lineFormat',
  'decolorize',
  'labelFormat',
  'drop',
  'keep',
]

export const logRules: readonly Rule[] = [
  ...selectorRules,
  ...take(0, 'stages: stage', 'stage: lineFilters'),
  rule('stages: stages stage', (stages: StageExpr[], more: StageExpr[]) => append(stages, more)),
  rule('stage: PIPE labelFilter', (_pipe: string, filter: unknown) => [{ kind: 'label', filter }]),
  ...STAGES.map((stage) => rule(`stage: PIPE ${stage}`, (_pipe: string, one: StageExpr) => [one])),
  ...lineRules,
  ...parserRules,
  ...formatRules,
]
