/** Events as they come, newest first: each once, no more than fit, and none moved while somebody reads. */
import type { EventJson } from './shapes.ts'

export interface Feed {
  /** Newest first. */
  readonly shown: readonly EventJson[]
  /** Came while it was paused. */
  readonly waiting: number
  readonly isPaused: boolean
  /** The newest that is known: where a stream goes on. */
  readonly newest: number
  /** What is to be put on top, newest first: nothing while paused. */
  add(events: readonly EventJson[]): EventJson[]
  /** Older ones, to be put below; those that are known already are left out. */
  addOlder(events: readonly EventJson[]): EventJson[]
  pause(): void
  /** What is to be put on top. */
  resume(): EventJson[]
  clear(): void
}

/** Live ones; older ones that were asked for come on top of that, up to MAX_ALL. */
export const MAX_LIVE = 500
export const MAX_ALL = 2000

export function createFeed(): Feed {
  return new BoundedFeed()
}

class BoundedFeed implements Feed {
  shown: readonly EventJson[] = []
  isPaused = false
  newest = 0
  private held: readonly EventJson[] = []
  private max = MAX_LIVE

  get waiting(): number {
    return this.held.length
  }

  add(events: readonly EventJson[]): EventJson[] {
    // After a reconnection the server may send again what it is not sure of.
    const fresh = [...new Map(events.map((each) => [each.seq, each])).values()]
      .filter(({ seq }) => seq > this.newest)
      .sort((a, b) => b.seq - a.seq)
    this.newest = Math.max(this.newest, fresh[0]?.seq ?? 0)
    if (!this.isPaused) return this.put(fresh)
    this.held = [...fresh, ...this.held].slice(0, this.max)
    return []
  }

  addOlder(events: readonly EventJson[]): EventJson[] {
    const known = new Set(this.shown.map(({ seq }) => seq))
    const older = events.filter(({ seq }) => !known.has(seq)).slice(0, MAX_ALL - this.shown.length)
    this.shown = [...this.shown, ...older]
    this.max = Math.min(MAX_ALL, Math.max(this.max, this.shown.length))
    this.newest = Math.max(this.newest, older[0]?.seq ?? 0)
    return older
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): EventJson[] {
    this.isPaused = false
    const events = this.held
    this.held = []
    return this.put(events)
  }

  clear(): void {
    this.shown = []
    this.held = []
    this.newest = 0
    this.max = MAX_LIVE
  }

  private put(events: readonly EventJson[]): EventJson[] {
    const kept = events.slice(0, this.max)
    this.shown = [...kept, ...this.shown].slice(0, this.max)
    return kept
  }
}

/** An event out of a stream; undefined for what is none. */
export function readEvent(data: string): EventJson | undefined {
  try {
    const event = JSON.parse(data) as Partial<EventJson> | null
    if (typeof event?.seq !== 'number' || typeof event.message !== 'string') return undefined
    return { ...event, metadata: event.metadata ?? { workload: '', container: '' } } as EventJson
  } catch {
    return undefined
  }
}

/** For who listens: how many came, and how many of them are loud. */
export function announcement(events: readonly EventJson[]): string {
  if (events.length === 0) return ''
  const loud = (severity: string) => events.filter((each) => each.severity === severity).length
  const parts = [['critical', loud('critical')] as const, ['error', loud('error')] as const]
  const said = parts.filter(([, count]) => count > 0).map(([word, count]) => `${count} ${word}`)
  return `${events.length} new ${events.length === 1 ? 'event' : 'events'}${said.length === 0 ? '' : `: ${said.join(', ')}`}`
}
