/** How one series of a graph is drawn: its line, bars or points, as the panel's custom options say. */

import uPlot from 'uplot'
import type { FieldConfig } from '../model/dashboard.ts'
import type { Loose } from '../model/loose.ts'
import type { PanelContext } from './panel.ts'

export interface Line {
  readonly config: FieldConfig
  readonly name: string
  readonly color: string
  /** Lines of one unit and side share a scale. */
  readonly scale: string
}

type Values = readonly (number | null)[]
type Custom = Readonly<Record<string, Loose>>

/** With fewer points than this, each is marked: a line between few says little of where they are. */
const FEW_POINTS = 40

export function seriesOf(line: Line, isShown: boolean, values: Values, { stepMs, range }: PanelContext): uPlot.Series {
  const custom: Custom = line.config.custom ?? {}
  const base = { label: line.name, scale: line.scale, show: isShown, stroke: line.color }
  const opacity = Math.min(100, Math.max(0, Number(custom['fillOpacity'] ?? 0))) / 100
  if (custom['drawStyle'] === 'bars') {
    const paths = uPlot.paths.bars!({ size: [custom['barWidthFactor'] ?? 0.8, 80, 1], align: 0 })
    return { ...base, width: 0.5, fill: alpha(line.color, Math.max(opacity, 0.6)), paths, points: { show: false } }
  }
  const isPoints = custom['drawStyle'] === 'points'
  const showPoints = custom['showPoints'] ?? 'auto'
  const isFew = showPoints === 'auto' && (range.to - range.from) / stepMs < FEW_POINTS
  const isAlways = isPoints || showPoints === 'always' || isFew
  const spanNulls = custom['spanNulls']
  return {
    ...base,
    width: isPoints ? 0 : Math.max(1.5, Number(custom['lineWidth'] ?? 1)),
    fill: opacity > 0 ? alpha(line.color, opacity) : undefined,
    spanGaps: spanNulls === true || Number(spanNulls) > 0,
    dash: custom['lineStyle']?.fill === 'dash' ? (custom['lineStyle'].dash ?? [8, 8]) : undefined,
    paths: pathOf(custom),
    points: pointsOf(line, isAlways, showPoints === 'never' && hasSegment(values), Number(custom['pointSize'] ?? 5)),
  } as uPlot.Series
}

/** Points between gaps make no line: only a dot shows them, also where the panel wants none but nothing else would show. */
function pointsOf({ color }: Line, isAlways: boolean, isNever: boolean, size: number): uPlot.Series.Points {
  if (isNever) return { show: false }
  return { show: true, size: isAlways ? size : 4, fill: color, width: 0, ...(isAlways ? {} : { filter: lonely }) }
}

function pathOf(custom: Custom): uPlot.Series.PathBuilder | undefined {
  const kind = custom['lineInterpolation']
  if (kind === 'smooth') return uPlot.paths.spline!()
  if (kind === 'stepAfter') return uPlot.paths.stepped!({ align: 1 })
  return kind === 'stepBefore' ? uPlot.paths.stepped!({ align: -1 }) : undefined
}

function hasSegment(values: Values): boolean {
  return values.some((value, at) => value !== null && (values[at + 1] ?? null) !== null)
}

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
export function valueRange(configs: readonly FieldConfig[], columns: readonly Values[]): uPlot.Range.Function {
  const first = (read: (config: FieldConfig) => unknown) =>
    configs.map(read).find((value): value is number => typeof value === 'number')
  const values = columns.flatMap((column) => column.filter((value) => value !== null))
  const low = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0)
  const high = values.reduce((a, b) => Math.max(a, b), values[0] ?? 1)
  const min = Math.min(low, first((config) => config.custom?.['axisSoftMin']) ?? low)
  const max = Math.max(high, first((config) => config.custom?.['axisSoftMax']) ?? high)
  const [bottom, top] = uPlot.rangeNum(min, max === min ? min + 1 : max, 0.08, true)
  return () => [first((config) => config.min) ?? bottom ?? min, first((config) => config.max) ?? top ?? max]
}
