/** LogQL as a tree. What the embedded server does not evaluate has no node: the parser says so. */
import type { Matcher } from './matcher.ts'

export type Expr = LogExpr | MetricExpr

/** A selector and its pipeline. */
export interface LogExpr {
  readonly kind: 'log'
  readonly matchers: readonly Matcher[]
  readonly stages: readonly StageExpr[]
}

export type StageExpr =
  | { readonly kind: 'line'; readonly op: LineOp; readonly texts: readonly string[] }
  | { readonly kind: 'label'; readonly filter: LabelFilter }
  | { readonly kind: 'json' }
  | { readonly kind: 'logfmt'; readonly isStrict: boolean; readonly keepsEmpty: boolean }

export type LineOp = '|=' | '!=' | '|~' | '!~'

export type LabelFilter =
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter }
  | { readonly kind: 'match'; readonly matcher: Matcher }
  | {
      readonly kind: 'number' | 'duration' | 'bytes'
      readonly name: string
      readonly op: CompareOp
      readonly value: number
    }

export type CompareOp = '=' | '==' | '!=' | '>' | '>=' | '<' | '<='

export type MetricExpr = RangeExpr | VectorExpr | BinaryExpr | NumberExpr

export interface RangeExpr {
  readonly kind: 'range'
  readonly op: 'count_over_time' | 'rate' | 'bytes_over_time' | 'bytes_rate'
  readonly log: LogExpr
  readonly rangeMs: number
  readonly offsetMs: number
}

export interface Grouping {
  readonly isWithout: boolean
  readonly labels: readonly string[]
}

export interface VectorExpr {
  readonly kind: 'vector'
  readonly op: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'topk' | 'bottomk' | 'sort' | 'sort_desc'
  readonly inner: MetricExpr
  readonly grouping: Grouping | undefined
  /** topk's and bottomk's k. */
  readonly parameter: number
}

export type BinaryOp = '+' | '-' | '*' | '/' | '%' | '^' | '==' | '!=' | '>' | '>=' | '<' | '<='

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly isBool: boolean
  readonly left: MetricExpr
  readonly right: MetricExpr
}

export interface NumberExpr {
  readonly kind: 'number'
  readonly value: number
}
