/**
 * Times as Loki gets them. Two lines of one file with the same time and stream are set apart by a nanosecond, and a line
 * that is too late for its stream is moved into what Loki still takes. What is decided depends only on the lines of the
 * origin so far, and travels with its position: a replay after a crash makes the same bytes again.
 */
/**
 * Loki refuses an entry older than the newest of its stream by half of max_chunk_age (1 h by default), and hides it
 * behind a 204 when another stream follows in the same push. Five minutes of margin.
 */
export const MAX_LATENESS_SECONDS = 55 * 60

/** How many streams' clocks travel with a position: an origin with more starts the surplus afresh after a crash. */
const MAX_CARRIED = 256

export class StreamClock {
  /** The time of the line before, as the line had it. */
  private seconds = -1
  private nanos = 0
  /** How many lines had this very time. */
  private repeats = 0
  private newest = -1

  /** Where the entry goes; read after next(). */
  entrySeconds = 0
  entryNanos = 0
  /** True when the line came too late and was moved. */
  late = false

  isLate(seconds: number): boolean {
    return this.newest - seconds > MAX_LATENESS_SECONDS
  }

  next(seconds: number, nanos: number): void {
    this.late = this.isLate(seconds)
    const atSeconds = this.late ? this.newest - MAX_LATENESS_SECONDS : seconds
    const atNanos = this.late ? 0 : nanos
    if (atSeconds === this.seconds && atNanos === this.nanos) {
      this.repeats++
    } else {
      this.seconds = atSeconds
      this.nanos = atNanos
      this.repeats = 0
    }
    if (seconds > this.newest) this.newest = seconds
    const shifted = atNanos + this.repeats
    this.entrySeconds = shifted >= 1e9 ? atSeconds + Math.floor(shifted / 1e9) : atSeconds
    this.entryNanos = shifted >= 1e9 ? shifted % 1e9 : shifted
  }

  save(): number[] {
    return [this.seconds, this.nanos, this.repeats, this.newest]
  }

  restore(saved: unknown): void {
    if (!Array.isArray(saved) || saved.length !== 4 || !saved.every(Number.isSafeInteger)) return
    ;[this.seconds, this.nanos, this.repeats, this.newest] = saved
  }
}

/** Where the time of the last line that had one is carried: no stream has empty labels. */
const LAST_TIME = ''

/** The clocks of one origin, by stream. */
export class OriginClocks {
  private readonly clocks = new Map<string, StreamClock>()
  /**
   * The time of the last line that carried one; -1 before the first. A line without a time goes to Loki beside it: at
   * the time it was read, one stray line of an old file would make Loki refuse everything behind it as too late.
   */
  lastSeconds = -1
  lastNanos = 0

  of(labels: string): StreamClock {
    let clock = this.clocks.get(labels)
    if (clock === undefined) {
      clock = new StreamClock()
      this.clocks.set(labels, clock)
    }
    return clock
  }

  save(): Record<string, unknown> {
    const saved: Record<string, unknown> = {}
    if (this.lastSeconds >= 0) saved[LAST_TIME] = [this.lastSeconds, this.lastNanos]
    let count = 0
    for (const [labels, clock] of this.clocks) {
      if (count++ === MAX_CARRIED) break
      saved[labels] = clock.save()
    }
    return saved
  }

  restore(carried: Record<string, unknown> | undefined): void {
    for (const [labels, saved] of Object.entries(carried ?? {})) {
      if (labels === LAST_TIME) this.restoreLast(saved)
      else this.of(labels).restore(saved)
    }
  }

  private restoreLast(saved: unknown): void {
    if (!Array.isArray(saved) || saved.length !== 2 || !saved.every(Number.isSafeInteger)) return
    ;[this.lastSeconds, this.lastNanos] = saved
  }
}
