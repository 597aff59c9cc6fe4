/** What can be done with a panel: see it large, its queries, its data; take them to Explore or into a file. */
import type { DataLink, Panel } from '../model/dashboard.ts'
import { displayName, type Frame, lengthOf } from '../model/frame.ts'
import { joinByField } from '../model/join.ts'
import type { RawRange } from '../model/times.ts'
import { copyButton, dropdown, h } from '../page/dom.ts'
import { go, here, setParams } from '../page/route.ts'

export interface MenuSubject {
  readonly element: HTMLElement
  /** The time range, as it was chosen. */
  raw(): RawRange | undefined
  /** With its variables filled in. */
  text(text: string): string
  /** As they are drawn. */
  frames(): readonly Frame[]
  /** As they were asked. */
  queries(): readonly string[]
}

export function panelMenu(panel: Panel, subject: MenuSubject): HTMLElement {
  return dropdown({ class: 'plain', 'aria-label': `Menu of ${panel.title ?? 'panel'}` }, ['⋯'], (close) => {
    const item = (title: string, run: () => void) =>
      h(
        'button',
        {
          type: 'button',
          class: 'item',
          onclick: () => {
            close()
            run()
          },
        },
        title,
      )
    const queries = subject.queries()
    const isFull = here().params.get('viewPanel') === String(panel.id)
    return h(
      'div',
      { class: 'link-list' },
      panel.id === undefined
        ? null
        : item(isFull ? 'Back to all panels' : 'See it large', () => viewFull(panel, subject.element, isFull)),
      queries.length === 0 ? null : item('Explore its query', () => explore(queries[0], subject.raw())),
      queries.length === 0 ? null : item('Queries', () => showText('Queries', queries.join('\n\n'))),
      ...linksOf(panel).map(({ title = '', url = '' }) =>
        h('a', { class: 'item', href: subject.text(url) }, subject.text(title)),
      ),
      item('Data as CSV', () => showText('Data', csv(subject.frames()))),
    )
  })
}

/** Of the panel, and of its fields where they are no value's own. */
function linksOf({ links = [], fieldConfig }: Panel): readonly DataLink[] {
  const ofFields = (fieldConfig?.defaults?.links ?? []).filter(
    ({ url = '' }) => !/__(?:value|data|field|series)/.test(url),
  )
  return [...links, ...ofFields]
}

function viewFull(panel: Panel, element: HTMLElement, isFull: boolean): void {
  setParams({ viewPanel: isFull ? undefined : String(panel.id) })
  element.dispatchEvent(new Event('viewpanel', { bubbles: true }))
}

function explore(query: string, raw: RawRange = { from: 'now-1h', to: 'now' }): void {
  const { from, to } = raw
  go(`/explore?${new URLSearchParams({ query, from, to })}`)
}

function showText(title: string, text: string): void {
  const dialog = h('dialog', { 'aria-label': title, onclose: () => dialog.remove() })
  const close = h('button', { type: 'button', onclick: () => dialog.close() }, 'Close')
  dialog.append(
    h(
      'header',
      {},
      h('h2', {}, title),
      copyButton(() => text),
      close,
    ),
    h('pre', { tabindex: '0' }, text),
  )
  document.body.append(dialog)
  dialog.showModal()
}

/** One table: series side by side at their times, other frames below one another. A value that a spreadsheet would run as a formula gets a ' before it. */
export function csv(frames: readonly Frame[]): string {
  const areSeries =
    frames.length > 1 && frames.every(({ fields, isLogs }) => isLogs !== true && fields[0]?.type === 'time')
  return (areSeries ? joinByField(frames) : frames)
    .map((frame) => {
      const rows = [frame.fields.map((field) => displayName(field, frame))]
      for (let row = 0; row < lengthOf(frame); row++) rows.push(frame.fields.map(({ values }) => cell(values[row])))
      return rows.map((each) => each.map(quoted).join(',')).join('\n')
    })
    .join('\n\n')
}

function cell(value: unknown): string {
  if (value instanceof Map) return JSON.stringify(Object.fromEntries(value))
  const text = String(value ?? '')
  return typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
