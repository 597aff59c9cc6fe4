/** Who is told of events: in order, and one that throws harms nobody. */
import type { LogEvent } from './event.ts'

export class Listeners {
  private readonly listeners = new Set<(event: LogEvent) => void>()
  private readonly untold: LogEvent[] = []
  private readonly onFailure: (error: unknown) => void
  private isTelling = false

  constructor(onFailure: (error: unknown) => void) {
    this.onFailure = onFailure
  }

  /** Returns how to end it. Who subscribes twice is told twice, and ends one of the two. */
  add(listener: (event: LogEvent) => void): () => void {
    const own = (event: LogEvent) => listener(event)
    this.listeners.add(own)
    return () => void this.listeners.delete(own)
  }

  /** In the order of their numbers, also for who listens behind one who appends. */
  tell(event: LogEvent): void {
    this.untold.push(event)
    if (this.isTelling) return
    this.isTelling = true
    for (let next = this.untold.shift(); next !== undefined; next = this.untold.shift()) {
      for (const listener of this.listeners) {
        try {
          listener(next)
        } catch (error) {
          this.onFailure(error)
        }
      }
    }
    this.isTelling = false
  }

  clear(): void {
    this.listeners.clear()
  }
}
