/** What a rule file says, read and checked. Durations in milliseconds. */
import type { Expr } from '../../logql/ast.ts'

export interface Rule {
  readonly kind: 'alerting' | 'recording'
  /** The alert's name, or the metric that is recorded. */
  readonly name: string
  /** As it was written. */
  readonly expr: string
  readonly query: Expr
  readonly forMs: number
  /** How long an alert goes on firing after its condition ended. Loki 3.7 itself drops this key. */
  readonly keepFiringForMs: number
  /** Values are templates in alerting rules. Sorted by name. */
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  /** In its file. */
  readonly line: number
}

export interface RuleGroup {
  readonly name: string
  /** Undefined: the ruler's evaluation_interval. */
  readonly intervalMs: number | undefined
  /** Alerts or series that a rule of the group may have; 0 for no limit. */
  readonly limit: number
  readonly rules: readonly Rule[]
}

/** One sample of an instant query. */
export interface Sample {
  /** Sorted by name. */
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** Asks the engine: an instant query at a time in milliseconds. Throws with Loki's message. */
export type Ask = (expr: string, atMs: number) => Promise<readonly Sample[]>
