/**
 * How much of the engine's work patterns may take: so much for one text, and so much in the long run, whatever the lines
 * are. A text from which a pattern learns nothing new takes none, so that only unusual patterns on hostile lines ever come
 * to the bound; then they are given up, and the stream goes on. Each pattern has a little of its own, so that it works also
 * when another takes all that they share. Units are those of terms/bounded-regex.ts: 20 to 60 ns.
 */
import type { RE2JS } from 're2js'
import type { BoundedRegex } from '../terms/bounded-regex.ts'

/** To say whether a text matches. */
export const TEST_UNITS = 1_000_000
/** To say where its groups stand, once a hit becomes an event: a text of 256 KB takes a common pattern four million. */
export const FIND_UNITS = 5_000_000

/** Units that come back with the time. */
export class Allowance {
  private readonly most: number
  private readonly perMs: number
  private left: number
  private at: number

  constructor(most: number, perMs: number, now: number) {
    this.most = most
    this.perMs = perMs
    this.left = most
    this.at = now
  }

  /** `now`: milliseconds, of a clock that only goes forward. */
  has(now: number): number {
    this.left = Math.min(this.most, this.left + (now - this.at) * this.perMs)
    this.at = now
    return this.left
  }

  take(units: number): void {
    this.left -= units
  }
}

/** Of one pattern alone. */
const OWN = { most: 100_000, perMs: 10 }
/** Of all together: a tenth of a core in the long run, half a second at once. */
const SHARED = { most: 8_000_000, perMs: 3000 }

export function sharedAllowance(now: number): Allowance {
  return new Allowance(SHARED.most, SHARED.perMs, now)
}

/** Of one pattern. */
export class Effort {
  private readonly now: () => number
  private readonly own: Allowance
  private readonly shared: Allowance

  constructor(shared: Allowance, now: () => number) {
    this.now = now
    this.own = new Allowance(OWN.most, OWN.perMs, now())
    this.shared = shared
  }

  /** What the search says; undefined: it was given up. */
  spend<Found>(regex: BoundedRegex, units: number, search: (regex: RE2JS) => Found): Found | undefined {
    const now = this.now()
    const own = this.own.has(now)
    const { found, took } = regex.within(Math.min(units, own + this.shared.has(now)), search)
    const mine = Math.min(own, took)
    this.own.take(mine)
    this.shared.take(took - mine)
    return found
  }
}

/** For what somebody asks for, instead of a stream. */
export function freshEffort(): Effort {
  return new Effort(sharedAllowance(0), () => 0)
}
