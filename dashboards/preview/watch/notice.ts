/** What went wrong or right, said once above a view: for the eye, and for who listens. */
import { h } from '../page/dom.ts'
import { isAborted } from './api.ts'
import { askAgain } from './asktoken.ts'

export interface Notice {
  readonly element: HTMLElement
  say(text: string): void
  /** An error; `again` offers another try. What an aborted question says is nothing. */
  fail(error: unknown, again?: () => void): void
  clear(): void
}

export function createNotice(): Notice {
  const good = h('p', { class: 'said', role: 'status' })
  const bad = h('div', { class: 'error', role: 'alert' })
  const clear = () => {
    good.textContent = ''
    bad.replaceChildren()
  }
  return {
    element: h('div', { class: 'notices' }, good, bad),
    clear,
    say(text) {
      clear()
      good.textContent = text
    },
    fail(error, again) {
      if (isAborted(error)) return
      const message = (error as Error).message
      const retry = () => {
        askAgain()
        clear()
        again?.()
      }
      good.textContent = ''
      const button = again === undefined ? null : h('button', { type: 'button', onclick: retry }, 'Try again')
      // The clock fails again and again: it is said once.
      if (bad.firstChild?.textContent === message) return
      bad.replaceChildren(...[h('span', {}, message), button].filter((each) => each !== null))
    },
  }
}

/** Calls at once and then as often as told, while somebody looks; never twice at a time. */
export function startPolling(everyMs: number, run: () => Promise<void>): () => void {
  let isRunning = false
  const once = async () => {
    if (isRunning || document.visibilityState !== 'visible') return
    isRunning = true
    await run().catch(() => {})
    isRunning = false
  }
  void once()
  const timer = setInterval(() => void once(), everyMs)
  return () => clearInterval(timer)
}
