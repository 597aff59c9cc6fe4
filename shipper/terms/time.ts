/** Reads timestamps in the notations that logs use. */
import type { Instant } from './instant.ts'

export interface TimeOptions {
  /** IANA zone for times that carry none ("UTC", "Europe/Berlin"). */
  readonly zone: string
  /** The clock: a time without a year takes the nearest past year as seen from here (a day ahead still counts as past). */
  readonly now: Instant
}

export interface TimeMatch {
  readonly instant: Instant
  /** Index just behind the timestamp, its zone included. */
  readonly end: number
}

/** The timestamp that starts exactly at `start` of `text`, or undefined. Never throws. */
export function readTime(_text: string, _start: number, _options: TimeOptions): TimeMatch | undefined {
  return undefined
}

/** A whole value as a time: text that is nothing but a timestamp, or an epoch number in s, ms, µs or ns by its size. */
export function readTimeValue(_value: string | number, _options: TimeOptions): Instant | undefined {
  return undefined
}
