/** A graph's legend: names with colours, and the calculations that the panel asks for. */
import type { FieldConfig } from '../model/dashboard.ts'
import { calculationTitle, reduceValues } from '../model/reduce.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'

export interface LegendItem {
  readonly name: string
  readonly color: string
  readonly config: FieldConfig
  readonly values: readonly unknown[]
}

/** `toggle` gives back which are hidden then. */
export function legend(
  items: readonly LegendItem[],
  options: { showLegend?: boolean; displayMode?: string; calcs?: readonly string[] },
  toggle: (index: number, isAlso: boolean) => ReadonlySet<number>,
): HTMLElement | undefined {
  if (options.showLegend === false || options.displayMode === 'hidden') return undefined
  const calcs = options.calcs ?? []
  const isTable = options.displayMode === 'table' && calcs.length > 0
  const entries: HTMLElement[] = []
  const click = (index: number) => (event: Event) => {
    const { ctrlKey, shiftKey, metaKey } = event as MouseEvent
    const hidden = toggle(index, ctrlKey || shiftKey || metaKey)
    for (const [at, entry] of entries.entries()) entry.classList.toggle('off', hidden.has(at))
  }
  const name = (item: LegendItem, index: number) =>
    h(
      'button',
      {
        type: 'button',
        class: 'name',
        title: `${item.name} (click: only this; with Ctrl: without this)`,
        onclick: click(index),
      },
      h('i', { style: { background: item.color } }),
      item.name,
    )
  const value = (item: LegendItem, calc: string) => {
    const { unit, decimals } = item.config
    const result = reduceValues(item.values, calc)
    return result === null ? '' : formatValue(result, calc === 'count' ? 'none' : unit, decimals)
  }
  if (!isTable) {
    entries.push(
      ...items.map((item, index) =>
        h(
          'li',
          {},
          name(item, index),
          ...calcs.map((calc) => h('span', { class: 'calc' }, `${calculationTitle(calc)}: ${value(item, calc)}`)),
        ),
      ),
    )
    return h('ul', { class: 'legend' }, entries)
  }
  entries.push(
    ...items.map((item, index) =>
      h('tr', {}, h('th', { scope: 'row' }, name(item, index)), ...calcs.map((calc) => h('td', {}, value(item, calc)))),
    ),
  )
  const head = h(
    'tr',
    {},
    h('th', {}, 'Name'),
    ...calcs.map((calc) => h('th', { class: 'number' }, calculationTitle(calc))),
  )
  return h('div', { class: 'legend as-table' }, h('table', {}, h('thead', {}, head), h('tbody', {}, entries)))
}
