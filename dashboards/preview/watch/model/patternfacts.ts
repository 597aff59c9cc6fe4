/** A mined pattern, as the API tells it. */

export interface PatternView {
  readonly id: string
  readonly pattern: string
  readonly service: string
  readonly level: string
  /** Lines since it was first seen. */
  readonly count?: number
  readonly lines_per_minute?: number
  /** RFC 3339. */
  readonly first_seen?: string
  readonly last_seen?: string
}

/** 12.3, 0.04, 1,200: a rate that can be compared at a glance. */
export function rateText(rate: number | undefined): string {
  if (rate === undefined || !Number.isFinite(rate)) return '–'
  if (rate === 0) return '0'
  return rate >= 100 ? Math.round(rate).toLocaleString('en') : Number(rate.toPrecision(2)).toString()
}
