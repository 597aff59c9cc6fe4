/** Log lines as rows that open: time, level, where from, what; inside, the fields with what can be done with each. */
import type { Entry } from '../loki/client.ts'
import { entryTime, type LogLine, readLine } from '../model/logline.ts'
import { formatValue } from '../model/units.ts'
import { copyButton, h } from '../page/dom.ts'
import { details, type FieldActions } from './details.ts'

export interface LogListOptions extends FieldActions {
  readonly isWrapped?: boolean
  readonly hasTime?: boolean
  /** The whole line instead of its message. */
  readonly isRaw?: boolean
  /** Controls that the caller wants beside wrap, raw and copy. */
  readonly controls?: readonly HTMLElement[]
}

export interface LogList {
  readonly element: HTMLElement
  /** Puts newer ones on top, and drops the oldest beyond `keep`. */
  prepend(entries: readonly Entry[], keep: number): void
  /** Opens the entry of that number, and brings it into sight. */
  reveal(index: number): void
}

/** Rows that are made at once; a button makes more. */
const PAGE = 200

export function createLogList(entries: readonly Entry[], options: LogListOptions): LogList {
  const rows = h('div', { class: 'rows', role: 'list' })
  const element = h('div', { class: 'logs' })
  const more = h('button', { type: 'button', class: 'more' })
  const state = { entries: [...entries], shown: 0 }
  const grow = () => {
    const next = state.entries.slice(state.shown, state.shown + PAGE)
    rows.append(...next.map((entry) => row(entry, options)))
    state.shown += next.length
    const rest = state.entries.length - state.shown
    more.hidden = rest <= 0
    more.textContent = `${rest} more lines`
  }
  more.addEventListener('click', grow)
  element.classList.toggle('wrapped', options.isWrapped !== false)
  element.classList.toggle('raw', options.isRaw === true)
  element.classList.toggle('timeless', options.hasTime === false)
  element.append(
    toolbar(element, () => state.entries, options.controls ?? []),
    rows,
    more,
  )
  grow()
  return {
    element,
    prepend(newer, keep) {
      state.entries.unshift(...newer)
      state.entries.length = Math.min(state.entries.length, keep)
      rows.prepend(...newer.map((entry) => row(entry, options)))
      while (rows.childElementCount > keep) rows.lastElementChild!.remove()
      state.shown = rows.childElementCount
      more.hidden = state.entries.length <= state.shown
    },
    reveal(index) {
      while (state.shown <= index && state.shown < state.entries.length) grow()
      const button = rows.children[index]?.querySelector<HTMLElement>('.line')
      if (button?.getAttribute('aria-expanded') === 'false') button.click()
      button?.scrollIntoView({ block: 'center' })
      button?.focus({ preventScroll: true })
    },
  }
}

function toolbar(element: HTMLElement, entries: () => readonly Entry[], controls: readonly HTMLElement[]): HTMLElement {
  const switchFor = (name: string, title: string, label: string) => {
    const button = h(
      'button',
      { type: 'button', class: 'small', title, 'aria-pressed': String(element.classList.contains(name)) },
      label,
    )
    button.addEventListener('click', () => button.setAttribute('aria-pressed', String(element.classList.toggle(name))))
    return button
  }
  return h(
    'div',
    { class: 'log-tools' },
    controls,
    switchFor('wrapped', 'Break long lines', 'Wrap'),
    switchFor('raw', 'The whole line instead of its message', 'Raw'),
    copyButton(
      () =>
        entries()
          .map(({ line }) => line)
          .join('\n'),
      'Copy lines',
    ),
  )
}

function row(entry: Entry, options: LogListOptions): HTMLElement {
  const line = readLine(entry.line, entry.labels)
  const button = h(
    'button',
    { type: 'button', class: 'line', 'aria-expanded': 'false' },
    h(
      'time',
      { title: entryTime(entry.time) },
      h('span', { class: 'day' }, `${entryTime(entry.time).slice(0, 10)} `),
      entryTime(entry.time, true),
    ),
    h('span', { class: 'level' }, line.level),
    h('span', { class: 'origin' }, line.origin),
    h(
      'span',
      { class: 'message' },
      line.message,
      line.took === undefined ? null : h('span', { class: 'took' }, ` ${formatValue(line.took, 'ms')}`),
    ),
    h('span', { class: 'whole' }, line.shown),
  )
  const element = h('div', { class: 'row', role: 'listitem', 'data-level': line.level }, button)
  button.addEventListener('click', () => toggle(element, button, line, entry, options))
  return element
}

function toggle(element: HTMLElement, button: HTMLElement, line: LogLine, entry: Entry, options: LogListOptions): void {
  // A click that ends a selection of text selects, and opens nothing.
  if (getSelection()?.type === 'Range' && element.contains(getSelection()!.anchorNode)) return
  const open = element.querySelector('.details')
  button.setAttribute('aria-expanded', String(open === null))
  if (open === null) element.append(details(line, entry, options))
  else open.remove()
}
