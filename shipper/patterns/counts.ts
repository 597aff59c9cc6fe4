/** Lines of a pattern by minute for the last hours, and how many a minute are usual. Fixed size, whatever comes. */

export const MINUTE_MS = 60_000
/** Three hours. */
export const MINUTES_KEPT = 180

/** The usual rate is an average over the minutes that have lines, which forgets: a minute's weight is a fifteenth. */
const WEIGHT = 1 / 15

export class MinuteCounts {
  /** Lines of the minute in hand, and of the one before it. */
  current = 0
  private previous = 0
  /** Minutes since the epoch; −1 before the first line. */
  private first = -1
  private last = -1
  /** Whole minutes that are known, those without a line among them. */
  minutes = 0
  /**
   * Lines of a minute that are usual, when there are any: what was silent for a night, or comes once an hour, is not unusual
   * when it comes as it used to.
   */
  usual = 0
  /** Minutes with lines that it is made of. */
  private active = 0
  /** Of the minutes before the one in hand: a line touches few places in memory, and not this one. */
  private readonly slots = new Uint32Array(MINUTES_KEPT)

  /**
   * One line of this minute: by its own time, so that a backlog is no spike. False for one of a minute that is over: it is
   * counted there, and says nothing about how many there are now. `now`: the minute of the clock.
   */
  add(minute: number, now: number): boolean {
    if (minute !== this.last) {
      if (this.last > now + 1) this.restart()
      if (minute < this.last) return this.addLate(minute)
      if (minute > this.last) this.turn(minute)
    }
    this.current++
    return true
  }

  /** At least lastMinute(). */
  get recent(): number {
    return this.current + this.previous
  }

  /** Lines of the last 60 seconds, those of the minute before this one taken as spread evenly. */
  lastMinute(nowMs: number): number {
    const minute = Math.floor(nowMs / MINUTE_MS)
    const passed = nowMs / MINUTE_MS - minute
    return this.of(minute) + Math.round(this.of(minute - 1) * (1 - passed))
  }

  /** Minutes with lines, oldest first. */
  *entries(): Generator<[minute: number, lines: number]> {
    if (this.last < 0) return
    for (let minute = Math.max(this.first, this.last - MINUTES_KEPT + 1); minute <= this.last; minute++) {
      const lines = this.of(minute)
      if (lines > 0) yield [minute, lines]
    }
  }

  /** What was usual before a restart. */
  restore(usual: number, minutes: number): void {
    this.usual = usual
    this.minutes = minutes
    this.active = minutes
  }

  /** Takes the lines of a pattern in: from now on they are counted here. */
  join(other: MinuteCounts): void {
    for (const [minute, lines] of other.entries()) {
      if (minute > this.last) this.turn(minute)
      if (minute === this.last) this.current += lines
      else this.addLate(minute, lines)
    }
    this.usual += other.usual
    this.active = Math.max(this.active, other.active)
    this.minutes = Math.max(this.minutes, other.minutes)
  }

  private addLate(minute: number, lines = 1): false {
    if (minute > this.last - MINUTES_KEPT) {
      this.slots[minute % MINUTES_KEPT] += lines
      if (minute < this.first) this.first = minute
      if (minute === this.last - 1) this.previous += lines
    }
    return false
  }

  /** The clock has gone back: what was counted in minutes that are still to come is let go. */
  private restart(): void {
    this.slots.fill(0)
    this.first = -1
    this.last = -1
    this.current = 0
    this.previous = 0
  }

  private of(minute: number): number {
    if (minute === this.last) return this.current
    const isKept = minute >= this.first && minute < this.last && minute > this.last - MINUTES_KEPT
    return isKept ? this.slots[minute % MINUTES_KEPT] : 0
  }

  private turn(minute: number): void {
    if (this.last < 0) {
      this.first = minute
    } else {
      this.slots[this.last % MINUTES_KEPT] = this.current
      this.learn(this.current, minute - this.last)
      const from = Math.max(this.last + 1, minute - MINUTES_KEPT + 1)
      for (let each = from; each < minute; each++) this.slots[each % MINUTES_KEPT] = 0
    }
    this.previous = minute === this.last + 1 ? this.current : 0
    this.current = 0
    this.last = minute
  }

  /** The last minute's lines, and so many minutes since (the last one among them) as it took to the next line. */
  private learn(lines: number, elapsed: number): void {
    const weight = Math.max(WEIGHT, 1 / (this.active + 1))
    this.active++
    this.usual += (lines - this.usual) * weight
    this.minutes += Math.min(elapsed, MINUTES_KEPT)
  }
}
