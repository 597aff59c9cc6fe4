/** The list below the query: what could stand at the cursor. Arrows choose, Enter or Tab takes, Escape closes. */
import { matching, type Wanted, wantedAt } from '../model/completion.ts'
import { quote } from '../model/logql.ts'
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

export function createSuggestions(area: HTMLTextAreaElement, words: Words, changed: () => void): Suggestions {
  const list = h('div', { class: 'suggestions', role: 'listbox', id: 'suggestions', hidden: true })
  area.setAttribute('role', 'combobox')
  area.setAttribute('aria-controls', 'suggestions')
  area.setAttribute('aria-autocomplete', 'list')
  let shown: readonly string[] = []
  let wanted: Wanted | undefined
  let chosen = 0
  const close = () => {
    shown = []
    list.hidden = true
    area.setAttribute('aria-expanded', 'false')
  }
  const show = () => {
    list.replaceChildren(
      ...shown.map((word, index) =>
        h(
          'div',
          {
            role: 'option',
            id: `suggestion-${index}`,
            'aria-selected': String(index === chosen),
            // Before the field loses the focus.
            onpointerdown: (event: Event) => {
              event.preventDefault()
              take(word)
            },
          },
          word,
        ),
      ),
    )
    list.hidden = shown.length === 0
    area.setAttribute('aria-expanded', String(!list.hidden))
    area.setAttribute('aria-activedescendant', `suggestion-${chosen}`)
    list.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }
  const take = (word: string) => {
    const { text, cursor } = insert(area.value, area.selectionStart, wanted!, word)
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
      // Enter runs the query unless something was begun that the list would end.
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey && wanted!.typed !== ''))
        take(shown[chosen])
      else return false
      event.preventDefault()
      return true
    },
  }
}

/** Values come in quotes, functions with their parenthesis. */
export function insert(
  text: string,
  cursor: number,
  { kind, from }: Wanted,
  word: string,
): { text: string; cursor: number } {
  const rest = text.slice(cursor)
  const isQuoted = kind === 'value' && /^["`]/.test(rest)
  let written = word
  if (kind === 'value') written = isQuoted ? quote(word).slice(0, -1) : quote(word)
  if (kind === 'function' && !rest.startsWith('(')) written = `${word}(`
  const end = from + written.length + (isQuoted ? 1 : 0)
  return { text: text.slice(0, from) + written + rest, cursor: end }
}
