/** Time series with uPlot: lines, bars, points, stacks, thresholds, a legend with values, zoom by dragging. */
import uPlot from 'uplot'
import { seriesColour } from '../model/colours.ts'
import { displayName, type Frame } from '../model/frame.ts'
import { h } from '../page/dom.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { type LegendItem, legend } from './legend.ts'
import { drawMarks, drawThresholds } from './marks.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { type Line, seriesOf, valueRange } from './series.ts'
import { align, type Columns, stack } from './stack.ts'
import { tooltip } from './tooltip.ts'

export function drawTimeSeries(context: PanelContext): Drawn {
  const { frames, range, panel } = context
  const lines = linesOf(frames)
  const element = h('div', { class: 'graph' })
  if (lines.length === 0) return { element, isEmpty: true }
  const raw = align(frames, range, context.stepMs)
  const options = panel.options?.['legend'] ?? {}
  const isRight = options.placement === 'right' && context.width > 480
  const hidden = hiddenOf(context, lines)
  const plotRoom = h('div', { class: 'plot' })
  let plot: uPlot | undefined
  const items: LegendItem[] = lines.map((line, index) => ({ ...line, values: raw[index + 1] }))
  const box = legend(items, options, hidden, (index, isAlso) => {
    toggle(hidden, index, lines.length, isAlso)
    context.memory.set('hidden', new Set([...hidden].map((each) => lines[each].name)))
    redraw()
  })
  element.classList.toggle('side', isRight)
  element.append(plotRoom)
  if (box !== undefined) element.append(box)
  let isGone = false
  const redraw = () => {
    if (isGone) return
    plot?.destroy()
    plot = createPlot(context, { lines, raw, hidden }, plotRoom, plotSize(context, box, isRight))
  }
  // The legend's size is known when it is on the page.
  requestAnimationFrame(redraw)
  const destroy = () => {
    isGone = true
    plot?.destroy()
  }
  return { element, destroy }
}

function plotSize({ width, height }: PanelContext, box: HTMLElement | undefined, isRight: boolean) {
  if (box === undefined) return { width, height }
  if (isRight) return { width: Math.max(120, width - box.offsetWidth - 8), height }
  return { width, height: Math.max(60, height - box.offsetHeight - 4) }
}

function linesOf(frames: readonly Frame[]): Line[] {
  const lines: Line[] = []
  for (const frame of frames) {
    if (!frame.fields.some(({ type }) => type === 'time')) continue
    for (const field of frame.fields) {
      if (field.type !== 'number') continue
      const config = field.config ?? {}
      const placement = config.custom?.['axisPlacement'] === 'right' ? 'right' : 'left'
      const color = seriesColour(config, lines.length, field.values.at(-1))
      lines.push({ config, name: displayName(field, frame), color, scale: `${placement}:${config.unit ?? ''}` })
    }
  }
  return lines
}

/** By name: after the next answer there may be other lines. */
function hiddenOf({ memory }: PanelContext, lines: readonly Line[]): Set<number> {
  const names = memory.get('hidden') as ReadonlySet<string> | undefined
  const found = [...lines.keys()].filter((index) => names?.has(lines[index].name) === true)
  return new Set(found.length === lines.length ? [] : found)
}

/** A click shows one alone, or all again; with Ctrl or Shift it takes one away. */
function toggle(hidden: Set<number>, index: number, count: number, isAlso: boolean): void {
  if (isAlso) {
    if (!hidden.delete(index)) hidden.add(index)
    return
  }
  const isAlone = !hidden.has(index) && hidden.size === count - 1
  hidden.clear()
  if (!isAlone) for (let other = 0; other < count; other++) if (other !== index) hidden.add(other)
}

interface Drawing {
  readonly lines: readonly Line[]
  /** Times, then a column a line. */
  readonly raw: Columns
  readonly hidden: ReadonlySet<number>
}

function createPlot(
  context: PanelContext,
  drawing: Drawing,
  room: HTMLElement,
  size: { width: number; height: number },
): uPlot {
  const { lines, raw, hidden } = drawing
  const stacking = (index: number) => lines[index].config.custom?.['stacking']?.mode
  const isPercent = lines.some((_, index) => stacking(index) === 'percent')
  const isStacked = (index: number) => ['normal', 'percent'].includes(stacking(index)) && !hidden.has(index)
  const stacked = stack(raw, isStacked, isPercent)
  const tip = tooltip(context, lines, raw, hidden)
  const options: uPlot.Options = {
    ...size,
    ms: 1,
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: { drag: { x: true, y: false, setScale: false, dist: 6 }, points: { size: 6 }, y: false },
    scales: scalesOf(context, drawing, stacked.data, isPercent),
    axes: axesOf(lines, isPercent),
    series: [{}, ...lines.map((line, index) => seriesOf(line, !hidden.has(index), raw[index + 1], context))],
    bands: stacked.bands,
    hooks: {
      draw: [(plot) => drawThresholds(plot, lines), (plot) => drawMarks(plot, context.annotations)],
      setSelect: [(plot) => select(plot, context)],
      setCursor: [tip.move],
      destroy: [tip.remove],
      ready: [(plot) => plot.over.addEventListener('dblclick', () => zoomOut(context))],
    },
  }
  return new uPlot(options, stacked.data as unknown as uPlot.AlignedData, room)
}

/** One for each unit and side. */
function scaleNames(lines: readonly Line[]): string[] {
  return [...new Set(lines.map(({ scale }) => scale))]
}

function scalesOf(
  { range }: PanelContext,
  { lines, hidden }: Drawing,
  data: Columns,
  isPercent: boolean,
): uPlot.Scales {
  const own = scaleNames(lines).map((name) => {
    const columns = data.filter((_, at) => at > 0 && lines[at - 1].scale === name && !hidden.has(at - 1))
    const configs = lines.filter(({ scale }) => scale === name).map(({ config }) => config)
    return [name, { range: isPercent ? [0, 1] : valueRange(configs, columns) }] as const
  })
  return { x: { time: true, range: [range.from, range.to] }, ...Object.fromEntries(own) } as uPlot.Scales
}

function axesOf(lines: readonly Line[], isPercent: boolean): uPlot.Axis[] {
  const style = getComputedStyle(document.documentElement)
  const ink = { text: style.getPropertyValue('--muted').trim(), grid: style.getPropertyValue('--grid').trim() }
  const values = scaleNames(lines).map((name, index) => {
    const { config } = lines.find(({ scale }) => scale === name)!
    return valueAxis(name, index, isPercent ? { ...config, unit: 'percentunit' } : config, ink)
  })
  return [timeAxis(ink), ...values]
}

function select(plot: uPlot, { zoom }: PanelContext): void {
  const { left, width } = plot.select
  if (width < 5) return
  const from = Math.round(plot.posToVal(left, 'x'))
  const to = Math.round(plot.posToVal(left + width, 'x'))
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  if (to - from >= 100) zoom({ from, to })
}

function zoomOut({ range, zoom }: PanelContext): void {
  const half = (range.to - range.from) / 2
  zoom({ from: Math.round(range.from - half), to: Math.round(range.to + half) })
}
