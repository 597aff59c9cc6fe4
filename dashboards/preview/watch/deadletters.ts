/** What could not be delivered after all retries: tried again, or thrown away. */
import { h } from '../page/dom.ts'
import { ask, part } from './api.ts'
import { logText } from './logtext.ts'
import { type DeadLetter, letterFacts } from './model/letters.ts'
import type { Notice } from './notice.ts'

export interface DeadLetters {
  readonly element: HTMLElement
  load(): Promise<void>
}

/** More rows than anyone goes through; the others come up when these are gone. */
const MAX_SHOWN = 100
/** The longest timeout of an attempt, and a little. */
const TIMEOUT_MS = 75_000

export function createDeadLetters(notice: Notice, signal: AbortSignal): DeadLetters {
  const list = h('div', {})
  const element = h('section', { class: 'sheet', hidden: true, 'aria-label': 'Dead letters' }, list)
  const load = async () => {
    const answer = await ask<Readonly<Record<string, readonly DeadLetter[]>>>('GET', '/dead-letters', { signal })
    const letters = answer['dead_letters'] ?? []
    element.hidden = letters.length === 0
    const head = h('h2', {}, `${letters.length} ${letters.length === 1 ? 'event was' : 'events were'} not delivered`)
    const rows = letters.slice(0, MAX_SHOWN).map((letter) => row(letter, act))
    list.replaceChildren(head, h('ul', { class: 'letters' }, rows))
  }
  const act = async (method: string, path: string, done: string) => {
    try {
      const answer = await ask<{ delivered?: boolean; error?: string }>(method, path, { timeoutMs: TIMEOUT_MS })
      if (answer.delivered === false) throw new Error(`Not delivered again: ${answer.error ?? 'no reason was given'}`)
      notice.say(done)
    } catch (error) {
      notice.fail(error)
    }
    await load().catch((error) => notice.fail(error))
    element.querySelector<HTMLElement>('button')?.focus()
  }
  return { element, load }
}

function row(letter: DeadLetter, act: (method: string, path: string, done: string) => Promise<void>): HTMLElement {
  const { trigger_name, error, event } = letter
  const message = event?.message ?? ''
  const path = `/dead-letters/${part(letter.id)}`
  const button = (text: string, label: string, run: () => Promise<void>) => {
    const made = h(
      'button',
      { type: 'button', class: 'small', 'aria-label': `${label}: ${message}`.slice(0, 200) },
      text,
    )
    made.addEventListener('click', () => {
      made.disabled = true
      void run()
    })
    return made
  }
  return h(
    'li',
    {},
    h('div', {}, h('strong', {}, logText(trigger_name, 128)), ' ', h('span', { class: 'muted' }, letterFacts(letter))),
    h('div', {}, logText(message, 300)),
    error === '' ? null : h('div', { class: 'error' }, logText(error, 300)),
    h(
      'div',
      { class: 'group' },
      button('Send again', 'Send again', () => act('POST', `${path}/retry`, 'Sent again.')),
      button('Delete', 'Delete', () => act('DELETE', path, 'Deleted.')),
    ),
  )
}
