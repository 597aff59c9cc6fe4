/** Series over a query's steps: what every part of a metric query makes and takes. */
import { QueryError } from '../error.ts'
import type { LabelSet } from './labelset.ts'
import type { Instant } from './result.ts'

/** The steps at which a metric query is evaluated: one for an instant query. */
export interface Steps {
  readonly start: Instant
  /** Milliseconds. */
  readonly stepMs: number
  readonly count: number
}

/** Values at the steps; any number is one, so `has` says where there is a value (1). */
export interface Series {
  readonly labels: LabelSet
  readonly values: Float64Array
  readonly has: Uint8Array
}

/** A number at every step, or series; label_replace may make several of the same labels. Their order is a vector's order. */
export type Value = ScalarValue | VectorValue

export interface ScalarValue {
  readonly kind: 'scalar'
  readonly value: number
}

export interface VectorValue {
  readonly kind: 'vector'
  readonly series: readonly Series[]
}

export function createSeries(
  labels: LabelSet,
  steps: number,
): { labels: LabelSet; values: Float64Array; has: Uint8Array } {
  return { labels, values: new Float64Array(steps), has: new Uint8Array(steps) }
}

export function hasValues(series: Series): boolean {
  return series.has.includes(1)
}

export function tooManySeries(limit: number): QueryError {
  const message = `maximum number of series (${limit}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()`
  return new QueryError(400, message)
}
