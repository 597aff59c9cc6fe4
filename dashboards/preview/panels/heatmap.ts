/** Heatmaps on a canvas: a row a series (or a bucket of values), a column a step, darker where there is more. */
import { between } from '../model/colours.ts'
import { displayName } from '../model/frame.ts'
import { bucketSeries, type HeatRow } from '../model/heat.ts'
import { clockText } from '../model/times.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { align } from './stack.ts'

/** Grafana's default scheme, Oranges, from little to much. */
const SCHEME = ['#FEE6CE', '#FDAE6B', '#F16913', '#A63603']
const AXIS_PX = 22

interface Heat {
  readonly times: readonly number[]
  /** The lowest last. */
  readonly rows: readonly HeatRow[]
  readonly max: number
}

export function drawHeatmap(context: PanelContext): Drawn {
  const heat = heatOf(context)
  if (heat.rows.length === 0 || heat.times.length === 0) return { element: h('div'), isEmpty: true }
  const labels = h(
    'div',
    { class: 'heat-rows' },
    heat.rows.map(({ name }) => h('span', { title: name }, name)),
  )
  const canvas = h('canvas', {
    role: 'img',
    'aria-label': `${context.panel.title ?? 'Heatmap'}: ${heat.rows.length} rows`,
  })
  const tip = h('div', { class: 'tooltip', hidden: true, role: 'status' })
  const axis = h('div', { class: 'heat-axis' })
  const element = h('div', { class: 'heat' }, labels, h('div', { class: 'heat-plot' }, canvas, axis))
  document.body.append(tip)
  requestAnimationFrame(() => {
    const width = Math.max(60, canvas.parentElement!.clientWidth)
    const height = Math.max(40, context.height - AXIS_PX)
    paint(canvas, heat, context, width, height)
    labels.style.height = `${height}px`
    axis.append(...ticks(context))
    watch(canvas, heat, context, tip)
  })
  return { element, destroy: () => tip.remove() }
}

function heatOf(context: PanelContext): Heat {
  const { range, stepMs, panel } = context
  const frames = context.frames.filter(({ fields }) => fields.some(({ type }) => type === 'time'))
  const [times, ...columns] = align(frames, range, stepMs)
  const fields = frames.flatMap((frame) =>
    frame.fields.filter(({ type }) => type === 'number').map((field) => ({ field, frame })),
  )
  const unit = panel.options?.['yAxis']?.unit ?? fields[0]?.field.config?.unit
  const rows =
    panel.options?.['calculate'] === true
      ? bucketSeries(columns, times.length, (value) => formatValue(value, unit))
      : columns
          .map((values, index) => ({ name: displayName(fields[index].field, fields[index].frame), values }))
          .reverse()
  const max = rows.reduce((most, { values }) => values.reduce<number>((a, b) => Math.max(a, b ?? 0), most), 0)
  return { times: times as readonly number[], rows, max }
}

function paint(
  canvas: HTMLCanvasElement,
  { times, rows, max }: Heat,
  { range, stepMs }: PanelContext,
  width: number,
  height: number,
) {
  const ratio = devicePixelRatio
  canvas.width = width * ratio
  canvas.height = height * ratio
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const ink = canvas.getContext('2d')!
  ink.scale(ratio, ratio)
  const x = (time: number) => ((time - range.from) / (range.to - range.from)) * width
  const rowHeight = height / rows.length
  const columnWidth = Math.max(1, (stepMs / (range.to - range.from)) * width)
  for (const [row, { values }] of rows.entries()) {
    for (const [column, value] of values.entries()) {
      if (value === null || value <= 0) continue
      ink.fillStyle = between(SCHEME, Math.sqrt(value / max))
      ink.fillRect(x(times[column]) - columnWidth, row * rowHeight, columnWidth - 0.5, Math.max(1, rowHeight - 1))
    }
  }
}

function ticks({ range: { from, to } }: PanelContext): HTMLElement[] {
  return [0.1, 0.3, 0.5, 0.7, 0.9].map((at) =>
    h(
      'span',
      { class: 'tick', style: { left: `${at * 100}%` } },
      clockText(from + (to - from) * at).slice(...(to - from > 86_400_000 ? [5, 16] : [11, 16])),
    ),
  )
}

function watch(
  canvas: HTMLCanvasElement,
  { times, rows }: Heat,
  { range, stepMs, panel }: PanelContext,
  tip: HTMLElement,
): void {
  canvas.addEventListener('pointermove', (event) => {
    const box = canvas.getBoundingClientRect()
    const time = range.from + ((event.clientX - box.left) / box.width) * (range.to - range.from)
    const row = rows[Math.floor(((event.clientY - box.top) / box.height) * rows.length)]
    const column = times.findIndex((each) => time > each - stepMs && time <= each)
    const value = row?.values[column] ?? null
    tip.hidden = value === null
    if (value === null) return
    const unit = panel.fieldConfig?.defaults?.unit
    tip.replaceChildren(
      h('b', {}, clockText(times[column])),
      h('p', {}, h('span', {}, row.name), h('b', {}, formatValue(value, unit))),
    )
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`
    tip.style.top = `${Math.min(event.clientY + 10, innerHeight - tip.offsetHeight - 8)}px`
  })
  canvas.addEventListener('pointerleave', () => (tip.hidden = true))
}
