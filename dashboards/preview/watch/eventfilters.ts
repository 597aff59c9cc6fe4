/** Which events are shown. The choice is in the address: a link shows what you see. */

import { debounce, h } from '../page/dom.ts'
import { here, setParams } from '../page/route.ts'
import { shownText } from './logtext.ts'
import { EVENT_NAMES, EVENT_SOURCES, SEVERITIES } from './model/eventfilter.ts'

export interface EventFilters {
  readonly element: HTMLElement
  suggest(workloads: readonly string[], rules: readonly (readonly [id: string, name: string])[]): void
}

const TYPING_MS = 350

export function createEventFilters(changed: () => void): EventFilters {
  const { params } = here()
  const set = (name: string, values: readonly string[]) => {
    setParams({ [name]: values }, false)
    changed()
  }
  const select = (
    name: string,
    label: string,
    any: string,
    options: readonly (readonly [value: string, title: string])[],
  ) => {
    const all = [['', any] as const, ...options]
    const element = h(
      'select',
      { 'aria-label': label, onchange: () => set(name, element.value === '' ? [] : [element.value]) },
      all.map(([value, title]) => h('option', { value, selected: value === (params.get(name) ?? '') }, title)),
    )
    return element
  }
  const workloads = h('datalist', { id: 'known-workload' })
  const chosen = params.get('rule') ?? ''
  const rule = select('rule', 'Rule', 'any rule', chosen === '' ? [] : [[chosen, chosen]])
  const input = (name: string, label: string, placeholder: string, hasList: boolean) => {
    const type = async () => set(name, element.value.trim() === '' ? [] : [element.value.trim()])
    const props = { type: 'search', 'aria-label': label, placeholder, spellcheck: 'false', autocomplete: 'off' }
    const element = h('input', {
      ...props,
      list: hasList ? `known-${name}` : undefined,
      value: params.get(name) ?? '',
      oninput: debounce(TYPING_MS, type),
    })
    return element
  }
  return {
    element: h(
      'div',
      { class: 'group view-filters', role: 'group', 'aria-label': 'Which events' },
      severities(params.getAll('severity'), (chosen) => set('severity', chosen)),
      select('event', 'What happened', 'anything', EVENT_NAMES),
      select('source', 'Found by', 'by rules and patterns', EVENT_SOURCES),
      input('workload', 'Workload', 'workload', true),
      rule,
      input('q', 'Text in the message', 'text in the message', false),
      workloads,
    ),
    suggest(knownWorkloads, rules) {
      workloads.replaceChildren(...knownWorkloads.map((value) => h('option', { value })))
      const now = rule.value
      // The events of a rule that is gone can still be looked for.
      const all = new Map([['', 'any rule'], ...(now === '' ? [] : [[now, now] as const]), ...rules])
      rule.replaceChildren(
        ...[...all].map(([value, title]) => h('option', { value, selected: value === now }, shownText(title, 60))),
      )
    },
  }
}

/** Any of them; none: all. */
function severities(chosen: readonly string[], set: (chosen: readonly string[]) => void): HTMLElement {
  const boxes = SEVERITIES.map((value) => {
    const input = h('input', { type: 'checkbox', value, onchange: () => set(read()) })
    input.checked = chosen.includes(value)
    return { input, label: h('label', { class: 'check', 'data-severity': value }, input, value) }
  })
  const read = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value)
  return h(
    'div',
    { class: 'checks', role: 'group', 'aria-label': 'Severities' },
    boxes.map(({ label }) => label),
  )
}
