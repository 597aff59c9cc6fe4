/** Everything that answers numbers. What Loki refuses only once the whole query is read stands in the tree as a fault. */
import type {
  BinaryOp,
  Grouping,
  LabelFilter,
  LogExpr,
  LogRange,
  RangeOp,
  StageExpr,
  Unwrap,
  VectorMatching,
  VectorOp,
} from '../ast.ts'
import type { Matcher } from '../matcher.ts'
import { type Literal, literal } from './literal.ts'
import { binary, labelReplace, type Modifier, type Node, range, vector } from './nodes.ts'
import { list, type Rule, rule, take } from './rule.ts'

const OPEN = 'OPEN_PARENTHESIS'
const CLOSE = 'CLOSE_PARENTHESIS'

/** Where the range, the offset, the stages and unwrap may stand; s selector, p stages, u unwrap, r range, o offset. */
const RANGE_SHAPES =
  's r|s r o|( s ) r|( s ) r o|s r u|s r o u|( s ) r u|( s ) r o u|s u r|s u r o|( s u ) r|( s u ) r o|s p r|s p r o|' +
  '( s p ) r|( s p ) r o|s p u r|s p u r o|( s p u ) r|( s p u ) r o|s r p|s r o p|s r p u|s r o p u'

const PARTS: ReadonlyMap<string, string> = new Map([
  ['s', 'selector'],
  ['p', 'stages'],
  ['u', 'unwrap'],
  ['r', 'RANGE'],
  ['o', 'offset'],
  ['(', OPEN],
  [')', CLOSE],
])

function shapeRule(shape: string): Rule {
  const letters = shape.split(' ')
  return rule(`logRange: ${letters.map((letter) => PARTS.get(letter)!).join(' ')}`, (...parts: unknown[]): LogRange => {
    const part = <T>(letter: string): T | undefined => parts[letters.indexOf(letter)] as T | undefined
    const log: LogExpr = { kind: 'log', matchers: part<Matcher[]>('s')!, stages: part<StageExpr[]>('p') ?? [] }
    return { log, rangeMs: part<number>('r')!, offsetMs: part<number>('o') ?? 0, unwrap: part<Unwrap>('u') }
  })
}

const rangeRules: readonly Rule[] = [
  ...RANGE_SHAPES.split('|').map(shapeRule),
  ...take(1, `logRange: ${OPEN} logRange ${CLOSE}`),
  ...take(0, 'logRange: logRange error'),
  ...take(1, 'offset: OFFSET DURATION'),
  rule('unwrap: PIPE UNWRAP IDENTIFIER', (_pipe: string, _unwrap: string, name: string) => ({
    name,
    conversion: undefined,
    filters: [],
  })),
  rule(
    `unwrap: PIPE UNWRAP conversion ${OPEN} IDENTIFIER ${CLOSE}`,
    (_pipe: string, _unwrap: string, conversion: Unwrap['conversion'], _open: string, name: string) => ({
      name,
      conversion,
      filters: [],
    }),
  ),
  rule(
    'unwrap: unwrap PIPE labelFilter',
    (unwrap: Unwrap & { filters: LabelFilter[] }, _pipe: string, filter: LabelFilter) => {
      unwrap.filters.push(filter)
      return unwrap
    },
  ),
  ...take(0, 'conversion: BYTES_CONV', 'conversion: DURATION_CONV', 'conversion: DURATION_SECONDS_CONV'),
]

const RANGE_FUNCTIONS =
  'COUNT_OVER_TIME RATE RATE_COUNTER BYTES_OVER_TIME BYTES_RATE AVG_OVER_TIME SUM_OVER_TIME MIN_OVER_TIME ' +
  'MAX_OVER_TIME STDVAR_OVER_TIME STDDEV_OVER_TIME QUANTILE_OVER_TIME FIRST_OVER_TIME LAST_OVER_TIME ABSENT_OVER_TIME'
const VECTOR_FUNCTIONS = 'SUM AVG COUNT MAX MIN STDDEV STDVAR BOTTOMK TOPK SORT SORT_DESC APPROX_TOPK'

const aggregationRules: readonly Rule[] = [
  ...RANGE_FUNCTIONS.split(' ').map((name) => rule(`rangeOp: ${name}`, () => name.toLowerCase())),
  ...VECTOR_FUNCTIONS.split(' ').map((name) => rule(`vectorOp: ${name}`, () => name.toLowerCase())),
  ...['', ' grouping'].flatMap((behind) => [
    rule(
      `rangeAggregation: rangeOp ${OPEN} logRange ${CLOSE}${behind}`,
      (op: RangeOp, _open: string, inner: LogRange, _close: string, grouping?: Grouping) => range(op, inner, grouping),
    ),
    rule(
      `rangeAggregation: rangeOp ${OPEN} NUMBER COMMA logRange ${CLOSE}${behind}`,
      (op: RangeOp, _o: string, n: string, _c: string, inner: LogRange, _close: string, grouping?: Grouping) =>
        range(op, inner, grouping, n),
    ),
    rule(
      `vectorAggregation: vectorOp ${OPEN} metric ${CLOSE}${behind}`,
      (op: VectorOp, _open: string, inner: Node, _close: string, grouping?: Grouping) => vector(op, inner, grouping),
    ),
    rule(
      `vectorAggregation: vectorOp ${OPEN} NUMBER COMMA metric ${CLOSE}${behind}`,
      (op: VectorOp, _o: string, n: string, _c: string, inner: Node, _close: string, grouping?: Grouping) =>
        vector(op, inner, grouping, n),
    ),
  ]),
  rule(
    `vectorAggregation: vectorOp grouping ${OPEN} metric ${CLOSE}`,
    (op: VectorOp, grouping: Grouping, _open: string, inner: Node) => vector(op, inner, grouping),
  ),
  rule(
    `vectorAggregation: vectorOp grouping ${OPEN} NUMBER COMMA metric ${CLOSE}`,
    (op: VectorOp, grouping: Grouping, _open: string, n: string, _comma: string, inner: Node) =>
      vector(op, inner, grouping, n),
  ),
  ...list('labels', 'IDENTIFIER'),
  ...['BY', 'WITHOUT'].flatMap((word) => [
    rule(`grouping: ${word} ${OPEN} labels ${CLOSE}`, (_word: string, _open: string, labels: string[]) => ({
      isWithout: word === 'WITHOUT',
      labels,
    })),
    rule(`grouping: ${word} ${OPEN} ${CLOSE}`, () => ({ isWithout: word === 'WITHOUT', labels: [] })),
  ]),
]

