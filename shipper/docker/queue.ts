/** Events of many followers for one reader: each waits until its own was taken, and silence is told. */
import type { Origin, SourceEvent } from '../sources/source.ts'
import { sleep } from '../terms/sleep.ts'

interface Waiting {
  readonly event: SourceEvent
  readonly taken: () => void
}

/** Messages that wait to be said; a daemon that is away says little. */
const MAX_TOLD = 100

export class EventQueue {
  private readonly idleMs: number
  private readonly waiting: Waiting[] = []
  /** When the last line came, of those whose silence was not told. */
  private readonly loud = new Map<Origin, number>()
  private wake = new AbortController()
  private isOver = false
  /** Of the event that the reader has. */
  private taken: (() => void) | undefined

  constructor(idleMs: number) {
    this.idleMs = idleMs
  }

  /** Resolves when the reader is done with it, or gone. */
  hand(event: SourceEvent): Promise<void> {
    if (this.isOver) return Promise.resolve()
    return new Promise((taken) => {
      this.waiting.push({ event, taken })
      this.wake.abort()
    })
  }

  tell(path: string, message: string): void {
    if (this.waiting.length < MAX_TOLD) void this.hand({ kind: 'problem', path, message })
  }

  end(origin: Origin): void {
    void this.hand({ kind: 'end', origin })
  }

  async *events(signal: AbortSignal): AsyncIterable<SourceEvent> {
    try {
      while (!signal.aborted) {
        const next = this.waiting.shift()
        if (next === undefined) {
          yield* this.silent()
          if (this.waiting.length === 0) await this.pause(signal)
          continue
        }
        const { event } = next
        if (event.kind === 'data') this.loud.set(event.origin, Date.now())
        else if (event.kind === 'end') this.loud.delete(event.origin)
        this.taken = next.taken
        yield event
        next.taken()
      }
    } finally {
      this.close()
    }
  }

  /** Lets go of everybody who waits: the reader will not come back. */
  close(): void {
    this.isOver = true
    this.taken?.()
    for (const { taken } of this.waiting.splice(0)) taken()
  }

  private *silent(): Iterable<SourceEvent> {
    const now = Date.now()
    for (const [origin, since] of this.loud) {
      if (now - since < this.idleMs) continue
      this.loud.delete(origin)
      yield { kind: 'idle', origin }
    }
  }

  private async pause(signal: AbortSignal): Promise<void> {
    if (this.wake.signal.aborted) this.wake = new AbortController()
    const ms = this.loud.size > 0 ? this.idleMs : 60_000
    await sleep(ms, AbortSignal.any([signal, this.wake.signal]))
  }
}
