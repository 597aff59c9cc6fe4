/** The axes of graphs: times in the local zone on 24 hours, values in their unit. */
import type uPlot from 'uplot'
import type { FieldConfig } from '../model/dashboard.ts'
import { formatValue } from '../model/units.ts'

interface Ink {
  readonly text: string
  readonly grid: string
}

const FONT = '11px system-ui, sans-serif'

export function timeAxis(ink: Ink): uPlot.Axis {
  return { ...base(ink), space: 70, size: 26, values: (_, splits, __, ___, step) => splits.map((at) => tick(at, step)) }
}

function tick(time: number, stepMs: number): string {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`
  if (stepMs >= 28 * 86_400_000) return `${date.getFullYear()}-${two(date.getMonth() + 1)}`
  if (stepMs >= 86_400_000) return day
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`
  if (stepMs < 1000) return `${clock}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  if (stepMs < 60_000) return `${clock}:${two(date.getSeconds())}`
  return clock === '00:00' ? day : clock
}

export function valueAxis(scale: string, index: number, config: FieldConfig, ink: Ink): uPlot.Axis {
  return {
    ...base(ink),
    scale,
    side: scale.startsWith('right') || index > 0 ? 1 : 3,
    grid: index === 0 ? { stroke: ink.grid, width: 1 } : { show: false },
    space: 34,
    values: (_, splits) => splits.map((value) => formatValue(value, config.unit, config.decimals)),
    size: (_, values) => 14 + Math.max(3, ...(values ?? []).map((text) => text?.length ?? 0)) * 6.4,
  }
}

function base(ink: Ink): uPlot.Axis {
  return {
    stroke: ink.text,
    font: FONT,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 4 },
    gap: 4,
  }
}
