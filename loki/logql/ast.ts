/** LogQL as a tree (grafana/loki v3.7.6 pkg/logql/syntax/ast.go). Parsed and checked: what stands here can be evaluated. */
import type { Matcher } from './matcher.ts'

export type Expr = LogExpr | MetricExpr

/** A selector and its pipeline. */
export interface LogExpr {
  readonly kind: 'log'
  readonly matchers: readonly Matcher[]
  readonly stages: readonly StageExpr[]
}

export type StageExpr =
  | { readonly kind: 'line'; readonly op: LineOp; readonly texts: readonly LineText[] }
  | { readonly kind: 'label'; readonly filter: LabelFilter }
  | { readonly kind: 'json'; readonly expressions: readonly Extraction[] }
  | {
      readonly kind: 'logfmt'
      readonly isStrict: boolean
      readonly keepsEmpty: boolean
      readonly expressions: readonly Extraction[]
    }
  | { readonly kind: 'pattern' | 'regexp'; readonly pattern: string }
  | { readonly kind: 'unpack' | 'decolorize' }
  | { readonly kind: 'line_format'; readonly template: string }
  | { readonly kind: 'label_format'; readonly formats: readonly LabelFormat[] }
  | { readonly kind: 'drop' | 'keep'; readonly labels: readonly NamedOrMatched[] }

export type LineOp = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'

/**
 * One of a line filter's `or` chain; a negated chain is one stage for each. `isIp`: written ip("…"), which stands for
 * addresses only where it is alone: in a chain Loki 3.7 looks for the text.
 */
export interface LineText {
  readonly isIp: boolean
  readonly text: string
}

/** name="expression" of json and logfmt; a bare name stands for itself. */
export interface Extraction {
  readonly name: string
  readonly expression: string
}

/** name=other renames; name="template" writes. */
export interface LabelFormat {
  readonly name: string
  readonly isRename: boolean
  /** The other label's name, or the template. */
  readonly value: string
}

/** drop and keep: a name, or a name with what its value has to match. */
export interface NamedOrMatched {
  readonly name: string
  readonly matcher: Matcher | undefined
}

export type LabelFilter =
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter }
  | { readonly kind: 'match'; readonly matcher: Matcher }
  | { readonly kind: 'ip'; readonly name: string; readonly op: '=' | '!='; readonly pattern: string }
  | {
      /** duration: milliseconds; bytes: bytes. */
      readonly kind: 'number' | 'duration' | 'bytes'
      readonly name: string
      readonly op: CompareOp
      readonly value: number
    }

export type CompareOp = '=' | '==' | '!=' | '>' | '>=' | '<' | '<='

export type MetricExpr = RangeExpr | VectorExpr | BinaryExpr | NumberExpr | ConstantVectorExpr | LabelReplaceExpr

export type RangeOp =
  | 'count_over_time'
  | 'rate'
  | 'rate_counter'
  | 'bytes_over_time'
  | 'bytes_rate'
  | 'sum_over_time'
  | 'avg_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'first_over_time'
  | 'last_over_time'
  | 'stddev_over_time'
  | 'stdvar_over_time'
  | 'quantile_over_time'
  | 'absent_over_time'

export interface RangeExpr {
  readonly kind: 'range'
  readonly op: RangeOp
  readonly log: LogExpr
  readonly unwrap: Unwrap | undefined
  readonly rangeMs: number
  readonly offsetMs: number
  readonly grouping: Grouping | undefined
  /** quantile_over_time's quantile; NaN for the others. */
  readonly parameter: number
}

/** A selector with its range, as range functions take it. */
export type LogRange = Pick<RangeExpr, 'log' | 'rangeMs' | 'offsetMs' | 'unwrap'>

/** variants(…) of (…): parsed and formatted, and refused where it is to run, as by a Loki that has not switched it on. */
export interface VariantsExpr {
  readonly kind: 'variants'
  readonly variants: readonly Expr[]
  readonly of: LogRange
}

/** | unwrap name, | unwrap duration(name), and the filters behind it. */
export interface Unwrap {
  readonly name: string
  readonly conversion: 'bytes' | 'duration' | 'duration_seconds' | undefined
  readonly filters: readonly LabelFilter[]
}

export interface Grouping {
  readonly isWithout: boolean
  readonly labels: readonly string[]
}

export type VectorOp =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'approx_topk'
  | 'sort'
  | 'sort_desc'

export interface VectorExpr {
  readonly kind: 'vector'
  readonly op: VectorOp
  readonly inner: MetricExpr
  readonly grouping: Grouping | undefined
  /** topk's, bottomk's and approx_topk's k. */
  readonly parameter: number
}

export type BinaryOp =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '=='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'and'
  | 'or'
  | 'unless'

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly isBool: boolean
  readonly matching: VectorMatching
  readonly left: MetricExpr
  readonly right: MetricExpr
}

/** on(…) or ignoring(…), group_left(…) or group_right(…). Without any: one to one, ignoring nothing. */
export interface VectorMatching {
  readonly card: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'
  readonly isOn: boolean
  readonly labels: readonly string[]
  readonly include: readonly string[]
}

export interface NumberExpr {
  readonly kind: 'number'
  readonly value: number
}

/** vector(1): the number as a vector of one series without labels. */
export interface ConstantVectorExpr {
  readonly kind: 'constant'
  readonly value: number
}

export interface LabelReplaceExpr {
  readonly kind: 'label_replace'
  readonly inner: MetricExpr
  readonly target: string
  readonly replacement: string
  readonly source: string
  readonly pattern: string
}
