/** What can be done with a row, below a ⋯ at its end; and the table's head above all rows. */
import { dropdown, h } from '../page/dom.ts'

export interface RowAction {
  readonly text: string
  run(): void
}

/** `direct`: buttons of their own, before the menu. `name`: of what the row is about. */
export function rowActions(name: string, direct: readonly RowAction[], inMenu: readonly RowAction[]): HTMLElement {
  const menu = dropdown({ class: 'plain', 'aria-label': `What to do with ${name}` }, ['⋯'], (close) =>
    h(
      'div',
      { class: 'link-list' },
      inMenu.map(({ text, run }) => {
        const choose = () => {
          close()
          // What opens now gives the focus back to the menu's button: the item is gone by then.
          menu.querySelector('button')?.focus()
          run()
        }
        return h('button', { type: 'button', class: 'item', onclick: choose }, text)
      }),
    ),
  )
  const buttons = direct.map(({ text, run }) =>
    h('button', { type: 'button', class: 'small', onclick: run, 'aria-label': `${text}: ${name}` }, text),
  )
  return h('div', { class: 'row-actions' }, buttons, menu)
}

/** The column of actions has a name only for who cannot see that it has none. */
export function tableHead(columns: readonly string[], numbers: ReadonlySet<string>): HTMLElement {
  const cells = columns.map((name) =>
    h(
      'th',
      { scope: 'col', class: numbers.has(name) ? 'number' : undefined },
      name === 'Actions' ? h('span', { class: 'unseen' }, name) : name,
    ),
  )
  return h('thead', {}, h('tr', {}, cells))
}

/** A table that is made anew takes the focus with it: what had it gets it back, or else the view's content does. */
export function keepFocus(list: HTMLElement, draw: () => void): void {
  const active = document.activeElement
  const row = active instanceof HTMLElement && list.contains(active) ? active.closest<HTMLElement>('tr[data-id]') : null
  const places = (each: HTMLElement) => [...each.querySelectorAll<HTMLElement>('button, input, a')]
  const index = row === null ? -1 : places(row).indexOf(active as HTMLElement)
  draw()
  if (row === null) return
  const rows = [...list.querySelectorAll<HTMLElement>('tr[data-id]')]
  const same = rows.find((each) => each.dataset['id'] === row.dataset['id'])
  const place = same === undefined ? undefined : places(same)[index]
  if (place === undefined) document.getElementById('main')?.focus()
  else place.focus()
}
