/** Time that only goes forward: cooldowns and buckets must not be led astray by a clock that is set back. */

/** Milliseconds since it was made: grows as `now` does, and stands still over a step back instead of waiting it out. */
export function forwardClock(now: () => number): () => number {
  let last = now()
  let elapsed = 0
  return () => {
    const at = now()
    if (at > last) elapsed += at - last
    last = at
    return elapsed
  }
}
