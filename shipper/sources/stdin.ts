/** Standard input as a source: read once, to its end. Nothing is kept of it, nothing can be read again. */
import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { type Clock, realClock } from './clock.ts'
import { readStream } from './once.ts'
import { newOrigin } from './origin.ts'
import type { Source, SourceEvent } from './source.ts'

export interface StdinOptions {
  readonly input?: Readable
  /** How long without a byte until `idle` is said: an interactive producer's last event must not wait for its next. */
  readonly idleMs?: number
  readonly clock?: Clock
}

export function createStdinSource({
  input = process.stdin,
  idleMs = 500,
  clock = realClock,
}: StdinOptions = {}): Source {
  return {
    events: (signal) => readIdling(input, idleMs, clock, signal),
    commit() {},
    async close() {
      input.destroy()
    },
  }
}

async function* readIdling(
  input: Readable,
  idleMs: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<SourceEvent> {
  const origin = newOrigin('stdin', randomUUID())
  const events = readStream({ path: 'stdin' }, input, undefined, origin)[Symbol.asyncIterator]()
  let next = events.next()
  let hasData = false
  for (;;) {
    const quiet = new AbortController()
    const silence: Promise<'silence'> = clock
      .sleep(hasData ? idleMs : 2 ** 31 - 1, AbortSignal.any([signal, quiet.signal]))
      .then(() => 'silence' as const)
    const result: 'silence' | IteratorResult<SourceEvent> = await Promise.race([next, silence])
    quiet.abort()
    if (signal.aborted) {
      input.destroy()
      await next.catch(() => {})
      return
    }
    if (result === 'silence') {
      hasData = false
      yield { kind: 'idle', origin }
      continue
    }
    if (result.done) return
    hasData = result.value.kind === 'data'
    yield result.value
    next = events.next()
  }
}
