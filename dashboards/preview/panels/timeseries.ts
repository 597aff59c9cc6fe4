/** Time series with uPlot: lines, bars, points, stacks, thresholds, a legend with values, zoom by dragging. */
import uPlot from 'uplot'
import { colour, seriesColour } from '../model/colours.ts'
import type { FieldConfig } from '../model/dashboard.ts'
import { displayName, type Field, type Frame } from '../model/frame.ts'
import { formatValue } from '../model/units.ts'
import { h } from '../page/dom.ts'
import { timeAxis, valueAxis } from './axes.ts'
import { type LegendItem, legend } from './legend.ts'
import { drawMarks, drawThresholds } from './marks.ts'
import type { Drawn, PanelContext } from './panel.ts'
import { align, type Columns, type Stacked, stack } from './stack.ts'
import { tooltip } from './tooltip.ts'

interface Line {
  readonly field: Field
  readonly config: FieldConfig
  readonly name: string
  readonly color: string
  readonly scale: string
}

export function drawTimeSeries(context: PanelContext): Drawn {
  const { frames, range, panel } = context
  const lines = linesOf(frames)
  const element = h('div', { class: 'graph' })
  if (lines.length === 0) return { element, isEmpty: true }
  const raw = align(frames, range, context.stepMs)
  const options = panel.options?.['legend'] ?? {}
  const isRight = options.placement === 'right' && context.width > 480
  const hidden = new Set<number>()
  const plotRoom = h('div', { class: 'plot' })
  let plot: uPlot | undefined
  const items: LegendItem[] = lines.map((line, index) => ({ ...line, values: raw[index + 1] }))
  const box = legend(items, options, (index, isAlso) => {
    toggle(hidden, index, lines.length, isAlso)
    redraw()
    return hidden
  })
  element.classList.toggle('side', isRight)
  element.append(plotRoom)
  if (box !== undefined) element.append(box)
  const redraw = () => {
    plot?.destroy()
    const { width, height } = plotSize(context, box, isRight)
    plot = createPlot(context, lines, raw, hidden, plotRoom, width, height)
  }
  // The legend's size is known when it is on the page.
  requestAnimationFrame(redraw)
  return { element, destroy: () => plot?.destroy() }
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
      lines.push({ field, config, name: displayName(field, frame), color, scale: `${placement}:${config.unit ?? ''}` })
    }
  }
  return lines
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

function createPlot(
  context: PanelContext,
  lines: readonly Line[],
  raw: readonly (readonly (number | null)[])[],
  hidden: ReadonlySet<number>,
  room: HTMLElement,
  width: number,
  height: number,
): uPlot {
  const isStacked = (line: Line) => ['normal', 'percent'].includes(line.config.custom?.['stacking']?.mode)
  const isPercent = lines.some((line) => line.config.custom?.['stacking']?.mode === 'percent')
  const stacked: Stacked = stack(raw, (index) => isStacked(lines[index]) && !hidden.has(index), isPercent)
  const style = getComputedStyle(document.documentElement)
  const ink = { text: style.getPropertyValue('--muted').trim(), grid: style.getPropertyValue('--grid').trim() }
  const scales = [...new Set(lines.map(({ scale }) => scale))]
  const { range } = context
  const tip = tooltip(context, lines, raw, hidden)
  return new uPlot(
    {
      width,
      height,
      ms: 1,
      legend: { show: false },
      padding: [8, 18, 0, 0],
      cursor: {
        drag: { x: true, y: false, setScale: false, dist: 6 },
        points: { size: 6 },
        y: false,
        focus: { prox: 24 },
      },
      focus: { alpha: 1 },
      scales: {
        x: { time: true, range: [range.from, range.to] },
        ...Object.fromEntries(
          scales.map((scale) => [
            scale,
            {
              range: rangeOf(
                lines.filter((l) => l.scale === scale),
                stacked.data.filter((_, at) => at > 0 && lines[at - 1].scale === scale && !hidden.has(at - 1)),
                isPercent,
              ),
            },
          ]),
        ),
      },
      axes: [
        timeAxis(ink),
        ...scales.map((scale, index) =>
          valueAxis(scale, index, lines.find((l) => l.scale === scale)!.config, isPercent, ink),
        ),
      ],
      series: [{}, ...lines.map((line, index) => seriesOf(line, !hidden.has(index), isStacked(line), context))],
      bands: stacked.bands,
      hooks: {
        draw: [(u) => drawThresholds(u, lines, context), (u) => drawMarks(u, context.annotations)],
        setSelect: [(u) => select(u, context)],
        setCursor: [tip.move],
        destroy: [tip.remove],
        ready: [(u) => u.over.addEventListener('dblclick', () => zoomOut(context))],
      },
    },
    stacked.data as unknown as uPlot.AlignedData,
    room,
  )
}

