/** Label filters: a name, a comparison and a value of any kind, joined by and, or, a comma, or nothing (which is and). */
import type { CompareOp, LabelFilter } from '../ast.ts'
import type { Matcher } from '../matcher.ts'
import type { Literal } from './literal.ts'
import { type Rule, rule, take } from './rule.ts'

const COMPARISONS: readonly (readonly [terminal: string, op: CompareOp])[] = [
  ['GT', '>'],
  ['GTE', '>='],
  ['LT', '<'],
  ['LTE', '<='],
  ['NEQ', '!='],
  ['EQ', '=='],
  ['CMP_EQ', '=='],
]

const join = (kind: 'and' | 'or', left: LabelFilter, right: LabelFilter): LabelFilter => ({ kind, left, right })

/** What Loki makes of a number that is none (0x1F): 0, without a word. */
const valueRules = COMPARISONS.flatMap(([terminal, op]) => [
  rule(`durationFilter: IDENTIFIER ${terminal} DURATION`, (name: string, _op: string, value: number) => ({
    kind: 'duration',
    name,
    op,
    value,
  })),
  rule(`bytesFilter: IDENTIFIER ${terminal} BYTES`, (name: string, _op: string, value: number) => ({
    kind: 'bytes',
    name,
    op,
    value,
  })),
  rule(`numberFilter: IDENTIFIER ${terminal} literal`, (name: string, _op: string, { value }: Literal) => ({
    kind: 'number',
    name,
    op,
    value,
  })),
])

const ip = (name: string, op: '=' | '!=', pattern: string): LabelFilter => ({ kind: 'ip', name, op, pattern })

export const filterRules: readonly Rule[] = [
  rule('labelFilter: matcher', (matcher: Matcher) => ({ kind: 'match', matcher })),
  ...take(0, 'labelFilter: ipFilter', 'labelFilter: unitFilter', 'labelFilter: numberFilter'),
  ...take(1, 'labelFilter: OPEN_PARENTHESIS labelFilter CLOSE_PARENTHESIS'),
  rule('labelFilter: labelFilter labelFilter', (left: LabelFilter, right: LabelFilter) => join('and', left, right)),
  rule('labelFilter: labelFilter AND labelFilter', (left: LabelFilter, _and: string, right: LabelFilter) =>
    join('and', left, right),
  ),
  rule('labelFilter: labelFilter COMMA labelFilter', (left: LabelFilter, _comma: string, right: LabelFilter) =>
    join('and', left, right),
  ),
  rule('labelFilter: labelFilter OR labelFilter', (left: LabelFilter, _or: string, right: LabelFilter) =>
    join('or', left, right),
  ),
  rule(
    'ipFilter: IDENTIFIER EQ IP OPEN_PARENTHESIS STRING CLOSE_PARENTHESIS',
    (name: string, _op: string, _ip: string, _open: string, pattern: string) => ip(name, '=', pattern),
  ),
  rule(
    'ipFilter: IDENTIFIER NEQ IP OPEN_PARENTHESIS STRING CLOSE_PARENTHESIS',
    (name: string, _op: string, _ip: string, _open: string, pattern: string) => ip(name, '!=', pattern),
  ),
  ...take(0, 'unitFilter: durationFilter', 'unitFilter: bytesFilter'),
  ...valueRules,
]
