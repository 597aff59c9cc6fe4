/** The field for a LogQL query: coloured as it is typed, with a list of what could stand at the cursor. */
import { tokenize } from '../model/logql.ts'
import { h } from '../page/dom.ts'
import { createSuggestions } from './suggestions.ts'
import type { Words } from './words.ts'

export interface Editor {
  readonly element: HTMLElement
  readonly text: string
  set(text: string): void
}

/** `run`: Enter; with Shift it makes a line. */
export function createEditor(text: string, words: Words, run: () => void): Editor {
  const colours = h('pre', { class: 'colours', 'aria-hidden': 'true' })
  const area = h('textarea', {
    rows: '1',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    'aria-label': 'LogQL query',
    placeholder: '{service="api"} |= "timeout"',
  })
  const paint = () => {
    const spans = tokenize(area.value).map(({ kind, text: token }) =>
      kind === 'space' ? token : h('span', { class: `lq-${kind}` }, token),
    )
    colours.replaceChildren(...spans, '\n')
  }
  const suggestions = createSuggestions(area, words, paint)
  area.value = text
  area.addEventListener('input', () => {
    paint()
    suggestions.update()
  })
  area.addEventListener('keydown', (event) => {
    if (suggestions.handle(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      suggestions.close()
      run()
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault()
      suggestions.update()
    }
  })
  area.addEventListener('blur', () => suggestions.close())
  paint()
  return {
    element: h('div', { class: 'editor' }, colours, area, suggestions.element),
    get text() {
      return area.value
    },
    set(next) {
      area.value = next
      paint()
    },
  }
}
