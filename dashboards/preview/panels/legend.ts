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

/** `toggle` changes what is in `hidden`. */
export function legend(
  items: readonly LegendItem[],
  options: { showLegend?: boolean; displayMode?: string; calcs?: readonly string[] },
  hidden: ReadonlySet<number>,
  toggle: (index: number, isAlso: boolean) => void,
): HTMLElement | undefined {
  if (options.showLegend === false || options.displayMode === 'hidden') return undefined
  const calcs = options.calcs ?? []
  const isTable = options.displayMode === 'table' && calcs.length > 0
  const entries = items.map((item, index) => {
    const name = nameButton(item, (isAlso) => {
      toggle(index, isAlso)
      mark()
    })
    return isTable ? tableEntry(item, name, calcs) : listEntry(item, name, calcs)
  })
  const mark = () => {
    for (const [at, entry] of entries.entries()) entry.classList.toggle('off', hidden.has(at))
  }
  mark()
  if (!isTable) return h('ul', { class: 'legend' }, entries)
  const titles = calcs.map((calc) => h('th', { class: 'number' }, calculationTitle(calc)))
  const head = h('thead', {}, h('tr', {}, h('th', {}, 'Name'), titles))
  return h('div', { class: 'legend as-table' }, h('table', {}, head, h('tbody', {}, entries)))
}

function nameButton({ name, color }: LegendItem, choose: (isAlso: boolean) => void): HTMLElement {
  const onclick = ({ ctrlKey, shiftKey, metaKey }: MouseEvent) => choose(ctrlKey || shiftKey || metaKey)
  const title = `${name} (click: only this; with Ctrl: without this)`
  return h('button', { type: 'button', class: 'name', title, onclick }, h('i', { style: { background: color } }), name)
}

function listEntry(item: LegendItem, name: HTMLElement, calcs: readonly string[]): HTMLElement {
  const values = calcs.map((calc) =>
    h('span', { class: 'calc' }, `${calculationTitle(calc)}: ${calculated(item, calc)}`),
  )
  return h('li', {}, name, values)
}

function tableEntry(item: LegendItem, name: HTMLElement, calcs: readonly string[]): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, name),
    calcs.map((calc) => h('td', {}, calculated(item, calc))),
  )
}

function calculated({ values, config }: LegendItem, calc: string): string {
  const result = reduceValues(values, calc)
  return result === null ? '' : formatValue(result, calc === 'count' ? 'none' : config.unit, config.decimals)
}
