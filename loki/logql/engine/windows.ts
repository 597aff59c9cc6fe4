/** Which steps an entry counts for: a window is open at its start and closed at its end, (step - range, step]. */
import type { RangeExpr } from '../ast.ts'
import type { Steps } from './matrix.ts'
import type { Instant } from './result.ts'

export interface Windows {
  /** The entries that any window holds; times are counted from its start, in nanoseconds. */
  readonly span: { readonly start: Instant; readonly end: Instant }
  /** Nanoseconds between steps, and the range's length. */
  readonly step: number
  readonly range: number
  readonly count: number
  /** The first step whose window holds an entry of this time, and the first behind the last one; equal when none does. */
  firstOf(time: number): number
  behindOf(time: number): number
}

export function createWindows(steps: Steps, expr: RangeExpr): Windows {
  const { start, stepMs, count } = steps
  const step = stepMs * 1e6
  const range = expr.rangeMs * 1e6
  // A scan takes its start in and leaves its end out, a window the other way round: hence 1 ns.
  const span = {
    start: shift(start, -expr.rangeMs - expr.offsetMs, 1),
    end: shift(start, (count - 1) * stepMs - expr.offsetMs, 1),
  }
  return {
    span,
    step,
    range,
    count,
    // Counted from the span's start, the first window holds the times [0, range).
    firstOf: (time) => Math.max(0, Math.floor((time - range) / step) + 1),
    behindOf: (time) => Math.min(count, Math.floor(time / step) + 1),
  }
}

function shift(time: Instant, ms: number, nanos: number): Instant {
  const whole = Math.floor(ms / 1000)
  const total = time.nanos + Math.round((ms - whole * 1000) * 1e6) + nanos
  const carry = Math.floor(total / 1e9)
  return { seconds: time.seconds + whole + carry, nanos: total - carry * 1e9 }
}
