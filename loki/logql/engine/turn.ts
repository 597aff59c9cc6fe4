/** A query's slices of the one thread that there is, and its end. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { QueryError } from '../error.ts'
import type { Turn } from './source.ts'

/** How long a query may go on before others get their turn. */
const SLICE_MS = 10

/** Ends with Loki's 499 when the signal aborts and with its 504 when the time is up. */
export function createTurn(signal: AbortSignal, timeoutMs: number): Turn {
  const deadline = performance.now() + timeoutMs
  let sliceEnd = performance.now() + SLICE_MS
  return {
    isDue: () => performance.now() >= sliceEnd,
    async pause() {
      await nextTurn()
      if (signal.aborted) throw new QueryError(499, 'the request was cancelled by the client')
      if (performance.now() >= deadline) {
        const message =
          'request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed'
        throw new QueryError(504, message)
      }
      sliceEnd = performance.now() + SLICE_MS
    },
  }
}
