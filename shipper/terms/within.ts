/**
 * A signal that aborts with another one, or after a time. Not AbortSignal.any() with AbortSignal.timeout(): in Node 20 the
 * garbage collector can take both, and then nothing ever ends the wait.
 */

export async function within<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const inner = new AbortController()
  const abort = () => inner.abort()
  const timer = setTimeout(abort, ms)
  outer.addEventListener('abort', abort, { once: true })
  if (outer.aborted) abort()
  try {
    return await work(inner.signal)
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', abort)
  }
}
