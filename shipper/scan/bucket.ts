/** A token bucket: so many at once, so many a minute after that. */

export interface BucketOptions {
  /** Tokens of a full bucket; it starts full. */
  readonly burst: number
  readonly per_minute: number
}

const MINUTE_MS = 60_000

/** Times are of a clock that only goes forward, in milliseconds. */
export class Bucket {
  private readonly options: BucketOptions
  /** Of a token, per_minute a millisecond: whole numbers, so that nothing is gained by rounding. */
  private parts: number
  private at: number

  constructor(options: BucketOptions, now: number) {
    this.options = options
    this.parts = options.burst * MINUTE_MS
    this.at = now
  }

  /** Whether a token is there. */
  has(now: number): boolean {
    this.fill(now)
    return this.parts >= MINUTE_MS
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    if (!this.has(now)) return false
    this.parts -= MINUTE_MS
    return true
  }

  /** As it was in the beginning. */
  isFull(now: number): boolean {
    this.fill(now)
    return this.parts === this.options.burst * MINUTE_MS
  }

  private fill(now: number): void {
    const { burst, per_minute: perMinute } = this.options
    this.parts = Math.min(burst * MINUTE_MS, this.parts + (now - this.at) * perMinute)
    this.at = now
  }
}
