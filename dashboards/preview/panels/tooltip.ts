/** The box beside the pointer: the time, what each series has there, and annotations near it. */
import type uPlot from 'uplot'
import { clockText } from '../model/times.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'
import type { PanelContext } from './panel.ts'
import type { Line } from './series.ts'

/** More would hide the graph. */
const MAX_ROWS = 12
const MAX_NEAR = 3
const NEAR_PX = 6
const GAP_PX = 12
const EDGE_PX = 8

export function tooltip(
  { panel, annotations }: PanelContext,
  lines: readonly Line[],
  raw: readonly (readonly (number | null)[])[],
  hidden: ReadonlySet<number>,
) {
  const { mode = 'multi', sort = 'desc' } = panel.options?.['tooltip'] ?? {}
  const box = h('div', { class: 'tooltip', hidden: true, role: 'status' })
  document.body.append(box)
  const rowsAt = (plot: uPlot, at: number) => {
    const rows = lines
      .map((line, index) => ({ ...line, index, value: raw[index + 1][at] }))
      .filter(({ index, value }) => value !== null && value !== undefined && !hidden.has(index))
    if (sort !== 'none') rows.sort((a, b) => (sort === 'asc' ? a.value! - b.value! : b.value! - a.value!))
    if (mode !== 'single' || rows.length < 2) return rows
    const y = plot.cursor.top ?? 0
    const distance = (row: { index: number }) => {
      const { scale } = plot.series[row.index + 1]
      return Math.abs(plot.valToPos(Number(plot.data[row.index + 1][at]), scale!) - y)
    }
    return [rows.reduce((a, b) => (distance(b) < distance(a) ? b : a))]
  }
  return {
    move(plot: uPlot) {
      const { idx, left = -1 } = plot.cursor
      const near = annotations.filter(({ time }) => Math.abs(plot.valToPos(time, 'x') - left) < NEAR_PX)
      const rows = idx === null || idx === undefined || left < 0 ? [] : rowsAt(plot, idx)
      box.hidden = mode === 'none' || left < 0 || (rows.length === 0 && near.length === 0)
      if (box.hidden) return
      box.replaceChildren(
        h('b', {}, clockText(raw[0][idx!] as number)),
        ...near.slice(0, MAX_NEAR).map(({ title, color }) => rowOf(color, title)),
        ...rows
          .slice(0, MAX_ROWS)
          .map(({ name, color, value, config }) =>
            rowOf(color, name, formatValue(value, config.unit, config.decimals)),
          ),
        ...(rows.length > MAX_ROWS ? [h('p', { class: 'muted' }, `… and ${rows.length - MAX_ROWS} more`)] : []),
      )
      place(box, plot)
    },
    remove: () => box.remove(),
  }
}

function rowOf(color: string, name: string, value?: string): HTMLElement {
  const mark = h('i', { style: { background: color } })
  return h('p', {}, mark, h('span', {}, name), value === undefined ? null : h('b', {}, value))
}

/** Beside the pointer, on the side where there is room. */
function place(box: HTMLElement, { over, cursor: { left = 0, top = 0 } }: uPlot): void {
  const corner = over.getBoundingClientRect()
  const x = corner.left + left
  const isRight = x + GAP_PX + box.offsetWidth <= document.documentElement.clientWidth - EDGE_PX
  const y = Math.min(corner.top + top + GAP_PX, innerHeight - box.offsetHeight - EDGE_PX)
  box.style.left = `${Math.max(EDGE_PX, isRight ? x + GAP_PX : x - GAP_PX - box.offsetWidth)}px`
  box.style.top = `${Math.max(EDGE_PX, y)}px`
}
