/** Events as rows that open: when, how loud, where, what found it, what it says; inside, all there is, and where it leads. */
import { entryTime } from '../model/logline.ts'
import { copyButton, h } from '../page/dom.ts'
import { logText } from './logtext.ts'
import { type EventFacts, eventFacts, eventNanos } from './model/eventfacts.ts'
import { lokiLinks, makeLinks } from './model/links.ts'
import type { EventJson } from './model/shapes.ts'

export interface EventRows {
  readonly element: HTMLElement
  /** Newest first. `keep`: no more rows than that. */
  prepend(events: readonly EventJson[], keep: number): void
  append(events: readonly EventJson[]): void
  clear(): void
}

/** `hasLoki`: Explore and Trace have somebody to ask. */
export function createEventRows(hasLoki: () => boolean): EventRows {
  const element = h('div', { class: 'rows', role: 'list', 'aria-label': 'Events, the newest first' })
  const rows = (events: readonly EventJson[]) => events.map((event) => createRow(event, hasLoki))
  return {
    element,
    prepend(events, keep) {
      element.prepend(...rows(events))
      while (element.childElementCount > keep) dropLast(element)
    },
    append: (events) => element.append(...rows(events)),
    clear: () => element.replaceChildren(),
  }
}

/** Who reads the last row reads on above it, not at the top of the page. */
function dropLast(element: HTMLElement): void {
  const last = element.lastElementChild!
  if (last.contains(document.activeElement)) last.previousElementSibling?.querySelector<HTMLElement>('.line')?.focus()
  last.remove()
}

function createRow(event: EventJson, hasLoki: () => boolean): HTMLElement {
  const facts = eventFacts(event)
  const nanos = eventNanos(event.time)
  const button = h(
    'button',
    { type: 'button', class: 'line', 'aria-expanded': 'false' },
    h(
      'time',
      { title: event.time },
      h('span', { class: 'day' }, `${entryTime(nanos).slice(0, 10)} `),
      entryTime(nanos, true).slice(0, 8),
    ),
    h('span', { class: 'level' }, event.severity),
    h('span', { class: 'origin' }, logText(facts.origin, 80)),
    h('span', { class: 'by' }, logText(facts.by, 80)),
    h('span', { class: 'message' }, logText(event.message, 500)),
  )
  const row = h('div', { class: 'row', role: 'listitem', 'data-level': event.severity, 'data-seq': event.seq }, button)
  button.addEventListener('click', () => {
    // A click that ends a selection of text selects, and opens nothing.
    if (getSelection()?.type === 'Range' && row.contains(getSelection()!.anchorNode)) return
    const open = row.querySelector('.details')
    button.setAttribute('aria-expanded', String(open === null))
    if (open === null) row.append(details(event, facts, hasLoki()))
    else open.remove()
  })
  return row
}

function details(event: EventJson, { fields, captures }: EventFacts, hasLoki: boolean): HTMLElement {
  const links = [...(hasLoki ? lokiLinks(event) : []), ...makeLinks(event)]
  const table = (rows: readonly (readonly [string, string])[]) =>
    h(
      'table',
      { class: 'fields' },
      h(
        'tbody',
        {},
        rows.map(([name, value]) =>
          h('tr', {}, h('th', { scope: 'row' }, logText(name, 128)), h('td', {}, logText(value, 20_000))),
        ),
      ),
    )
  return h(
    'div',
    { class: 'details' },
    h(
      'div',
      { class: 'details-head' },
      h('strong', {}, 'Message'),
      copyButton(() => event.message, 'Copy'),
    ),
    h('pre', { dir: 'ltr' }, logText(event.message, 20_000)),
    h(
      'nav',
      { class: 'group', 'aria-label': 'Where this event leads' },
      links.map(({ title, href }) => h('a', { class: 'button', href }, logText(title, 80))),
    ),
    captures.length === 0 ? null : [h('strong', {}, 'Captures'), table(captures)],
    h('strong', {}, 'Event'),
    table(fields),
  )
}
