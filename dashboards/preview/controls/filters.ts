/** Ad-hoc filters: what is chosen as words to take away, and a form for one more. */
import { labelNames, labelValues } from '../loki/client.ts'
import type { Filter } from '../model/dashboard.ts'
import type { TimeRange } from '../model/times.ts'
import { dropdown, h } from '../page/dom.ts'

export interface FilterOptions {
  readonly label: string
  range(): TimeRange
  filters(): readonly Filter[]
  set(filters: readonly Filter[]): void
}

const OPERATORS = ['=', '!=', '=~', '!~', '<', '>']

export function createFilters(options: FilterOptions): { readonly element: HTMLElement; show(): void } {
  const list = h('span', { class: 'chips' })
  const set = (filters: readonly Filter[]) => {
    options.set(filters)
    show()
  }
  const show = () => {
    const filters = options.filters()
    list.replaceChildren(
      ...filters.map((filter, index) => {
        const text = `${filter.key} ${filter.operator} ${filter.value}`
        return h(
          'button',
          {
            type: 'button',
            class: 'chip',
            title: `Take away: ${text}`,
            onclick: () => set(filters.filter((_, at) => at !== index)),
          },
          text,
          h('span', { 'aria-hidden': 'true' }, ' ×'),
        )
      }),
    )
  }
  show()
  const title = 'Only lines whose label or metadata is so'
  const add = dropdown(
    { class: 'select', title, 'aria-label': `Add to ${options.label}` },
    [h('span', { class: 'label' }, options.label), '+'],
    (close) =>
      form(options.range(), (filter) => {
        close()
        set([...options.filters(), filter])
      }),
  )
  return { element: h('div', { class: 'filters' }, add, list), show }
}

function form(range: TimeRange, add: (filter: Filter) => void): HTMLElement {
  const names = h('datalist', { id: 'filter-keys' })
  const values = h('datalist', { id: 'filter-values' })
  const key = h('input', {
    list: 'filter-keys',
    placeholder: 'label or field',
    'aria-label': 'Label or field',
    required: true,
  })
  key.pattern = '[A-Za-z_][A-Za-z0-9_]*'
  const operator = h(
    'select',
    { 'aria-label': 'Operator' },
    OPERATORS.map((each) => h('option', {}, each)),
  )
  const value = h('input', { list: 'filter-values', placeholder: 'value', 'aria-label': 'Value' })
  const options = (list: readonly string[]) => list.slice(0, 500).map((each) => h('option', { value: each }))
  void labelNames(range).then(
    (found) => names.replaceChildren(...options(found)),
    () => {},
  )
  key.addEventListener('change', () => {
    void labelValues(key.value, range).then(
      (found) => values.replaceChildren(...options(found)),
      () => {},
    )
  })
  const submit = (event: Event) => {
    event.preventDefault()
    add({ key: key.value.trim(), operator: operator.value, value: value.value })
  }
  return h(
    'form',
    { class: 'filter-form', onsubmit: submit },
    key,
    operator,
    value,
    names,
    values,
    h('button', { type: 'submit', class: 'primary' }, 'Add'),
  )
}
