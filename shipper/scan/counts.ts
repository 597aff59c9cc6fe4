/** Hits of a rule, by the second and by the minute. */
import type { RuleCounts } from './scanner.ts'

const SECONDS = 60
const MINUTES = 60

/** Counts in slots that are used again in a circle: those of times that have passed are emptied when it is looked at. */
class Ring {
  private readonly slots: Uint32Array
  private readonly slotMs: number
  private last = 0
  /** Of the slot that was added to last, and when its time ends: most hits fall into it. */
  private current = 0
  private until = Number.NEGATIVE_INFINITY

  constructor(slots: number, slotMs: number) {
    this.slots = new Uint32Array(slots)
    this.slotMs = slotMs
  }

  add(now: number): void {
    if (now >= this.until) {
      const at = this.advance(now)
      this.current = at % this.slots.length
      this.until = (at + 1) * this.slotMs
    }
    this.slots[this.current]++
  }

  /** Oldest first; the last is that of `now`. */
  read(now: number): number[] {
    const at = this.advance(now)
    const { length } = this.slots
    return Array.from({ length }, (_, i) => this.slots[(at + 1 + i) % length])
  }

  private advance(now: number): number {
    const at = Math.floor(now / this.slotMs)
    if (at === this.last) return at
    const { length } = this.slots
    for (let slot = Math.max(this.last + 1, at - length + 1); slot <= at; slot++) this.slots[slot % length] = 0
    this.last = at
    return at
  }
}

export class HitCounts {
  hits = 0
  cooledDown = 0
  tooSlow = 0
  /** When that was told last, by a clock that only goes forward. */
  toldSlowAt = Number.NEGATIVE_INFINITY
  private readonly seconds = new Ring(SECONDS, 1000)
  private readonly minutes = new Ring(MINUTES, 60_000)

  /** `now`: of a clock that only goes forward. */
  add(now: number): void {
    this.hits++
    this.seconds.add(now)
    this.minutes.add(now)
  }

  read(now: number): RuleCounts {
    return {
      hits: this.hits,
      hits_last_minute: this.seconds.read(now).reduce((sum, count) => sum + count, 0),
      minutes: this.minutes.read(now),
      cooled_down: this.cooledDown,
      too_slow: this.tooSlow,
    }
  }
}

export const NO_COUNTS: RuleCounts = {
  hits: 0,
  hits_last_minute: 0,
  minutes: new Array<number>(MINUTES).fill(0),
  cooled_down: 0,
  too_slow: 0,
}