function seriesOf(line: Line, isShown: boolean, isStacked: boolean, { stepMs, range }: PanelContext): uPlot.Series {
  const custom = line.config.custom ?? {}
  const style = custom['drawStyle'] ?? 'line'
  const opacity = Math.min(100, Math.max(0, Number(custom['fillOpacity'] ?? 0))) / 100
  const points = custom['showPoints'] ?? 'auto'
  const isAlways =
    style === 'points' || points === 'always' || (points === 'auto' && (range.to - range.from) / stepMs < 40)
  const path =
    style === 'bars' ? uPlot.paths.bars!({ size: [custom['barWidthFactor'] ?? 0.8, 80, 1], align: 0 }) : pathOf(custom)
  return {
    label: line.name,
    scale: line.scale,
    show: isShown,
    stroke: line.color,
    width: style === 'points' ? 0 : style === 'bars' ? 0.5 : Math.max(1.5, Number(custom['lineWidth'] ?? 1)),
    fill:
      opacity > 0 || style === 'bars'
        ? alpha(line.color, style === 'bars' ? Math.max(opacity, 0.6) : opacity)
        : undefined,
    spanGaps: custom['spanNulls'] === true || (typeof custom['spanNulls'] === 'number' && custom['spanNulls'] > 0),
    dash: custom['lineStyle']?.fill === 'dash' ? (custom['lineStyle'].dash ?? [8, 8]) : undefined,
    ...(path === undefined ? {} : { paths: path }),
    points:
      style === 'bars'
        ? { show: false }
        : {
            show: true,
            size: Number(custom['pointSize'] ?? (isAlways ? 5 : 4)),
            fill: line.color,
            width: 0,
            filter: isAlways ? undefined : lonely,
          },
    ...(isStacked ? { value: () => '' } : {}),
  } as uPlot.Series
}

function pathOf(custom: Readonly<Record<string, any>>): uPlot.Series.PathBuilder | undefined {
  const kind = custom['lineInterpolation']
  if (kind === 'smooth') return uPlot.paths.spline!()
  if (kind === 'stepAfter') return uPlot.paths.stepped!({ align: 1 })
  return kind === 'stepBefore' ? uPlot.paths.stepped!({ align: -1 }) : undefined
}

/** A point between gaps makes no line: only a dot shows it. */
function lonely(plot: uPlot, index: number): number[] {
  const values = plot.data[index]
  const alone: number[] = []
  for (let at = 0; at < values.length; at++) {
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) alone.push(at)
  }
  return alone
}

function alpha(color: string, part: number): string {
  return `color-mix(in srgb, ${color} ${Math.round(part * 100)}%, transparent)`
}

/** Of all values, not only those in sight: the last step may end behind the range. */
function rangeOf(lines: readonly Line[], columns: Columns, isPercent: boolean): uPlot.Range.Function {
  const configs = lines.map(({ config }) => config)
  const hard = (key: 'min' | 'max') => configs.map((config) => config[key]).find((value) => typeof value === 'number')
  const soft = (key: string) => configs.map((c) => c.custom?.[key]).find((value) => typeof value === 'number')
  const values = columns.flatMap((column) => column.filter((value) => value !== null))
  const low = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0)
  const high = values.reduce((a, b) => Math.max(a, b), values[0] ?? 1)
  const min = Math.min(low, soft('axisSoftMin') ?? low)
  const max = Math.max(high, soft('axisSoftMax') ?? high)
  return () => {
    if (isPercent) return [0, 1]
    const [bottom, top] = uPlot.rangeNum(min, max === min ? min + 1 : max, 0.08, true)
    return [hard('min') ?? bottom ?? min, hard('max') ?? top ?? max]
  }
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

export function valueText(value: unknown, config: FieldConfig): string {
  return value === null || value === undefined ? '' : formatValue(value, config.unit, config.decimals)
}

export { colour }
