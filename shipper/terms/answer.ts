/** What asking for a change comes to: done, or refused with what was wrong. Never thrown: requests are data. */

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }

export interface Refusal {
  /** missing: no such thing. invalid: the request is wrong. readonly: it comes from a file. full: a bound is reached. */
  readonly reason: 'missing' | 'invalid' | 'readonly' | 'conflict' | 'full' | 'failed'
  readonly problems: readonly Fault[]
}

/** One thing that is wrong. */
export interface Fault {
  /** Dots and brackets, as in `filter.severities[1]`; '' for the whole. */
  readonly path: string
  /** Where, what was got, what is allowed. Never a secret. */
  readonly message: string
}

export function done<T>(value: T): Answer<T> {
  return { ok: true, value }
}

export function refused(reason: Refusal['reason'], ...problems: readonly Fault[]): Answer<never> {
  return { ok: false, refusal: { reason, problems } }
}
