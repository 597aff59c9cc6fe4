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

/**
 * Calls at once and then as often as told, while somebody looks; never twice at a time. When it fails, that is said until
 * it works again: numbers that stand still look like numbers that are fine.
 */
export function startPolling(everyMs: number, notice: Notice, run: () => Promise<void>): () => void {
  let isRunning = false
  let isFailed = false
  let isOver = false
  const once = async () => {
    if (isRunning || document.visibilityState !== 'visible') return
    isRunning = true
    try {
      await run()
      if (isFailed) notice.clear()
      isFailed = false
    } catch (error) {
      isFailed = !isOver
      if (isFailed) notice.fail(error, () => void once())
    }
    isRunning = false
  }
  void once()
  const timer = setInterval(() => void once(), everyMs)
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
