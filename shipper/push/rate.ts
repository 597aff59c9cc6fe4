/** A token bucket over bytes: keeps a shipper that catches up under Loki's ingestion_rate_mb (4 MiB/s by default). */
import type { Clock } from './retry.ts'

/** Waits until `bytes` may go. A piece larger than the bucket goes when the bucket is full, and leaves a debt. */
export type Throttle = (bytes: number, signal: AbortSignal) => Promise<void>

/** bytesPerSecond undefined or 0: no limit. The bucket holds one second's worth. */
export function throttle(bytesPerSecond: number | undefined, clock: Clock): Throttle | undefined {
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return undefined
  let tokens = bytesPerSecond
  let filledAt = clock.now()
  return async (bytes, signal) => {
    const now = clock.now()
    tokens = Math.min(bytesPerSecond, tokens + (Math.max(0, now - filledAt) / 1000) * bytesPerSecond)
    filledAt = now
    const missing = Math.min(bytes, bytesPerSecond) - tokens
    tokens -= bytes
    if (missing > 0) await clock.sleep((missing / bytesPerSecond) * 1000, signal)
  }
}
