/** The list below the query: what could stand at the cursor. Arrows choose, Enter or Tab takes, Escape closes. */
import { complete, matching, type Wanted, wantedAt } from '../model/completion.ts'
import { h } from '../page/dom.ts'
import type { Words } from './words.ts'

export interface Suggestions {
  readonly element: HTMLElement
  /** Looks again at what is typed. */
  update(): void
  close(): void
  /** Takes keys that are for the list; returns whether it did. */
  handle(event: KeyboardEvent): boolean
}

const MAX_SHOWN = 12
/** The cursor goes elsewhere: what was wanted, is wanted no more. */
const MOVES = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown'])

export function createSuggestions(area: HTMLTextAreaElement, words: Words, changed: () => void): Suggestions {
  const list = h('div', { class: 'suggestions', role: 'listbox', id: 'suggestions', hidden: true })
  const roles = { role: 'combobox', 'aria-controls': 'suggestions', 'aria-autocomplete': 'list' }
  for (const [name, value] of Object.entries(roles)) area.setAttribute(name, value)
  area.addEventListener('pointerdown', () => close())
  let shown: readonly string[] = []
  let wanted: Wanted | undefined
  let chosen = 0
  const close = () => {
    shown = []
    list.hidden = true
    area.setAttribute('aria-expanded', 'false')
  }
  const show = () => {
    list.replaceChildren(...shown.map((word, index) => option(word, index, index === chosen, () => take(word))))
    list.hidden = shown.length === 0
    area.setAttribute('aria-expanded', String(!list.hidden))
    area.setAttribute('aria-activedescendant', optionId(chosen))
    list.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }
  const take = (word: string) => {
    const { text, cursor } = complete(area.value, area.selectionStart, wanted!, word)
    area.value = text
    area.setSelectionRange(cursor, cursor)
    close()
    changed()
  }
  return {
    element: list,
    close,
    async update() {
      const cursor = area.selectionStart
      wanted = wantedAt(area.value, cursor)
      const asked = wanted
      if (asked === undefined) return close()
      const found = await words.find(asked, area.value)
      // Meanwhile more was typed: its own answer comes.
      if (asked !== wanted || document.activeElement !== area) return
      shown = matching(found, asked.typed, MAX_SHOWN).filter((word) => word !== asked.typed)
      chosen = 0
      show()
    },
    handle(event) {
      if (list.hidden) return false
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (step !== 0) {
        chosen = (chosen + step + shown.length) % shown.length
        show()
      } else if (event.key === 'Escape') close()
      else if (MOVES.has(event.key)) {
        close()
        return false
      }
      // Enter runs the query unless something was begun that the list would end.
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey && wanted!.typed !== ''))
        take(shown[chosen])
      else return false
      event.preventDefault()
      return true
    },
  }
}

function option(word: string, index: number, isChosen: boolean, take: () => void): HTMLElement {
  // Before the field loses the focus.
  const onpointerdown = (event: Event) => {
    event.preventDefault()
    take()
  }
  return h('div', { role: 'option', id: optionId(index), 'aria-selected': String(isChosen), onpointerdown }, word)
}

function optionId(index: number): string {
  return `suggestion-${index}`
}
