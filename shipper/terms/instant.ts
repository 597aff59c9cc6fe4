/**
 * A point in time with nanoseconds, as two numbers: a JavaScript number cannot hold nanoseconds since 1970,
 * and BigInt is too slow for a hot path.
 */
export interface Instant {
  /** Whole seconds since 1970-01-01T00:00:00Z, may be negative. */
  readonly seconds: number
  /** 0 to 999,999,999. */
  readonly nanos: number
}

/** From milliseconds since the epoch (Date.now()), fractions kept to the nanosecond. */
export function fromMillis(ms: number): Instant {
  const seconds = Math.floor(ms / 1000)
  return { seconds, nanos: Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6)) }
}

export function toMillis(instant: Instant): number {
  return instant.seconds * 1000 + instant.nanos / 1e6
}

/** Negative when a is before b. In nanoseconds, exact only for instants close together. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.seconds - b.seconds || a.nanos - b.nanos
}

/** Nanoseconds since the epoch as decimal digits, what Loki's JSON push takes. */
export function toNanosText(instant: Instant): string {
  if (instant.seconds < 0) return String(BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.nanos))
  return instant.seconds === 0 ? String(instant.nanos) : instant.seconds + String(instant.nanos).padStart(9, '0')
}

const DAY_SECONDS = 86_400

let lastDay = Number.NaN
/** 2026-05-05T */
let lastDayText = ''

/** '000' to '999', and '00' to '59': a hot path, and padStart is slow. */
const THREE = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))

/** RFC 3339 in UTC, always nine digits of fraction: 2026-05-05T12:30:11.000000000Z. */
export function formatInstant({ seconds, nanos }: Instant): string {
  const day = Math.floor(seconds / DAY_SECONDS)
  if (day !== lastDay) {
    lastDayText = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, -'00:00:00.000Z'.length)
    lastDay = day
  }
  const inDay = seconds - day * DAY_SECONDS
  const minutes = Math.floor(inDay / 60)
  const clock = `${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[inDay % 60]}`
  const micros = Math.floor(nanos / 1000)
  return `${lastDayText}${clock}.${THREE[Math.floor(micros / 1000)]}${THREE[micros % 1000]}${THREE[nanos % 1000]}Z`
}
