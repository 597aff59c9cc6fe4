/** The box beside the pointer: the time, what each series has there, and annotations near it. */
import type uPlot from 'uplot'
import { clockText } from '../model/times.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'
import type { PanelContext } from './panel.ts'
import type { Line } from './series.ts'

/** More would hide the graph. */
const MAX_ROWS = 12
const NEAR_PX = 6

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
      const { idx, left = -1, top = -1 } = plot.cursor
      const near = annotations.filter(({ time }) => Math.abs(plot.valToPos(time, 'x') - left) < NEAR_PX)
      const rows = idx === null || idx === undefined || left < 0 ? [] : rowsAt(plot, idx)
      box.hidden = mode === 'none' || left < 0 || (rows.length === 0 && near.length === 0)
      if (box.hidden) return
      box.replaceChildren(
        h('b', {}, clockText(raw[0][idx!] as number)),
        ...near.slice(0, 3).map(({ title, color }) => h('p', {}, h('i', { style: { background: color } }), title)),
        ...rows
          .slice(0, MAX_ROWS)
          .map(({ name, color, value, config }) =>
            h(
              'p',
              {},
              h('i', { style: { background: color } }),
              h('span', {}, name),
              h('b', {}, formatValue(value, config.unit, config.decimals)),
            ),
          ),
        ...(rows.length > MAX_ROWS ? [h('p', { class: 'muted' }, `… and ${rows.length - MAX_ROWS} more`)] : []),
      )
      const over = plot.over.getBoundingClientRect()
      const room = document.documentElement.clientWidth
      const x = over.left + left + 14
      const place = x + box.offsetWidth > room - 8 ? over.left + left - box.offsetWidth - 14 : x
      box.style.left = `${Math.max(4, place)}px`
      box.style.top = `${Math.max(4, Math.min(over.top + top + 10, innerHeight - box.offsetHeight - 8))}px`
    },
    remove: () => box.remove(),
  }
}
