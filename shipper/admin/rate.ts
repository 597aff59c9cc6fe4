/** How many requests an address may make: a token bucket for each, in a bounded map. */

export interface Rate {
  /** undefined: it may; else after how many seconds to come again, at least 1. */
  take(address: string): number | undefined
  /** Addresses that are remembered. */
  size(): number
}

interface Bucket {
  tokens: number
  at: number
}

/** The least recently seen goes first: about 1 MB. */
export const MAX_ADDRESSES = 10_000
const MINUTE_MS = 60_000

/** A minute's worth at once, then as many a minute. `now` in milliseconds. */
export function createRate(perMinute: number, now: () => number): Rate {
  const buckets = new Map<string, Bucket>()
  const refilled = (key: string): Bucket => {
    const at = now()
    const known = buckets.get(key)
    // A clock that was set back gives nothing and takes nothing.
    const passed = known === undefined ? 0 : Math.max(0, at - known.at)
    const tokens =
      known === undefined ? perMinute : Math.min(perMinute, known.tokens + (passed * perMinute) / MINUTE_MS)
    return { tokens, at }
  }
  const wait = ({ tokens }: Bucket) =>
    tokens >= 1 ? undefined : Math.max(1, Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute / 1000))
  return {
    size: () => buckets.size,
    take(address) {
      const key = networkOf(address)
      const bucket = refilled(key)
      const seconds = wait(bucket)
      if (seconds === undefined) bucket.tokens--
      buckets.delete(key)
      buckets.set(key, bucket)
      if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!)
      return seconds
    },
  }
}

/** Whoever has one IPv6 address has 2^64 of them; an IPv4 one in IPv6 clothes is that one. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::', 2)
  const start = head === '' ? [] : head.split(':')
  const end = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => '0')
  return `${[...start, ...zeros, ...end].slice(0, 4).join(':')}::/64`
}
