/** Tables: sorted by a click on a column, values in their unit, with colours, bars and links in cells. */
import { ink, valueColour } from '../model/colours.ts'
import type { FieldConfig } from '../model/dashboard.ts'
import { displayName, type Field, type Frame, lengthOf } from '../model/frame.ts'
import { sortRows } from '../model/rows.ts'
import { clockText } from '../model/times.ts'
import { h } from '../page/dom.ts'
import { linked } from './linked.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { shownText } from './values.ts'

/** Letters that no column is to be as wide as. */
const LONG = 32
/** Rows that are made at once; a button makes more. */
const PAGE = 100

interface Sorting {
  readonly field: string
  readonly desc: boolean
}

export function drawTable(context: PanelContext): Drawn {
  const frame = frameOf(context)
  if (frame === undefined || lengthOf(frame) === 0) return { element: h('div'), isEmpty: true }
  const element = h('div', {
    class: 'table',
    tabindex: '0',
    role: 'region',
    'aria-label': context.panel.title ?? 'Table',
  })
  const saved = context.panel.options?.['sortBy']?.[0]
  const first = saved === undefined ? undefined : { field: saved.displayName, desc: saved.desc === true }
  let sorting = (context.memory.get('sorting') as Sorting | undefined) ?? first
  let shown = PAGE
  const redraw = () => {
    const sorted = sorting === undefined ? frame : sortRows(frame, [sorting])
    const sortBy = (field: string) => {
      sorting = { field, desc: sorting?.field === field ? !sorting.desc : true }
      context.memory.set('sorting', sorting)
      redraw()
      element.querySelector<HTMLElement>('[aria-sort] button')?.focus()
    }
    const rest = lengthOf(frame) - shown
    const more = () => {
      shown += PAGE * 5
      redraw()
    }
    element.replaceChildren(
      table(sorted, context, sorting, sortBy, shown),
      rest > 0 ? h('button', { type: 'button', class: 'more', onclick: more }, `${rest} more rows`) : '',
    )
  }
  redraw()
  return { element }
}

function frameOf({ frames, panel }: PanelContext): Frame | undefined {
  const filled = frames.filter((frame) => lengthOf(frame) > 0)
  return filled[panel.options?.['frameIndex'] ?? 0] ?? filled[0]
}

function table(
  frame: Frame,
  context: PanelContext,
  sorting: Sorting | undefined,
  sortBy: (field: string) => void,
  shown: number,
) {
  const columns = frame.fields.filter(({ config, type }) => config?.custom?.['hidden'] !== true && type !== 'other')
  const head = columns.map((field) => {
    const name = displayName(field, frame)
    const order = sorting?.field !== name ? undefined : sorting.desc ? 'descending' : 'ascending'
    const arrow = order === undefined ? '' : order === 'descending' ? ' ↓' : ' ↑'
    const sort = h('button', { type: 'button', title: `Sort by ${name}`, onclick: () => sortBy(name) }, name, arrow)
    return h('th', { scope: 'col', class: alignOf(field), 'aria-sort': order, style: widthOf(field) }, sort)
  })
  const scales = columns.map((field) => scaleOf(field))
  const body: HTMLElement[] = []
  for (let row = 0; row < Math.min(shown, lengthOf(frame)); row++) {
    body.push(
      h(
        'tr',
        {},
        columns.map((field, index) => cell(field, row, frame, context, scales[index])),
      ),
    )
  }
  return h('table', {}, h('thead', {}, h('tr', {}, head)), h('tbody', {}, body))
}

function alignOf(field: Field): string {
  const wanted = field.config?.custom?.['align']
  if (wanted === 'left' || wanted === 'center' || wanted === 'right') return wanted
  return field.type === 'number' ? 'right' : 'left'
}

function widthOf({ config }: Field): Record<string, string> {
  const width = Number(config?.custom?.['width'])
  return width > 0 ? { width: `${width}px` } : {}
}

interface Scale {
  readonly min: number
  readonly max: number
}

function scaleOf({ values, config = {} }: Field): Scale {
  let [min, max] = [0, 0]
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min: config.min ?? min, max: config.max ?? max }
}

function cell(field: Field, row: number, frame: Frame, { links }: PanelContext, { min, max }: Scale): HTMLElement {
  const { config = {} } = field
  const value = field.values[row]
  const text = cellText(field, value, config)
  const options = config.custom?.['cellOptions'] ?? { type: config.custom?.['displayMode'] ?? 'auto' }
  const tint = valueColour(value, config, 0, min, max)
  const style: Record<string, string> = {}
  if (options.type === 'color-text') style['color'] = ink(tint)
  const isFilled = options.type === 'color-background' && (value ?? null) !== null
  if (isFilled) style['background'] = tint
  const part = typeof value === 'number' && max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0
  const gauge =
    options.type === 'gauge' || String(options.type).endsWith('gauge')
      ? h('span', { class: 'gauge' }, h('i', { style: { width: `${part * 100}%`, background: tint } }))
      : null
  return h(
    'td',
    { class: `${alignOf(field)}${isFilled ? ' filled' : ''}${text.length > LONG ? ' long' : ''}`, style, title: text },
    gauge,
    linked(text, text === '' ? [] : links(field, row, frame)),
  )
}

function cellText(field: Field, value: unknown, config: FieldConfig): string {
  if (field.type === 'time' && config.unit === undefined && typeof value === 'number') return clockText(value)
  return shownText(value, config)
}
