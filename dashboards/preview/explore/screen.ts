/** Where Explore shows what it found: a line on how it went, the volume, the result. Pictures that are replaced end. */
import { AskError } from '../loki/client.ts'
import { h } from '../page/dom.ts'
import type { Drawn } from '../panels/panel.ts'

export interface Screen {
  readonly element: HTMLElement
  say(text: string): void
  volume(drawn: Drawn | undefined): void
  result(drawn: Drawn): void
  fail(error: unknown): void
  clear(): void
}

export function createScreen(): Screen {
  const status = h('p', { class: 'muted status', role: 'status' })
  const volume = h('div', { class: 'volume' })
  const result = h('div', { class: 'result' })
  const shown = new Map<HTMLElement, Drawn>()
  const put = (place: HTMLElement, drawn: Drawn | undefined) => {
    shown.get(place)?.destroy?.()
    shown.delete(place)
    if (drawn !== undefined) shown.set(place, drawn)
    place.replaceChildren(...(drawn === undefined ? [] : [drawn.element]))
  }
  const say = (text: string) => {
    status.textContent = text
  }
  return {
    element: h('div', { class: 'sheet' }, status, volume, result),
    say,
    volume: (drawn) => put(volume, drawn),
    result: (drawn) => put(result, drawn),
    fail(error) {
      say('')
      put(volume, undefined)
      const text = error instanceof AskError ? error.message : String(error)
      put(result, { element: h('pre', { class: 'error', role: 'alert' }, text) })
    },
    clear() {
      put(volume, undefined)
      put(result, undefined)
    },
  }
}
