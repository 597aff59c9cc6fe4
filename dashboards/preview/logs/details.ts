/** The inside of a log row: the line made readable, and its fields with what can be done with each. */
import type { Entry } from '../loki/client.ts'
import { entryTime, ID_FIELDS, type LogLine, prettyLine } from '../model/logline.ts'
import { copyButton, h } from '../page/dom.ts'

export interface FieldActions {
  /** Where to follow an id. */
  traceUrl?(id: string): string
  /** Only lines whose field is so, or none of them. */
  filter?(name: string, value: string, isWanted: boolean): void
}

export function details(line: LogLine, entry: Entry, actions: FieldActions): HTMLElement {
  const rows = [...line.fields].map(([name, value]) => fieldRow(name, value, entry.labels.has(name), actions))
  const stack = line.fields.get('stack')
  return h(
    'div',
    { class: 'details' },
    h(
      'div',
      { class: 'details-head' },
      h('span', { class: 'muted' }, entryTime(entry.time)),
      copyButton(() => line.line, 'Copy line'),
    ),
    stack === undefined ? null : h('pre', { class: 'stack' }, stack),
    rows.length === 0 ? null : h('table', { class: 'fields' }, h('tbody', {}, rows)),
    h('details', {}, h('summary', {}, 'The line'), h('pre', {}, prettyLine(line.line))),
  )
}

function fieldRow(name: string, value: string, isLabel: boolean, { traceUrl, filter }: FieldActions): HTMLElement {
  const isId = ID_FIELDS.has(name) && traceUrl !== undefined
  const act = (label: string, title: string, isWanted: boolean) =>
    h(
      'button',
      { type: 'button', class: 'small', title, 'aria-label': title, onclick: () => filter!(name, value, isWanted) },
      label,
    )
  const canFilter = filter !== undefined && isLabel
  return h(
    'tr',
    {},
    h(
      'td',
      { class: 'acts' },
      copyButton(() => value, '⧉', `Copy ${name}`),
      canFilter ? act('+', `Only lines with ${name}=${value}`, true) : null,
      canFilter ? act('−', `No lines with ${name}=${value}`, false) : null,
    ),
    h('th', { scope: 'row' }, name),
    h('td', {}, isId ? h('a', { href: traceUrl(value), title: `Follow ${value}` }, value) : value),
  )
}