const OPERATORS: readonly (readonly [terminal: string, op: BinaryOp])[] = [
  ['OR', 'or'],
  ['AND', 'and'],
  ['UNLESS', 'unless'],
  ['ADD', '+'],
  ['SUB', '-'],
  ['MUL', '*'],
  ['DIV', '/'],
  ['MOD', '%'],
  ['POW', '^'],
  ['CMP_EQ', '=='],
  ['NEQ', '!='],
  ['GT', '>'],
  ['GTE', '>='],
  ['LT', '<'],
  ['LTE', '<='],
]

const modifier = (isBool: boolean): Modifier => ({
  isBool,
  matching: { card: 'one-to-one', isOn: false, labels: [], include: [] },
})
const matching = (from: Modifier, more: Partial<VectorMatching>): Modifier => ({
  isBool: from.isBool,
  matching: { ...from.matching, ...more },
})

const operatorRules: readonly Rule[] = [
  ...OPERATORS.map(([terminal, op]) =>
    rule(`binary: expr ${terminal} modifier expr`, (left: Node, _op: string, how: Modifier, right: Node) =>
      binary(op, how, left, right),
    ),
  ),
  rule('bool:', () => modifier(false)),
  rule('bool: BOOL', () => modifier(true)),
  ...['ON', 'IGNORING'].flatMap((word) => [
    rule(`match: bool ${word} ${OPEN} labels ${CLOSE}`, (how: Modifier, _w: string, _o: string, labels: string[]) =>
      matching(how, { isOn: word === 'ON', labels }),
    ),
    rule(`match: bool ${word} ${OPEN} ${CLOSE}`, (how: Modifier) => matching(how, { isOn: word === 'ON' })),
  ]),
  ...take(0, 'modifier: bool', 'modifier: match'),
  ...(
    [
      ['GROUP_LEFT', 'many-to-one'],
      ['GROUP_RIGHT', 'one-to-many'],
    ] as const
  ).flatMap(([word, card]) => [
    rule(`modifier: match ${word}`, (how: Modifier) => matching(how, { card })),
    rule(`modifier: match ${word} ${OPEN} ${CLOSE}`, (how: Modifier) => matching(how, { card })),
    rule(
      `modifier: match ${word} ${OPEN} labels ${CLOSE}`,
      (how: Modifier, _word: string, _open: string, include: string[]) => matching(how, { card, include }),
    ),
  ]),
]

const otherRules: readonly Rule[] = [
  rule('literal: NUMBER', (text: string) => literal(text)),
  rule('literal: ADD NUMBER', (_sign: string, text: string) => literal(text)),
  rule('literal: SUB NUMBER', (_sign: string, text: string) => literal(text, -1)),
  ...take(0, 'vector: VECTOR'),
  rule(`constant: vector ${OPEN} NUMBER ${CLOSE}`, (_vector: string, _open: string, text: string) => {
    const { value, fault }: Literal = literal(text, 1, 'unable to parse vectorExpr as a float')
    return { kind: 'constant', value, fault }
  }),
  rule(
    `labelReplace: LABEL_REPLACE ${OPEN} metric COMMA STRING COMMA STRING COMMA STRING COMMA STRING ${CLOSE}`,
    (...parts: [string, string, Node, ...string[]]) =>
      labelReplace(parts[2], parts[4]!, parts[6]!, parts[8]!, parts[10]!),
  ),
  rule(
    `variants: VARIANTS ${OPEN} metrics ${CLOSE} OF ${OPEN} logRange ${CLOSE}`,
    (_v: string, _o: string, variants: Node[], _c: string, _of: string, _open: string, of: LogRange): Node => ({
      kind: 'variants',
      variants,
      of,
    }),
  ),
  ...list('metrics', 'metric'),
]

export const metricRules: readonly Rule[] = [
  ...take(0, 'root: expr', 'expr: log', 'expr: metric', 'expr: variants'),
  ...take(0, 'metric: rangeAggregation', 'metric: vectorAggregation', 'metric: binary', 'metric: literal'),
  ...take(0, 'metric: labelReplace', 'metric: constant'),
  ...take(1, `metric: ${OPEN} metric ${CLOSE}`),
  ...rangeRules,
  ...aggregationRules,
  ...operatorRules,
  ...otherRules,
]
