/** A menu of values to choose from, with a search, for one value or several. */
import { dropdown, h } from '../page/dom.ts'

export interface SelectOptions {
  readonly label: string
  readonly title?: string | undefined
  readonly isMulti: boolean
  readonly hasAll: boolean
  options(): readonly string[]
  /** '$__all' for all. */
  chosen(): readonly string[]
  choose(values: readonly string[]): void
}

const ALL = '$__all'
/** More rows than anyone scrolls through: the search finds the others. */
const MAX_SHOWN = 300

export function selectText(chosen: readonly string[]): string {
  if (chosen.includes(ALL)) return 'All'
  if (chosen.length === 0) return 'none'
  const names = chosen.map((value) => (value === '' ? '(empty)' : value))
  return names.length <= 2 ? names.join(' + ') : `${names.slice(0, 2).join(' + ')} + ${names.length - 2} more`
}

export function createSelect(options: SelectOptions): { readonly element: HTMLElement; show(): void } {
  const text = h('span', { class: 'value' })
  const show = () => {
    text.textContent = selectText(options.chosen())
  }
  show()
  const menu = dropdown(
    { class: 'select', title: options.title },
    [h('span', { class: 'label' }, options.label), text],
    (close) => box(options, close, show),
  )
  return { element: menu, show }
}

function box(options: SelectOptions, close: () => void, show: () => void): HTMLElement {
  const search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': `Search ${options.label}` })
  const list = h('div', { class: 'options', role: 'listbox', 'aria-multiselectable': String(options.isMulti) })
  const set = (values: readonly string[]) => {
    options.choose(values)
    show()
    if (options.isMulti) fill()
    else close()
  }
  const toggle = (value: string) => {
    if (!options.isMulti || value === ALL) return set([value])
    const others = options.chosen().filter((each) => each !== ALL)
    const next = others.includes(value) ? others.filter((each) => each !== value) : [...others, value]
    set(next.length > 0 || !options.hasAll ? next : [ALL])
  }
  const row = (value: string, title: string) => {
    const isChosen = options.chosen().includes(value)
    return h(
      'button',
      {
        type: 'button',
        class: 'item',
        role: 'option',
        'aria-selected': String(isChosen),
        onclick: () => toggle(value),
      },
      h('span', { class: 'tick', 'aria-hidden': 'true' }, isChosen ? '✓' : ''),
      title,
    )
  }
  const fill = () => {
    const focused = document.activeElement?.textContent
    const wanted = search.value.toLowerCase()
    const known = [...new Set([...options.options(), ...options.chosen().filter((value) => value !== ALL)])]
    const found = known.filter((value) => value.toLowerCase().includes(wanted))
    list.replaceChildren(
      ...(options.hasAll && wanted === '' ? [row(ALL, 'All')] : []),
      ...found.slice(0, MAX_SHOWN).map((value) => row(value, value === '' ? '(empty)' : value)),
      ...(found.length > MAX_SHOWN
        ? [h('p', { class: 'muted' }, `${found.length - MAX_SHOWN} more: search for them`)]
        : []),
      ...(found.length === 0 ? [h('p', { class: 'muted' }, 'Nothing found')] : []),
    )
    // The row that was clicked keeps the focus although it was made anew.
    const same = [...list.querySelectorAll('button')].find(
      (each) => each.textContent?.replace('✓', '') === focused?.replace('✓', ''),
    )
    same?.focus()
  }
  search.addEventListener('input', fill)
  const element = h('div', { class: 'select-box' }, search, list)
  element.addEventListener('keydown', (event) => moveFocus(event, element))
  fill()
  return element
}

/** Up and down go through the rows. */
export function moveFocus(event: KeyboardEvent, box: HTMLElement): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const places = [...box.querySelectorAll<HTMLElement>('input, button')]
  const at = places.indexOf(document.activeElement as HTMLElement)
  places[Math.min(places.length - 1, Math.max(0, at + step))]?.focus()
  event.preventDefault()
}
