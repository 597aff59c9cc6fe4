/** Lines of a pattern by minute for the last hours, and how many a minute are usual. Fixed size, whatever comes. */

export const MINUTE_MS = 60_000
/** Three hours. */
export const MINUTES_KEPT = 180

/** The usual rate is an average that forgets: a minute's weight is a fifteenth. */
const WEIGHT = 1 / 15

export class MinuteCounts {
  /** Lines of the minute in hand, and of the one before it. */
  current = 0
  private previous = 0
  /** Minutes since the epoch; −1 before the first line. */
  private first = -1
  private last = -1
  /** Whole minutes that `usual` is made of. */
  minutes = 0
  /** Lines a minute that are usual, of whole minutes. */
  usual = 0
  /** Of the minutes before the one in hand: a line touches few places in memory, and not this one. */
  private readonly slots = new Uint32Array(MINUTES_KEPT)

  /** One line of this minute. A clock that goes back counts for the minute that it left. */
  add(minute: number): void {
    if (minute > this.last) this.turn(minute)
    this.current++
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
    const weight = Math.max(WEIGHT, 1 / (this.minutes + 1))
    this.usual += (lines - this.usual) * weight
    this.minutes++
    // Minutes without a line, all at once.
    const empty = elapsed - 1
    const counted = Math.min(empty, MINUTES_KEPT)
    for (let each = 0; each < counted; each++) {
      this.usual *= 1 - Math.max(WEIGHT, 1 / (this.minutes + 1))
      this.minutes++
    }
  }
}
