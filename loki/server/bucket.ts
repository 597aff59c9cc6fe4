/** A token bucket (golang.org/x/time/rate's AllowN): all of n, or nothing. */

export interface Bucket {
  tokens: number
  /** Milliseconds of the last look; NaN before the first, when the bucket is full. */
  at: number
}

export function createBucket(): Bucket {
  return { tokens: 0, at: Number.NaN }
}

/** Takes n tokens when there are so many. `rate` is tokens a second; 0 with burst 0 lets nothing through. */
export function take(bucket: Bucket, n: number, rate: number, burst: number, now: number): boolean {
  const elapsed = Number.isNaN(bucket.at) ? Number.POSITIVE_INFINITY : Math.max(0, now - bucket.at)
  const refill = elapsed === Number.POSITIVE_INFINITY ? burst : (elapsed / 1000) * rate
  bucket.tokens = Math.min(burst, bucket.tokens + refill)
  bucket.at = now
  if (n > bucket.tokens) return false
  bucket.tokens -= n
  return true
}
