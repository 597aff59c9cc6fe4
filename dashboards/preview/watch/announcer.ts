/** Says what came to those who listen instead of looking: in short, and not more often than one can bear. */
import { h } from '../page/dom.ts'
import { announcement } from './model/feed.ts'
import type { EventJson } from './model/shapes.ts'

const EVERY_MS = 10_000
/** Enough to count. */
const MAX_PENDING = 1000

export interface Announcer {
  readonly element: HTMLElement
  add(events: readonly EventJson[]): void
  stop(): void
}

export function createAnnouncer(): Announcer {
  const element = h('p', { class: 'unseen', 'aria-live': 'polite', role: 'status' })
  let pending: EventJson[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const say = () => {
    timer = undefined
    if (pending.length === 0) return
    element.textContent = announcement(pending)
    pending = []
    timer = setTimeout(say, EVERY_MS)
  }
  return {
    element,
    add(events) {
      if (events.length === 0) return
      pending = [...pending, ...events].slice(-MAX_PENDING)
      timer ??= setTimeout(say, 0)
    },
    stop: () => clearTimeout(timer),
  }
}
